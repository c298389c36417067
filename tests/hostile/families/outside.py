"""Persistence by file: nothing outside a job changes, not even a date."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import ACTS_AS_USER, Case, Excuse, cells, denied

_NONE = {"none": ACTS_AS_USER}
_LANDLOCK = {"reduced": ("landlock",)}

CASES = (
    Case(
        name="writes_outside",
        about="no file can be made in any shared or private place outside",
        cells=cells(
            """
            places = (place.outside, place.home, place.tmp, place.others, place.reference, "/var/tmp", "/run/lock", "/dev/mqueue", "/")
            for folder in (*places, os.path.dirname(os.getcwd()), os.path.dirname(place.server_socket)):
                attempt(folder, lambda: open(f"{folder}/{place.mark}", "w").write("x"))
            tell()
            """
        ),
        guards=_LANDLOCK,
        not_in=_NONE,
    ),
    Case(
        name="writes_into_packages",
        about="neither Python nor its packages can be changed, so nothing waits there for the next run",
        cells=cells(
            """
            import sysconfig, numpy
            for name in ("purelib", "stdlib", "scripts"):
                folder = sysconfig.get_paths()[name]
                attempt(name, lambda: open(f"{folder}/{place.mark}.pth", "w").write(""))
            attempt("a module", lambda: open(numpy.__file__, "r+").close())
            attempt("a library", lambda: open(numpy._core._multiarray_umath.__file__, "r+b").close())
            attempt("the interpreter", lambda: open(os.path.realpath(sys.executable), "r+b").close())
            tell()
            """
        ),
        checks=(denied(),),
        guards=_LANDLOCK,
        not_in={"none": Excuse(ACTS_AS_USER.reason, ACTS_AS_USER.promises, sure=False)},
    ),
    Case(
        name="writes_into_the_account",
        about="shell files, keys, timers and autostart of whoever grades stay as they are",
        cells=cells(
            """
            attempt("bashrc", lambda: open(f"{place.home}/.bashrc", "a").write("# more"))
            attempt("keys", lambda: open(f"{place.home}/.ssh/authorized_keys", "w").write("x"))
            for folder in ("/etc/cron.d", "/var/spool/cron/crontabs"):
                attempt(folder, lambda: open(f"{folder}/{place.mark}", "w").write("# x"))
            attempt("autostart", lambda: os.makedirs(f"{place.home}/.config/autostart"))
            tell()
            """
        ),
        guards=_LANDLOCK,
        not_in=_NONE,
    ),
    Case(
        name="removes_and_renames_outside",
        about="files outside can be neither removed nor renamed, cut nor overwritten",
        cells=cells(
            """
            there = f"{place.outside}/writable.txt"
            attempt("append", lambda: open(there, "a").write("x"))
            attempt("cut", lambda: os.truncate(there, 0))
            attempt("rename", lambda: os.rename(there, f"{place.outside}/other.txt"))
            attempt("replace", lambda: (open("new", "w").close(), os.replace("new", f"{place.outside}/removable.txt")))
            attempt("remove", lambda: os.unlink(f"{place.outside}/removable.txt"))
            attempt("others", lambda: __import__("shutil").rmtree(f"{place.others}/rival"))
            tell()
            """
        ),
        checks=(denied(),),
        guards=_LANDLOCK,
        not_in=_NONE,
    ),
    Case(
        name="touches_outside",
        about="modes, owners, dates and attributes outside stay as they are, whatever the call says",
        cells=cells(
            """
            there = f"{place.outside}/writable.txt"
            attempt("date", lambda: os.utime(there))
            attempt("other date", lambda: os.utime(there, (1, 1)))
            attempt("mode", lambda: os.chmod(there, 0o777))
            attempt("mode of the home", lambda: os.chmod(place.home, 0o777))
            attempt("owner", lambda: os.chown(there, os.getuid(), os.getgid()))
            attempt("attribute", lambda: os.setxattr(there, "user.evil", b"x"))
            attempt("through a link", lambda: (os.symlink(there, "l"), os.utime("l"), os.chmod("l", 0o600)))
            tell()
            """
        ),
        guards={"full": ("files",), "reduced": ("seccomp",)},
        not_in=_NONE,
    ),
    Case(
        name="watches_outside",
        about="what happens to files outside cannot be watched",
        cells=cells(
            """
            def watched(path):
                events = LIBC.inotify_init1(0)
                if events < 0 or LIBC.inotify_add_watch(events, path.encode(), 0xFFF) < 0:
                    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
                return "watched"
            for name in ("reference", "others", "outside", "tmp"):
                attempt(name, lambda: watched(getattr(place, name)))
            attempt("fanotify", lambda: syscall("fanotify_init", 0, 0))
            tell()
            """
        ),
        checks=(denied("reference", "others", "outside", "fanotify"),),
        guards={"full": ("files",), "reduced": ("seccomp",)},
        not_in={"none": Excuse(ACTS_AS_USER.reason)},
    ),
    Case(
        name="poisons_what_is_shared",
        about="nothing that later kernels read, such as the fonts' cache or the server's home, can be changed",
        cells=cells(
            """
            shared = glob.glob(f"{place.tmp}/grader-fonts-*/*") + glob.glob(f"{os.path.dirname(place.server_socket)}/**/*", recursive=True)
            attempt("found", lambda: shared[0])
            for path in (*shared, f"{place.tmp}/grader-fonts-0/ready", place.server_socket):
                attempt(path, lambda: os.path.isfile(path) and open(path, "r+").close() or os.stat(path).st_size)
            tell()
            """
        ),
        checks=(denied(),),
        not_in={
            "none": Excuse(ACTS_AS_USER.reason),
            "reduced": Excuse(
                "Landlock does not see stat(): existence, size and date show (docs/security.md)", sure=False
            ),
        },
    ),
    Case(
        name="changes_the_machine",
        about="settings of the system, its name, its clock and its groups of processes stay as they are",
        cells=cells(
            """
            for path in ("/proc/sys/kernel/printk_delay", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern"):
                attempt(path, lambda: os.close(os.open(path, os.O_WRONLY)))  # opened, never written
            attempt("cgroup", lambda: os.mkdir(f"/sys/fs/cgroup/{place.mark}"))
            attempt("cgroup of this", lambda: os.close(os.open("/sys/fs/cgroup/cgroup.procs", os.O_WRONLY)))
            attempt("host name", lambda: privileged("sethostname", None, 5))
            attempt("domain", lambda: privileged("setdomainname", None, 5))
            attempt("clock", lambda: privileged("settimeofday", ctypes.c_void_p(1), None))
            attempt("kernel's messages", lambda: privileged("syslog", 99, None, 0))
            tell()
            """
        ),
        checks=(denied(),),
        not_in={"none": Excuse(ACTS_AS_USER.reason, ("holds", "outside"), sure=False)},
    ),
)
