"""Denial of service by time: what never ends, does not listen, or goes on after the end."""

from __future__ import annotations

from hostile.case import Case, Excuse, below, cells, earns, tells, within

_STUBBORN = 16  # seconds: the cell's limit, the wait for its reaction, the kernel's start, a busy machine

CASES = (
    Case(
        name="loops_in_python",
        about="an endless loop costs its limit, and the next cell runs",
        cells=cells("while True: pass", "tell(after=True)"),
        ends=("timeout",),
        checks=(tells("after", True), within(_STUBBORN)),
        slow=True,
    ),
    Case(
        name="loops_in_c",
        about="a loop in C that sees no signal is ended with its kernel",
        cells=cells("import itertools\nsum(itertools.repeat(0, 10**11))", "tell(after=True)"),
        ends=("timeout",),
        checks=(within(_STUBBORN),),
        slow=True,
    ),
    Case(
        name="matches_a_slow_pattern",
        about="a pattern that backtracks for ever ends with its cell",
        cells=cells("re.match('(a+)+$', 'a' * 60 + 'b')", "tell(after=True)"),
        ends=("timeout",),
        checks=(within(_STUBBORN),),
        slow=True,
    ),
    Case(
        name="blocks_every_signal",
        about="blocked and ignored signals do not lengthen a run",
        cells=cells(
            """
            for number in range(1, 32):
                with contextlib.suppress(OSError, ValueError):
                    signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
            while True: pass
            """
        ),
        ends=("timeout",),
        checks=(within(_STUBBORN),),
        slow=True,
    ),
    Case(
        name="swallows_interrupts",
        about="a loop that catches the interrupt and goes on is ended",
        cells=cells(
            """
            while True:
                try:
                    while True: time.sleep(0.01)
                except BaseException:
                    pass
            """
        ),
        ends=("timeout",),
        checks=(within(_STUBBORN),),
        slow=True,
    ),
    Case(
        name="stops_itself",
        about="a kernel that stops itself is ended at its limit",
        cells=cells("os.kill(os.getpid(), signal.SIGSTOP)"),
        ends=("timeout", "killed"),
        checks=(within(_STUBBORN),),
        slow=True,
    ),
    Case(
        name="waits_for_input",
        about="nobody is waited for: input() is answered by a repair, and other ways to ask end at once",
        cells=cells(
            "input('password: ')",
            "import getpass; getpass.getpass()",
            "get_ipython().kernel.raw_input('?')",
            "tell(line=sys.stdin.readline() if sys.stdin else '', read=len(os.read(0, 10)))",
        ),
        ends=("ok", "student_error"),
        checks=(tells("read", 0), within(10)),
    ),
    Case(
        name="sleeps_with_the_lock",
        about="a thread that sleeps with the interpreter's lock ends with its kernel",
        cells=cells(
            "threading.Thread(target=lambda: ctypes.PyDLL(None).sleep(50), daemon=True).start()\ntime.sleep(1)",
            "tell(after=True)",
        ),
        ends=("timeout",),
        checks=(within(_STUBBORN),),
        slow=True,
    ),
    Case(
        name="leaves_threads_running",
        about="threads that spin, print and open files after the last cell neither delay nor outlive the run",
        cells=cells(
            """
            tell(started=True)
            def spin():
                while True:
                    print("x" * 100); open("spun.txt", "w").close()
            for _ in range(4): threading.Thread(target=spin).start()
            """
        ),
        ends=("ok", "output_limit", "timeout"),
        checks=(tells("started", True), within(_STUBBORN)),
        slow=True,
    ),
    Case(
        name="hooks_the_exit",
        about="what is registered for the end of the process neither runs long nor costs time",
        cells=cells(
            """
            import atexit
            def for_ever():
                while True: time.sleep(0.1)
            atexit.register(for_ever)
            for number in (signal.SIGTERM, signal.SIGHUP): signal.signal(number, lambda *_: for_ever())
            threading._register_atexit(for_ever)
            tell(hooked=True)
            """
        ),
        checks=(tells("hooked", True), within(6)),
    ),
    Case(
        name="floods_itself_with_signals",
        about="a timer that interrupts everything costs nobody but the notebook",
        cells=cells(
            """
            class Broken(BaseException): pass
            def interrupt(*_): raise Broken("tick")
            signal.signal(signal.SIGALRM, interrupt)
            signal.setitimer(signal.ITIMER_REAL, 0.3, 0.002)
            """,
            "time.sleep(1)",
        ),
        ends=("ok", "student_error", "timeout", "killed"),
        checks=(within(_STUBBORN + 8),),
        slow=True,
    ),
    Case(
        name="goes_on_in_the_event_loop",
        about="tasks that block the kernel's loop after their cell are ended",
        cells=cells(
            """
            import asyncio
            def block():
                while True: time.sleep(0.1)
            asyncio.get_event_loop().call_later(0.01, block)
            """,
            "tell(after=True)",
        ),
        ends=("ok", "timeout", "student_error"),
        checks=(within(_STUBBORN),),
        slow=True,
    ),
    Case(
        name="burns_many_cores",
        about="a busy family of processes costs its limit on one core and nothing more",
        cells=cells(
            """
            with contextlib.suppress(OSError): os.sched_setaffinity(0, range(os.cpu_count()))
            def burn(end=time.monotonic() + 3.5):
                while time.monotonic() < end: pass
            children = []
            for _ in range(4):
                child = os.fork()
                if child == 0: burn(); os._exit(0)
                children.append(child)
            begun, used = time.monotonic(), 0.0
            for child in children:
                used += sum(os.wait4(child, 0)[2][:2])
            tell(cores=used / (time.monotonic() - begun), allowed=len(os.sched_getaffinity(0)))
            """
        ),
        checks=(below("cores", 1.3), tells("allowed", 1)),
        not_in={"none": Excuse("without walls a kernel may take every core that the machine has", sure=False)},
        limits={"cell_seconds": 8},
        crowded=True,
    ),
    Case(
        name="burns_beyond_its_seconds",
        about="no process of a kernel uses more seconds of a processor than the whole notebook may take",
        cells=cells(
            """
            import resource
            allowed = resource.getrlimit(resource.RLIMIT_CPU)[1]
            attempts = []
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_CPU, (-1, -1)); attempts.append("raised")
            tell(cpu=allowed if allowed > 0 else 1e9, raised=attempts)
            """
        ),
        checks=(below("cpu", 400), tells("raised", [])),
        guards={"full": ("cpu",), "reduced": ("cpu",)},
        not_in={
            "none": Excuse("root may raise its own limits, and without walls the notebook may be root", sure=False)
        },
    ),
    Case(
        name="hangs_when_asked",
        about="a function that hangs when the grader calls it costs its limit and its own points",
        cells=cells(
            """
            def predict(df):
                while True:
                    try:
                        while True: time.sleep(0.01)
                    except BaseException:
                        pass
            tell(defined=True)
            """
        ),
        ends=("ok", "timeout", "killed"),
        checks=(tells("defined", True), earns(r2="not_passed"), within(30)),
        slow=True,
    ),
)
