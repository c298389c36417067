"""Rights and system calls: nothing that a kernel may call makes it more than it was."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import Case, Excuse, cells, denied, tells

_SECCOMP = {"full": ("seccomp",), "reduced": ("seccomp",)}
_NO_FILTER = Excuse("without walls a process may do what its user may, and root may do everything", sure=False)
_NONE = {"none": _NO_FILTER}

CASES = (
    Case(
        name="makes_namespaces",
        about="no namespace can be made or entered, in which it would be root",
        cells=cells(
            """
            kinds = {"user": 0x10000000, "mount": 0x20000, "pid": 0x20000000, "network": 0x40000000, "user+mount": 0x10020000}
            def cloned(flags):
                child = syscall("clone", ctypes.c_ulong(flags | 17), None, None, None, None)
                if child == 0: os._exit(0)
                os.waitpid(child, 0); return "cloned"
            for name, flags in kinds.items():
                def unshared(): syscall("unshare", ctypes.c_int(flags)); return "in a new namespace"
                attempt(f"unshare {name}", lambda: 1 / (in_child(unshared) == 0))
                attempt(f"clone {name}", lambda: cloned(flags))
            class Arguments(ctypes.Structure): _fields_ = [(f"f{i}", ctypes.c_uint64) for i in range(11)]
            def clone3():
                child = syscall("clone3", ctypes.byref(Arguments(0x10000000, 0, 0, 0, 17)), ctypes.c_size_t(88))
                if child == 0: os._exit(0)
                os.waitpid(child, 0); return "cloned"
            attempt("clone3", clone3)
            for name in ("net", "mnt", "user"):
                attempt(f"setns {name}", lambda: 1 / (in_child(lambda: syscall("setns", os.open(f"/proc/{os.getppid()}/ns/{name}", os.O_RDONLY), 0)) == 0))
            tell()
            """
        ),
        checks=(denied(),),
        guards=_SECCOMP,
        not_in=_NONE,
    ),
    Case(
        name="mounts",
        about="nothing can be mounted, unmounted or put in the root's place",
        cells=cells(
            """
            os.mkdir("m")
            attempt("tmpfs", lambda: syscall("mount", b"none", b"m", b"tmpfs", ctypes.c_ulong(0), None) or os.system("umount m"))
            attempt("bind", lambda: privileged("mount", b"/nowhere", b"m", None, ctypes.c_ulong(4096), None))
            attempt("remount", lambda: privileged("mount", None, b"/nowhere", None, ctypes.c_ulong(32 | 4096), None))
            attempt("umount", lambda: privileged("umount2", b"/nowhere", 0))
            attempt("pivot_root", lambda: privileged("pivot_root", b"/nowhere", b"/nowhere"))
            attempt("chroot", lambda: privileged("chroot", b"/nowhere"))
            attempt("open_tree", lambda: privileged("open_tree", -100, b"/nowhere", 1))
            attempt("fsopen", lambda: privileged("fsopen", b"nonesuch", 0))
            tell()
            """
        ),
        checks=(denied(),),
        not_in=_NONE,
    ),
    Case(
        name="enters_the_system_by_odd_doors",
        about="the calls in which most holes were found are refused",
        cells=cells(
            """
            room = ctypes.create_string_buffer(256)
            attempt("bpf", lambda: privileged("bpf", 0, ctypes.byref(room), 64))
            attempt("perf", lambda: privileged("perf_event_open", ctypes.byref(room), 0, -1, -1, 0))
            attempt("io_uring", lambda: privileged("io_uring_setup", 4, ctypes.byref(room)))
            attempt("userfaultfd", lambda: os.close(syscall("userfaultfd", 1)))
            attempt("keyctl", lambda: privileged("keyctl", 0, -3, 0))
            attempt("add_key", lambda: privileged("add_key", b"user", b"k", b"v", 1, -3))
            attempt("request_key", lambda: privileged("request_key", b"user", b"k", None, 0))
            attempt("migrate_pages", lambda: privileged("migrate_pages", os.getpid(), 0, None, None))
            tell()
            """
        ),
        checks=(denied(),),
        guards=_SECCOMP,
        not_in={"none": Excuse(_NO_FILTER.reason)},
    ),
    Case(
        name="loads_into_the_system",
        about="modules, kernels, swap and restarts are out of reach",
        cells=cells(
            """
            attempt("module", lambda: privileged("init_module", None, 0, None))
            attempt("unload", lambda: privileged("delete_module", b"nonesuch", 0))
            attempt("kexec", lambda: privileged("kexec_load", 0, 99, None, 0))
            attempt("reboot", lambda: privileged("reboot", 0, 0, 0, None))  # with numbers that mean nothing
            attempt("swap", lambda: privileged("swapon", b"/nowhere", 0))
            tell()
            """
        ),
        checks=(denied(),),
        not_in=_NONE,
    ),
    Case(
        name="becomes_somebody_else",
        about="it cannot become root or another user, and has no capability left",
        cells=cells(
            """
            others = [uid for uid in (0, 1, 65534, os.getuid() + 1) if uid != os.getuid()]
            for uid in others:
                attempt(f"user {uid}", lambda: 1 / (in_child(lambda: os.setuid(uid)) == 0))
                attempt(f"group {uid}", lambda: 1 / (in_child(lambda: os.setgid(uid)) == 0))
            attempt("groups", lambda: 1 / (in_child(lambda: os.setgroups([0, 5])) == 0))
            status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
            attempt("capabilities", lambda: [status[name] for name in ("CapEff", "CapPrm", "CapAmb", "CapBnd") if int(status[name], 16)][0])
            attempt("new rights", lambda: 1 / (status["NoNewPrivs"] == "0"))
            header, full = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
            attempt("capset", lambda: 1 / (in_child(lambda: syscall("capset", header, full)) == 0))
            tell()
            """
        ),
        checks=(denied(),),
        guards={"full": ("user",), "reduced": ("user",)},
        not_in=_NONE,
    ),
    Case(
        name="runs_programs_with_rights",
        about="programs with a set-user-id bit, its own among them, give nothing",
        cells=cells(
            """
            import shutil
            def euid(path, *arguments): return subprocess.check_output([path, *arguments], stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
            shutil.copy("/usr/bin/id", "mine"); os.chmod("mine", 0o6755)
            before = subprocess.check_output(["/usr/bin/id", "-u"])
            attempt("own", lambda: 1 / (euid("./mine", "-u") != before))
            attempt("mount", lambda: euid("/usr/bin/mount", "-t", "tmpfs", "none", os.getcwd()))
            attempt("su", lambda: euid("/usr/bin/su", "-c", "true"))
            tell()
            """
        ),
        checks=(denied(),),
        not_in={"none": Excuse(_NO_FILTER.reason, ("holds", "outside"), sure=False)},
        never_in={"none": "root's `mount` would work, on a folder that the grader removes"},
    ),
    Case(
        name="makes_devices",
        about="no device can be made",
        cells=cells(
            """
            attempt("memory", lambda: os.mknod("mem", 0o20600, os.makedev(1, 1)))
            attempt("disk", lambda: os.mknod("vda", 0o60600, os.makedev(254, 0)))
            attempt("read", lambda: len(read("mem", 16)))
            tell()
            """
        ),
        checks=(denied(),),
        not_in=_NONE,
    ),
    Case(
        name="types_into_terminals",
        about="nothing can be typed into the terminal of whoever started the grader",
        cells=cells(
            """
            import fcntl
            attempt("tty", lambda: os.open("/dev/tty", os.O_RDWR))
            for path in glob.glob("/dev/pts/[0-9]*") + ["/dev/tty1", "/dev/console"]:  # opened, nothing is typed
                attempt(path, lambda: os.close(os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)))
            import pty
            def own():
                ours, theirs = pty.openpty(); os.setsid() if os.getpid() != os.getsid(0) else None
                fcntl.ioctl(theirs, 0x540E, 0); fcntl.ioctl(theirs, 0x5412, b"x")
            attempt("own", lambda: 1 / (in_child(own) == 0))
            tell()
            """
        ),
        checks=(denied("tty", "/dev/console", "own"),),
        not_in=_NONE,
    ),
    Case(
        name="calls_by_other_numbers",
        about="system calls by the numbers of other conventions (32 bits, x32) do not pass the filter",
        cells=cells(
            """
            import mmap
            # mov eax, 359 (socket); mov ebx, 2; mov ecx, 2; xor edx, edx; int 0x80; ret -- as 32-bit programs call
            code = bytes.fromhex("53 b867010000 bb02000000 b902000000 31d2 cd80 5b c3".replace(" ", ""))
            def compatible():
                page = mmap.mmap(-1, 4096, prot=7); page.write(code)
                call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
                os._exit(0 if call() >= 0 else 3)
            def x32():
                os._exit(0 if LIBC.syscall(ctypes.c_long(0x40000000 + 41), 2, 2, 0) >= 0 else 3)
            other = platform.machine() != "x86_64"
            attempt("32 bits", lambda: 1 / (not other and in_child(compatible) == 0))
            attempt("x32", lambda: 1 / (not other and in_child(x32) == 0))
            tell()
            """
        ),
        checks=(denied(),),
        not_in=_NONE,
    ),
    Case(
        name="raises_its_limits",
        about="limits can be lowered and never raised again",
        cells=cells(
            """
            import resource
            raised = []
            for name in ("AS", "DATA", "NPROC", "NOFILE", "FSIZE", "CPU", "CORE", "MEMLOCK"):
                kind = getattr(resource, f"RLIMIT_{name}")
                soft, hard = resource.getrlimit(kind)
                if hard == resource.RLIM_INFINITY: continue
                with contextlib.suppress(ValueError, OSError):
                    resource.setrlimit(kind, (hard, hard + 1)); raised.append(name)
            tell(raised=raised)
            """
        ),
        checks=(tells("raised", []),),
        not_in={
            "none": Excuse("root may raise its own limits, and without walls the notebook may be root", sure=False)
        },
    ),
    Case(
        name="runs_its_own_programs",
        about="a program of the student's own runs behind the same walls as the notebook",
        cells=cells(
            """
            open("own.py", "w").write(f"print(open({place.reference + '/rubric.yaml'!r}).read())")
            open("own.sh", "w").write(f"#!/bin/sh\\ncat {place.reference}/rubric.yaml\\n"); os.chmod("own.sh", 0o755)
            attempt("python", lambda: subprocess.check_output([sys.executable, "own.py"], stderr=subprocess.STDOUT))
            attempt("shell", lambda: subprocess.check_output(["sh", "own.sh"], stderr=subprocess.STDOUT))
            attempt("library", lambda: ctypes.CDLL(os.path.abspath("own.sh")))
            tell()
            """
        ),
        checks=(denied("python", "shell", "library"),),
        guards={"reduced": ("landlock",)},
        not_in={"none": Excuse(_NO_FILTER.reason, ("holds", "canaries"))},
    ),
)
