"""Denial of service by memory, processes, threads and descriptors."""

from __future__ import annotations

from hostile.case import Case, Excuse, at_most, below, cells, denied, silent

_FULL = ("out_of_memory",)
_COUNTS_USERS = Excuse(
    "the limit counts a user's threads on the whole machine, so it needs a user of its own", sure=False
)

CASES = (
    Case(
        name="fills_memory_with_a_list",
        about="memory past the limit is an error or an end, and is named",
        cells=cells(
            "kept = []\nwhile len(kept) < 400: kept.append(bytearray(os.urandom(1) * 10_000_000))\ntell(survived=True)"
        ),
        ends=_FULL,
        checks=(silent("survived"),),
        neighbour=True,
        limits={"cell_seconds": 20, "seconds": 25},
    ),
    Case(
        name="reserves_memory",
        about="memory that is only reserved counts too",
        cells=cells("import numpy as np\nattempt('3 GB', lambda: np.empty(3 << 30, dtype='u1').nbytes)\ntell()"),
        ends=("ok", *_FULL),
        checks=(denied("3 GB"),),
        guards={"full": ("data",), "reduced": ("data",), "none": ("data",)},
    ),
    Case(
        name="fills_memory_by_many_children",
        about="children count together",
        cells=cells(
            """
            for _ in range(10):
                if os.fork() == 0:
                    kept = bytearray(os.urandom(1) * 300_000_000)
                    time.sleep(12); os._exit(0)
                time.sleep(0.1)
            time.sleep(10)
            tell(survived=True)
            """
        ),
        ends=_FULL,
        checks=(silent("survived"),),
        guards={"full": ("memory_watch",), "reduced": ("memory_watch",), "none": ("memory_watch",)},
        neighbour=True,
        slow=True,
        limits={"cell_seconds": 15, "seconds": 20},
    ),
    Case(
        name="fills_shared_mappings",
        about="memory mapped to be shared counts, though no limit of the system counts it",
        cells=cells(
            """
            import mmap
            kept = []
            for _ in range(30):
                block = mmap.mmap(-1, 100_000_000)
                for i in range(0, 100_000_000, 4096): block[i] = 1
                kept.append(block)
            time.sleep(1)
            tell(survived=True)
            """
        ),
        ends=_FULL,
        checks=(silent("survived"),),
        limits={"cell_seconds": 20, "seconds": 25},
    ),
    Case(
        name="fills_anonymous_files",
        about="memory behind file descriptors that no process maps is refused or counted",
        cells=cells(
            """
            def fill(written=0):
                for _ in range(20):  # more than the limit of memory together, each less than that of a file
                    file = syscall("memfd_create", b"x", ctypes.c_uint(0))
                    for _ in range(10): written += os.write(file, bytes(10_000_000))
                return written
            attempt("memfd", fill)
            tell()
            """
        ),
        ends=("ok", *_FULL, "disk_limit"),
        checks=(denied("memfd"),),
        guards={"full": ("seccomp",), "reduced": ("seccomp",)},
        not_in={"none": Excuse("without walls files in memory are not counted until they are mapped")},
        limits={"cell_seconds": 10},
    ),
    Case(
        name="fills_shared_memory_files",
        about="/dev/shm holds no more than the disk limit, and nothing stays there",
        cells=cells(
            """
            def fill(written=0):
                for number in range(9):
                    with open(f"/dev/shm/{place.mark}-{number}", "wb", buffering=0) as file:
                        for _ in range(10): written += file.write(bytes(10_000_000))
                return written
            attempt("shm", fill)
            tell()
            """
        ),
        ends=("ok", "disk_limit", *_FULL),
        checks=(denied("shm"),),
        guards={"full": ("quota",), "reduced": ("landlock",)},
        not_in={"none": Excuse("without walls /dev/shm is the machine's", ("holds", "outside"))},
        limits={"cell_seconds": 10},
    ),
    Case(
        name="makes_shared_segments",
        about="System V memory, which outlives its maker, is refused or gone with the kernel",
        cells=cells(
            """
            def segment(size=300_000_000):
                made = syscall("shmget", ctypes.c_int(place.key), ctypes.c_size_t(size), ctypes.c_int(0o1666))
                return made
            attempt("segment", segment)
            attempt("queue", lambda: syscall("msgget", ctypes.c_int(place.key), ctypes.c_int(0o1666)) and 1 / 0)
            tell()
            """
        ),
        checks=(denied("segment"),),
        guards={"full": ("seccomp",), "reduced": ("seccomp",)},
        not_in={"none": Excuse("without walls segments outlive their maker", ("holds", "outside"))},
    ),
    Case(
        name="bombs_with_forks",
        about="the number of processes is limited, and all are gone at the end",
        cells=cells(
            """
            count = 0
            with contextlib.suppress(OSError):
                while count < 1000:
                    os.posix_spawn("/bin/sleep", ["sleep", "30"], {})
                    count += 1
                    if count % 20 == 0: tell(processes=count)
            tell(processes=count)
            """
        ),
        ends=("ok", "student_error", "killed", *_FULL),
        # where no limit of the system counts them, the watch does, 20 times a second
        checks=(at_most("processes", 500),),
        guards={"reduced": ("memory_watch",), "none": ("memory_watch",)},
        neighbour=True,
        limits={"cell_seconds": 15, "seconds": 20},
    ),
    Case(
        name="bombs_with_bombs",
        about="a bomb whose children fork too is stopped and cleaned away",
        cells=cells(
            """
            left, tokens = os.pipe()
            os.write(tokens, bytes(280))  # one for every fork, so that nothing depends on the walls
            os.set_blocking(left, False)
            if os.fork() == 0:
                end = time.monotonic() + 4
                while time.monotonic() < end:
                    with contextlib.suppress(OSError):
                        os.read(left, 1) and os.fork()
                    time.sleep(0.005)
                os._exit(0)
            time.sleep(1)
            tell(ended=True)
            """
        ),
        ends=("ok", "timeout", "student_error", "killed", *_FULL),
        limits={"cell_seconds": 4},
        neighbour=True,
        slow=True,
    ),
    Case(
        name="bombs_with_threads",
        about="the number of threads is limited",
        cells=cells(
            """
            wait, count = threading.Event(), 0
            threading.stack_size(65536)
            try:
                while count < 1500:
                    threading.Thread(target=wait.wait, daemon=True).start(); count += 1
            except (RuntimeError, MemoryError):
                pass
            tell(threads=count)
            wait.set()
            """
        ),
        ends=("ok", *_FULL),
        checks=(below("threads", 1400),),
        guards={"full": ("processes",)},
        not_in=dict.fromkeys(("reduced", "none"), _COUNTS_USERS),
        limits={"cell_seconds": 10},
    ),
    Case(
        name="opens_every_descriptor",
        about="the number of open files is limited",
        cells=cells(
            """
            import resource
            most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
            kept = []
            with contextlib.suppress(OSError):
                while len(kept) < 8000: kept.append(os.open("/dev/null", os.O_RDONLY))
            for number in kept: os.close(number)
            tell(files=len(kept))
            """
        ),
        checks=(below("files", 4100),),
        guards={"full": ("descriptors",), "reduced": ("descriptors",), "none": ("descriptors",)},
    ),
    Case(
        name="fills_pipes_and_sockets",
        about="memory that waits in pipes and sockets stays bounded",
        cells=cells(
            """
            kept, held = [], 0
            with contextlib.suppress(OSError):
                while held < 1_000_000_000 and len(kept) < 6000:
                    ends = socket.socketpair()
                    for end in ends: end.setblocking(False)
                    kept.append(ends)
                    with contextlib.suppress(BlockingIOError):
                        while True: held += ends[0].send(bytes(65536))
            tell(megabytes=held / 1e6)
            """
        ),
        ends=("ok", "student_error", *_FULL),
        checks=(below("megabytes", 600),),
        limits={"cell_seconds": 8},
    ),
    Case(
        name="asks_for_too_much_when_asked",
        about="a function that eats memory when the grader calls it costs its own points",
        cells=cells("def predict(df): return bytearray(os.urandom(1) * 3_000_000_000)\ntell(defined=True)"),
        ends=("ok", "killed", "out_of_memory", "student_error"),
    ),
)
