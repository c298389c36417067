"""Denial of service by disk: bytes, inodes, and folders that cannot be removed."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import Case, Excuse, at_most, below, cells, denied, tells

_LIMIT = ("ok", "disk_limit", "student_error")
_UNLIMITED = Excuse("without walls only single files are limited; what a kernel fills is removed after it", sure=False)
_OF_THE_DISK = Excuse("without a file system of its own, a kernel has the disk's number of files", sure=False)

CASES = (
    Case(
        name="writes_one_big_file",
        about="one file that grows past the limit is stopped, and named",
        cells=cells(
            """
            written = 0
            try:
                with open("big.bin", "wb", buffering=0) as file:
                    while written < 600_000_000: written += file.write(bytes(10_000_000))
            finally:
                tell(megabytes=written / 1e6)
            """
        ),
        ends=("disk_limit",),
        checks=(at_most("megabytes", 590),),
        limits={"cell_seconds": 15, "seconds": 20},
    ),
    Case(
        name="writes_many_files",
        about="many files count together",
        cells=cells(
            """
            written = 0
            try:
                for number in range(30):
                    with open(f"part-{number}", "wb", buffering=0) as file:
                        for _ in range(2): written += file.write(bytes(10_000_000))
            finally:
                tell(megabytes=written / 1e6)
                time.sleep(1)
            """
        ),
        ends=("disk_limit",),
        checks=(at_most("megabytes", 590),),
        guards={"full": ("quota",), "reduced": ("disk_watch",)},
        limits={"cell_seconds": 15, "seconds": 20},
        not_in={"none": Excuse(_UNLIMITED.reason, ("holds", "cause"), sure=False)},
    ),
    Case(
        name="fills_every_place_it_owns",
        about="work, home, the temporary folder and the log count together",
        cells=cells(
            """
            import tempfile
            written, places = 0, {os.getcwd(), os.path.expanduser("~"), tempfile.gettempdir(), "/tmp", "/dev/shm", "/var/tmp"}
            for number, folder in enumerate(sorted(places)):
                with contextlib.suppress(OSError), open(f"{folder}/{place.mark}-{number}", "wb", buffering=0) as file:
                    for _ in range(12): written += file.write(bytes(10_000_000))
            tell(megabytes=written / 1e6)
            """
        ),
        ends=("ok", "disk_limit"),
        checks=(at_most("megabytes", 330),),
        not_in={"none": Excuse(_UNLIMITED.reason, ("holds", "outside"))},
        limits={"cell_seconds": 15, "seconds": 20},
    ),
    Case(
        name="makes_countless_files",
        about="the number of files is limited, or they are removed without fuss",
        cells=cells(
            """
            count, end = 0, time.monotonic() + 2.5
            try:
                while count < 60_000 and time.monotonic() < end:
                    os.mkdir(f"d{count}") if count % 2 else open(f"f{count}", "w").close()
                    count += 1
            finally:
                tell(files=count)
            """
        ),
        ends=_LIMIT,
        checks=(below("files", 59_000),),
        not_in=dict.fromkeys(("reduced", "none"), _OF_THE_DISK),
        limits={"cell_seconds": 10},
    ),
    Case(
        name="makes_holes",
        about="a sparse file larger than the limit is refused",
        cells=cells(
            """
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            with open("hole", "wb") as file:
                attempt("truncate", lambda: file.truncate(8_000_000_000))
                attempt("seek", lambda: os.pwrite(file.fileno(), b"x", 8_000_000_000))
            tell()
            """
        ),
        ends=_LIMIT,
        checks=(denied(),),
        guards={"full": ("file_size",), "reduced": ("file_size",), "none": ("file_size",)},
    ),
    Case(
        name="reserves_disk",
        about="fallocate counts as writing does",
        cells=cells(
            """
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            with open("reserved", "wb") as file:
                attempt("one", lambda: os.posix_fallocate(file.fileno(), 0, 3_000_000_000))
            tell()
            """
        ),
        ends=_LIMIT,
        checks=(denied(),),
    ),
    Case(
        name="nests_folders_deeply",
        about="a chain of folders deeper than any path, and than any recursion, is removed",
        cells=cells(
            """
            for depth in range(3000):
                os.mkdir("d"); os.chdir("d")
            tell(depth=depth)
            """
        ),
        checks=(tells("depth", 2999),),
    ),
    Case(
        name="locks_its_folders",
        about="folders that may not be entered and files that may not be changed are removed",
        cells=cells(
            """
            os.makedirs("locked/inner"); open("locked/inner/file", "w").close()
            with contextlib.suppress(OSError):
                import fcntl, array
                with open("locked/inner/file") as file:  # immutable, which takes a right that a kernel must not have
                    fcntl.ioctl(file, 0x40086602, array.array("l", [0x10]))
            from ipykernel.connect import get_connection_file
            sockets = os.path.dirname(get_connection_file())
            for name in ("locked/inner", "locked", ".", os.path.expanduser("~"), sockets, os.path.dirname(sockets)):
                with contextlib.suppress(OSError): os.chmod(name, 0)
            tell(locked=True)
            """
        ),
        checks=(tells("locked", True),),
        not_in={
            "none": Excuse(
                "without walls root's notebook may make files that nobody can remove", ("outside",), sure=False
            )
        },
    ),
    Case(
        name="leaves_odd_files",
        about="pipes, sockets, loops of links and names that are no text are removed, and nobody waits at them",
        cells=cells(
            """
            for name in ("student.ipynb", "executed.ipynb"):
                with contextlib.suppress(OSError): os.mkfifo(name)
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as ear: ear.bind("socket")
            os.symlink("loop", "loop"); os.symlink("/", "everything")
            for name in (b"\\xff\\xfe", b"a" * 255, b"new\\nline", b"-rf", "\\u202e".encode()):
                open(name, "w").close()
            tell(made=True)
            """
        ),
        ends=("ok", "student_error"),
        checks=(tells("made", True),),
    ),
    Case(
        name="swaps_its_folders_for_links",
        about="what the grader removes at the end is the job's, not what the job made of its names",
        cells=cells(
            """
            work, job = os.getcwd(), os.path.dirname(os.getcwd())
            for name, target in (("work", place.home), ("home", place.outside), ("ipc", place.others), ("root", place.others)):
                with contextlib.suppress(OSError):
                    os.rename(f"{job}/{name}", f"{job}/{name}-before")
                    os.symlink(target, f"{job}/{name}")
            for name in ("connection.json", "kernel.log", ".owner"):
                with contextlib.suppress(OSError):
                    os.unlink(f"{job}/{name}"); os.symlink(f"{place.outside}/writable.txt", f"{job}/{name}")
            with contextlib.suppress(OSError):
                os.symlink(place.home, "home-of-the-grader"); os.symlink(place.outside, "outside")
            tell(swapped=True)
            """
        ),
        ends=("ok", "student_error", "killed", "timeout"),
        slow=True,
    ),
    Case(
        name="fills_the_folder_of_sockets",
        about="sockets, which are files of the machine's own disk, cannot be made without end",
        cells=cells(
            """
            from ipykernel.connect import get_connection_file
            folder, count, end = os.path.dirname(get_connection_file()), 0, time.monotonic() + 3
            def fill():
                global count
                while count < 25_000 and time.monotonic() < end:
                    with socket.socket(socket.AF_UNIX) as ear: ear.bind(f"{folder}/{count}")
                    count += 1
            attempt("sockets", fill)
            attempt("file", lambda: open(f"{folder}/file", "w").write("x"))
            attempt("folder", lambda: os.mkdir(f"{folder}/folder"))
            tell(sockets=count)
            """
        ),
        ends=("ok", "disk_limit", "killed"),
        checks=(at_most("sockets", 10_000),),
        not_in={"none": _OF_THE_DISK},
        limits={"cell_seconds": 8},
    ),
    Case(
        name="fills_the_log",
        about="what C code prints is limited like everything else",
        cells=cells(
            """
            written = 0
            try:
                while written < 1_500_000_000: written += os.write(2, bytes(1_000_000))
            finally:
                print(f"RESULT {json.dumps({'megabytes': written / 1e6})}")
            """
        ),
        ends=("ok", "disk_limit", "output_limit", "student_error", "killed"),
        checks=(at_most("megabytes", 1100),),
        limits={"cell_seconds": 10},
    ),
)
