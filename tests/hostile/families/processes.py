"""Theft by process: what other processes were told, hold open, have in memory; and signals to them."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import ACTS_AS_USER, READS_AS_USER, SAME_USER, Case, Excuse, cells, denied

_NONE = {"none": READS_AS_USER}
_UNSURE = {"none": Excuse(READS_AS_USER.reason, ("holds", "canaries"), sure=False)}  # ptrace may be restricted

CASES = (
    Case(
        name="reads_command_lines",
        about="no other process shows, so neither do its arguments",
        cells=cells(
            """
            attempt("numbers", lambda: {place.decoy_pid: "there"}[max(int(n) for n in os.listdir("/proc") if n == str(place.decoy_pid))])
            attempt("decoy", lambda: read(f"/proc/{place.decoy_pid}/cmdline"))
            attempt("status", lambda: read(f"/proc/{place.decoy_pid}/stat", 60))
            attempt("ps", lambda: [line for line in os.popen("ps ax").read().splitlines() if "canary" in line][0])
            tell()
            """
        ),
        checks=(denied(),),
        guards={"full": ("pids",), "reduced": ("landlock",)},
        not_in=_NONE,
    ),
    Case(
        name="reads_environments",
        about="the grader's environment and everybody else's stay closed",
        cells=cells(
            """
            def environments():
                found = []
                for pid in (*strangers(), os.getppid()):
                    with contextlib.suppress(OSError):
                        found += re.findall(rb"[A-Z_]+=cana" + rb"ry[^\\0]*", read(f"/proc/{pid}/environ", 1 << 20))
                return found[0]
            attempt("environments", environments)
            attempt("decoy", lambda: read(f"/proc/{place.decoy_pid}/environ"))
            attempt("grader", lambda: len(read(f"/proc/{place.grader_pid}/environ")))
            tell()
            """
        ),
        checks=(denied(),),
        not_in=_NONE,
    ),
    Case(
        name="reads_other_memory",
        about="no other process's memory can be mapped out or read",
        cells=cells(
            """
            def memory(pid, address):
                with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
                    file.seek(address)
                    return file.read(60)
            class Vector(ctypes.Structure):
                _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
            def copied():
                room = ctypes.create_string_buffer(60)
                mine, theirs = Vector(ctypes.addressof(room), 60), Vector(place.decoy_address, 60)
                syscall("process_vm_readv", place.decoy_pid, ctypes.byref(mine), ctypes.c_ulong(1), ctypes.byref(theirs), ctypes.c_ulong(1), ctypes.c_ulong(0))
                return room.raw
            attempt("mem", lambda: memory(place.decoy_pid, place.decoy_address))
            attempt("process_vm_readv", copied)
            for pid in strangers(): attempt(f"maps of {pid}", lambda: read(f"/proc/{pid}/maps", 60))
            tell()
            """
        ),
        checks=(denied(),),
        not_in=_UNSURE,
    ),
    Case(
        name="traces_others",
        about="ptrace reaches nobody, and a process of the notebook's own cannot become a way around",
        cells=cells(
            """
            def seized(pid):
                syscall("ptrace", ctypes.c_long(0x4206), ctypes.c_long(pid), None, None)  # PTRACE_SEIZE stops nobody
                syscall("ptrace", ctypes.c_long(17), ctypes.c_long(pid), None, None)
                return "seized"
            for name in ("decoy_pid", "grader_pid", "server_pid"):
                attempt(name, lambda: seized(getattr(place, name)))
            attempt("kcmp", lambda: syscall("kcmp", place.decoy_pid, place.grader_pid, 1, 0, 0))
            tell()
            """
        ),
        checks=(denied(),),
        not_in={"none": Excuse(SAME_USER, ("holds", "outside"), sure=False)},
    ),
    Case(
        name="takes_open_files_of_others",
        about="what other processes hold open cannot be taken or looked at",
        cells=cells(
            """
            def taken():
                held = syscall("pidfd_open", ctypes.c_int(place.decoy_pid), ctypes.c_uint(0))
                file = syscall("pidfd_getfd", ctypes.c_int(held), ctypes.c_int(place.decoy_file), ctypes.c_uint(0))
                return os.pread(file, 100, 0)
            attempt("pidfd_getfd", taken)
            attempt("fd", lambda: read(f"/proc/{place.decoy_pid}/fd/{place.decoy_file}"))
            for pid in strangers():
                attempt(f"names of {pid}", lambda: os.listdir(f"/proc/{pid}/fd")[0])
                attempt(f"cwd of {pid}", lambda: os.readlink(f"/proc/{pid}/cwd"))
                attempt(f"root of {pid}", lambda: os.listdir(f"/proc/{pid}/root{place.reference}")[0])
            tell()
            """
        ),
        checks=(denied(),),
        not_in=_UNSURE,
    ),
    Case(
        name="signals_others",
        about="no process outside can be signalled, stopped or ended",
        cells=cells(
            """
            for name in ("decoy_pid", "grader_pid", "server_pid"):
                attempt(name, lambda: os.kill(getattr(place, name), 0))
            attempt("SIGTERM", lambda: os.kill(place.decoy_pid, signal.SIGTERM))
            attempt("pidfd", lambda: syscall("pidfd_send_signal", syscall("pidfd_open", place.decoy_pid, 0), 9, None, 0))
            attempt("group", lambda: os.killpg(os.getpgid(place.decoy_pid), 0))
            tell()
            """
        ),
        checks=(denied(),),
        not_in={"none": Excuse(SAME_USER, ("holds", "outside", "ends", "canaries", "left", "cause"))},
        never_in={"none": "it would end the decoy, which other cases need"},
    ),
    Case(
        name="signals_by_files",
        about="a file that is to signal its owner when data comes signals nobody outside",
        cells=cells(
            """
            import fcntl
            def signalled(pid):
                ours, theirs = socket.socketpair()
                fcntl.fcntl(ours, fcntl.F_SETOWN, pid); fcntl.fcntl(ours, 10, signal.SIGTERM)  # F_SETSIG
                fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK); theirs.send(b"x")
                return fcntl.fcntl(ours, fcntl.F_GETOWN)
            attempt("decoy", lambda: signalled(place.decoy_pid))
            time.sleep(0.2)
            tell()
            """
        ),
        never_in={"none": "it would end the decoy, which other cases need"},
    ),
    Case(
        name="meddles_with_others",
        about="priority, cores and limits of other processes stay as they are",
        cells=cells(
            """
            import psutil
            attempt("nice", lambda: os.setpriority(os.PRIO_PROCESS, place.decoy_pid, 19))
            attempt("nice of all", lambda: os.setpriority(os.PRIO_USER, 0, 1) if out_of_sight() else 1 / 0)
            attempt("cores", lambda: os.sched_setaffinity(place.decoy_pid, {0}))
            attempt("scheduler", lambda: os.sched_setscheduler(place.decoy_pid, os.SCHED_IDLE, os.sched_param(0)))
            attempt("limits", lambda: __import__("resource").prlimit(place.decoy_pid, 7, (64, 64)))
            attempt("disk priority", lambda: syscall("ioprio_set", 1, place.decoy_pid, 3 << 13))
            attempt("oom", lambda: open(f"/proc/{place.decoy_pid}/oom_score_adj", "w").write("1000"))
            tell()
            """
        ),
        checks=(denied("nice", "cores", "scheduler", "limits", "disk priority", "oom"),),
        not_in={"none": ACTS_AS_USER},
    ),
)
