"""Denial of service by death: of the kernel, of its parent, of everything that a signal reaches."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import SAME_USER, Case, Excuse, cells, denied, earns, silent, tells

_DIES = ("killed",)

CASES = (
    Case(
        name="segfaults",
        about="a crash in C is the kernel's death and names the cell",
        cells=cells("ctypes.string_at(0)", "tell(after=True)"),
        ends=_DIES,
        checks=(silent("after"),),
    ),
    Case(
        name="aborts",
        about="an abort ends the kernel and leaves no core file",
        cells=cells(
            "import resource\nresource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE))\nos.abort()"
        ),
        ends=_DIES,
    ),
    Case(
        name="exits_at_once",
        about="os._exit(0) is no success",
        cells=cells("print('before', flush=True)\nos._exit(0)", "tell(after=True)"),
        ends=_DIES,
        checks=(silent("after"), earns(runs="not_passed")),
    ),
    Case(
        name="kills_itself",
        about="SIGKILL of itself is the kernel's death",
        cells=cells("os.kill(os.getpid(), signal.SIGKILL)"),
        ends=_DIES,
    ),
    Case(
        name="kills_its_group",
        about="a signal to its own process group and session reaches nobody else",
        cells=cells("os.kill(0, signal.SIGKILL)", "os.killpg(os.getpgid(0), signal.SIGKILL)"),
        ends=_DIES,
        neighbour=True,
    ),
    Case(
        name="kills_everybody",
        about="kill(-1) reaches nobody outside",
        cells=cells(
            """
            attempt("in sight", lambda: {False: "yes"}[out_of_sight()])
            tell()
            if out_of_sight():  # never where it could reach further than this notebook
                os.kill(-1, signal.SIGKILL)
            """,
            "tell(after=True)",
        ),
        ends=("ok", "student_error", "killed", "timeout"),
        checks=(denied("in sight"),),
        guards={"full": ("pids",)},
        never_in={
            "none": "kill(-1) of the same user would end the whole session",
            "reduced": "other processes keep their numbers there; `signals_others` shows that no signal reaches them",
        },
        neighbour=True,
    ),
    Case(
        name="kills_its_parent",
        about="its parent's death is its own at most",
        cells=cells(
            "os.kill(os.getppid(), signal.SIGTERM)\nos.kill(os.getppid(), signal.SIGINT)\ntime.sleep(0.5)",
            "os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(0.5)",
            "tell(after=True)",
        ),
        ends=("ok", "student_error", "killed"),
        neighbour=True,
    ),
    Case(
        name="kills_the_server",
        about="the kernel server cannot be ended from a kernel; where it can, nobody loses anything",
        cells=cells(
            "attempt('server', lambda: os.kill(place.server_pid, signal.SIGKILL))\ntime.sleep(0.5)\ntell()",
        ),
        ends=("ok", "killed"),
        checks=(denied("server"),),
        not_in={"none": Excuse(SAME_USER, sure=False)},
        neighbour=True,
    ),
    Case(
        name="stops_its_parent",
        about="a stopped parent holds up neither this run nor another",
        cells=cells("attempt('stop', lambda: os.kill(os.getppid(), signal.SIGSTOP))\ntell()"),
        ends=("ok", "student_error", "killed", "timeout"),
        neighbour=True,
    ),
    Case(
        name="stops_the_server",
        about="the kernel server cannot be stopped from a kernel",
        cells=cells("attempt('stop', lambda: os.kill(place.server_pid, signal.SIGSTOP))\ntell()"),
        checks=(denied("stop"),),
        never_in={"none": "the same user may stop the server, and then nobody gets a kernel any more"},
        neighbour=True,
    ),
    Case(
        name="recurses_deeply",
        about="endless recursion is an error, or the death of a kernel that lifted the limit",
        cells=cells(
            """
            def deeper(n): return deeper(n + 1)
            try: deeper(0)
            except RecursionError: tell(first=True)
            """,
            "sys.setrecursionlimit(10**9)\ndeeper(0)",
        ),
        ends=("student_error", "killed", "out_of_memory", "timeout"),
        checks=(tells("first", True),),
        slow=True,
    ),
    Case(
        name="overflows_the_stack_of_c",
        about="a stack that overflows in C is the kernel's death",
        cells=cells(
            """
            sys.setrecursionlimit(10**9)
            kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
            again = kind(lambda n: again(n + 1))
            again(0)
            """
        ),
        ends=("killed", "student_error"),
    ),
    Case(
        name="raises_what_cannot_be_told",
        pages=True,
        about="an exception whose text raises, and whose class has an odd name, is an error like another",
        cells=cells(
            """
            class Nasty(BaseException):
                def __str__(self): raise SystemExit(3)
                __repr__ = __str__
                def __getattribute__(self, name): raise KeyboardInterrupt
            raise Nasty("x")
            """,
            "raise type('<script>alert(1)</script>\\n' * 3, (Exception,), {})('\\udc80 \\x1b]0;title\\x07')",
            "tell(after=True)",
        ),
        ends=("student_error",),
        checks=(tells("after", True),),
    ),
    Case(
        name="dies_when_asked",
        about="a function that ends its kernel when the grader calls it costs its own points",
        cells=cells("def predict(df): os._exit(0)\ntell(defined=True)"),
        ends=("killed", "ok"),
        checks=(earns(r2="not_passed"),),
    ),
    Case(
        name="answers_twice",
        about="a function that forks when the grader calls it, so that two kernels answer, gains nothing",
        cells=cells(
            """
            def predict(df):
                os.fork()
                return df["a"] * 0.0
            tell(defined=True)
            """
        ),
        ends=("ok", "killed", "timeout", "student_error", "out_of_memory"),
        checks=(earns(r2="not_passed"),),
        slow=True,
    ),
)
