"""Run as a script in the process that becomes a student's kernel, or by the kernel server in a fork of itself.

Never imported by the grader. Lowers what the process may use, makes the grader unimportable, starts a stock ipykernel.
"""

import resource
import sys

_LARGEST_FILE = 1_000_000_000  # bytes; one file, the kernel's log among them


def main() -> None:
    """`launch.py MEMORY_BYTES -f CONNECTION_FILE ...`"""
    prepare(int(sys.argv[1]))
    start([sys.argv[0], *sys.argv[2:]])


def prepare(memory_bytes: int) -> None:
    """Set limits and hide the grader."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    # RLIMIT_DATA follows what is really used closely; RLIMIT_AS counts address space that torch only reserves.
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    hide_the_grader()


def start(argv: list[str], **traits: object) -> None:
    """Be a kernel until told to stop. `argv`: as a script's, with the arguments of ipykernel."""
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = argv
    IPKernelApp.launch_instance(argv=argv[1:], **traits)


def hide_the_grader() -> None:
    """Drop an editable install's finders and paths, and refuse the name itself."""
    sys.meta_path[:] = [
        f for f in sys.meta_path if "editable" not in getattr(f, "__module__", getattr(f, "__name__", ""))
    ]
    sys.path_hooks[:] = [hook for hook in sys.path_hooks if "editable" not in getattr(hook, "__module__", "")]
    sys.path[:] = [p for p in sys.path if p and "editable" not in p]
    sys.modules["grader"] = None  # type: ignore[assignment]  # import grader -> ModuleNotFoundError


if __name__ == "__main__":
    main()
