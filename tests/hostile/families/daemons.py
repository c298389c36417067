"""Persistence by process: whatever a notebook starts ends with it."""

from __future__ import annotations

from hostile.case import Case, Excuse, cells, denied, granted, tells, within

CASES = (
    Case(
        name="leaves_a_child",
        about="a plain child ends with the kernel",
        cells=cells("attempt('child', lambda: subprocess.Popen(['sleep', '45']).pid)\ntell()"),
        checks=(granted("child"),),
    ),
    Case(
        name="forks_beside_itself",
        about="no process of a notebook's is made a trusted one's, where nobody counts it and nobody buries it",
        cells=cells(
            """
            def beside():
                child = syscall("clone", ctypes.c_ulong(0x8000 | 17), None, None, None, None)
                if child == 0:
                    while True: time.sleep(60)
                return child
            attempt("clone", beside)
            tell()
            """
        ),
        checks=(denied("clone"),),
        not_in={"none": Excuse("without walls nothing is refused", sure=False)},
    ),
    Case(
        name="leaves_a_session",
        about="a process in a session of its own ends with the kernel",
        cells=cells("attempt('child', lambda: subprocess.Popen(['sleep', '46'], start_new_session=True).pid)\ntell()"),
        checks=(granted("child"),),
    ),
    Case(
        name="leaves_a_daemon",
        about="a daemon that forked twice, closed everything and ignores signals ends with the kernel",
        cells=cells(
            """
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.chdir("/"); os.closerange(0, 1024)
                    for number in range(1, 32):
                        with contextlib.suppress(OSError, ValueError): signal.signal(number, signal.SIG_IGN)
                    end = time.monotonic() + 45
                    while time.monotonic() < end: time.sleep(0.1)
                os._exit(0)
            os.wait()
            time.sleep(0.3)
            tell(started=True)
            """
        ),
        checks=(tells("started", True),),
    ),
    Case(
        name="leaves_a_daemon_by_shell",
        about="nohup, setsid and a background job of a shell end with the kernel",
        cells=cells(
            """
            os.system("nohup setsid sh -c 'sleep 47' >/dev/null 2>&1 &")
            os.system("(trap '' TERM HUP INT; sleep 48) >/dev/null 2>&1 &")
            time.sleep(0.3)
            tell(started=True)
            """,
            "!(setsid sleep 49 >/dev/null 2>&1 &)",
        ),
        checks=(tells("started", True),),
    ),
    Case(
        name="leaves_daemons_that_respawn",
        about="two daemons that start each other again both end with the kernel",
        cells=cells(
            """
            end = time.monotonic() + 30
            def guard(generation):
                os.setsid()
                while time.monotonic() < end and generation < 40:
                    child = os.fork()
                    if child == 0:
                        generation += 1; os.setsid(); time.sleep(0.05); continue
                    os.waitpid(child, 0)
                time.sleep(max(0, end - time.monotonic()))
                os._exit(0)
            for _ in range(2):
                if os.fork() == 0:
                    if os.fork() == 0: guard(0)
                    os._exit(0)
            time.sleep(0.5)
            tell(started=True)
            """
        ),
        ends=("ok", "out_of_memory"),
        checks=(tells("started", True),),
        limits={"memory_mb": 12_000},
    ),
    Case(
        name="leaves_a_daemon_by_dying",
        about="a daemon does not survive a kernel that dies",
        cells=cells(
            """
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0: time.sleep(45)
                os._exit(0)
            time.sleep(0.3)
            os.kill(os.getpid(), signal.SIGKILL)
            """
        ),
        ends=("killed",),
        neighbour=True,
    ),
    Case(
        name="leaves_a_daemon_by_hanging",
        about="a daemon does not survive a kernel that has to be killed",
        cells=cells(
            """
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0: time.sleep(45)
                os._exit(0)
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
            while True: pass
            """
        ),
        ends=("timeout",),
        checks=(within(20),),
        slow=True,
    ),
    Case(
        name="leaves_a_stopped_child",
        about="a stopped child, and one that waits in a trace of its own, end with the kernel",
        cells=cells(
            """
            for _ in range(2):
                child = os.fork()
                if child == 0:
                    os.setsid()
                    LIBC.ptrace(0, 0, 0, 0)
                    os.kill(os.getpid(), signal.SIGSTOP); time.sleep(45); os._exit(0)
            time.sleep(0.3)
            tell(started=True)
            """
        ),
        checks=(tells("started", True),),
    ),
)
