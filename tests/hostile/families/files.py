"""Theft by file: the course, other hand-ins, the home, what lies about on the machine."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import READS_AS_USER, Case, Excuse, cells, denied

_UNSEEN = {"full": ("files",), "reduced": ("landlock",)}
_NONE = {"none": READS_AS_USER}

CASES = (
    Case(
        name="reads_the_course",
        about="reference, rubric and held-out rows are not there for a kernel that knows their paths",
        cells=cells(
            """
            for name in ("rubric.yaml", "heldout.csv", "reference/solution.ipynb"):
                attempt(name, lambda: read(f"{place.reference}/{name}"))
            attempt("by the shell", lambda: subprocess.check_output(["cat", f"{place.reference}/rubric.yaml"]))
            tell()
            """
        ),
        checks=(denied(),),
        guards={"reduced": ("landlock",)},
        not_in=_NONE,
    ),
    Case(
        name="reads_another_hand_in",
        about="no other student's notebook can be read",
        cells=cells(
            """
            attempt("rival", lambda: read(f"{place.others}/rival/rival.ipynb"))
            attempt("hand-ins", lambda: [read(f) for f in glob.glob(f"{place.root}/handed/*/*/notes.txt")][0])
            attempt("notebooks", lambda: [f for f in glob.glob(f"{place.root}/**/*.ipynb", recursive=True)][0])
            tell()
            """
        ),
        checks=(denied(),),
        guards={"reduced": ("landlock",)},
        not_in=_NONE,
        neighbour=True,
    ),
    Case(
        name="reads_the_home",
        about="keys, tokens and shell files of whoever grades cannot be read",
        cells=cells(
            """
            import pwd
            for name in (".ssh/id_rsa", ".netrc", ".bashrc"):
                attempt(name, lambda: read(f"{place.home}/{name}"))
            attempt("expanduser", lambda: read(os.path.expanduser("~/.netrc")))
            attempt("root's", lambda: [name for name in os.listdir("/root") if f"/root/{name}/" not in sys.base_prefix + "/"][0])
            attempt("homes", lambda: [f for f in glob.glob("/home/*/.*") if os.access(f, os.R_OK)][0][:5])
            tell()
            """
        ),
        checks=(denied(".ssh/id_rsa", ".netrc", ".bashrc", "expanduser", "root's"),),
        guards={"reduced": ("landlock",)},
        not_in=_NONE,
    ),
    Case(
        name="lists_folders_outside",
        about="folders outside do not even show their names",
        cells=cells(
            """
            for name in ("reference", "others", "home", "outside"):
                attempt(name, lambda: os.listdir(getattr(place, name)))
            attempt("walk", lambda: [names for _, _, names in os.walk(place.root) if "rubric.yaml" in names][0])
            attempt("root", lambda: [name for name in os.listdir(place.root) if name != os.path.basename(place.tmp)][0])
            attempt("find", lambda: subprocess.check_output(["find", place.reference, "-name", "*.csv"]).decode())
            tell()
            """
        ),
        checks=(denied(),),
        guards={"reduced": ("landlock",)},
        not_in=_NONE,
    ),
    Case(
        name="asks_whether_files_exist",
        about="not even existence, size or date of a file outside can be learned",
        cells=cells(
            """
            for name in ("rubric.yaml", "heldout.csv"):
                attempt(name, lambda: os.stat(f"{place.reference}/{name}").st_size)
            attempt("access", lambda: 1 / os.access(f"{place.home}/.netrc", os.F_OK))
            attempt("statfs", lambda: os.statvfs(place.home).f_blocks)
            tell()
            """
        ),
        checks=(denied(),),
        guards={"full": ("files",)},
        not_in={
            "none": READS_AS_USER,
            "reduced": Excuse("Landlock does not see stat(): existence, size and date show (docs/security.md)"),
        },
    ),
    Case(
        name="climbs_out_of_its_folder",
        about="no way up leads to the grader's files: .., a descriptor of the folder, /proc/self/cwd and root",
        cells=cells(
            """
            secret = f"{place.reference}/rubric.yaml"
            away = "/".join([".."] * 12) + secret
            attempt("dots", lambda: read(away))
            here = os.open(".", os.O_RDONLY)
            attempt("descriptor", lambda: os.read(os.open(away, os.O_RDONLY, dir_fd=here), 3000))
            attempt("cwd", lambda: read(f"/proc/self/cwd/{away}"))
            attempt("root", lambda: read(f"/proc/self/root{secret}"))
            attempt("thread", lambda: read(f"/proc/thread-self/root{secret}"))
            attempt("decoy", lambda: read(f"/proc/{place.decoy_pid}/root{secret}"))
            attempt("chdir", lambda: (os.chdir(place.reference), read("rubric.yaml")))
            tell()
            """
        ),
        checks=(denied(),),
        guards={"reduced": ("landlock",)},
        not_in=_NONE,
    ),
    Case(
        name="links_to_secrets",
        about="neither a symbolic nor a hard link brings a file of the grader's inside",
        cells=cells(
            """
            secret = f"{place.reference}/rubric.yaml"
            os.symlink(secret, "link.yaml"); os.symlink(place.reference, "course")
            attempt("symbolic", lambda: read("link.yaml"))
            attempt("through a folder", lambda: read("course/heldout.csv"))
            attempt("hard", lambda: (os.link(secret, "hard.yaml"), read("hard.yaml")))
            attempt("rename", lambda: (os.rename(f"{place.outside}/removable.txt", "mine"), os.rename("mine", f"{place.outside}/removable.txt")))
            tell()
            """
        ),
        checks=(denied(),),
        guards={"reduced": ("landlock",)},
        not_in={"none": Excuse(READS_AS_USER.reason, ("holds", "canaries", "outside"))},
    ),
    Case(
        name="reads_the_systems_secrets",
        about="password hashes, host keys, raw disks and memory stay closed",
        cells=cells(
            """
            for name in ("/etc/shadow", "/etc/sudoers", "/proc/kcore", "/dev/mem", "/dev/kmsg"):
                attempt(name, lambda: len(read(name, 16)))
            for name in glob.glob("/etc/ssh/ssh_host_*_key") + glob.glob("/dev/[vsn][dv][am]*") + ["/dev/vda"]:
                attempt(name, lambda: len(read(name, 16)))
            tell()
            """
        ),
        checks=(denied(),),
        not_in={"none": Excuse(READS_AS_USER.reason, sure=False)},
    ),
    Case(
        name="reads_the_neighbours_job",
        about="folder, notes and connection file of a kernel that runs beside it cannot be read",
        cells=cells(
            """
            time.sleep(0.3)  # until the neighbour is there
            own = os.path.dirname(os.getcwd())
            jobs = [job for job in glob.glob(f"{place.tmp}/grader-*/") if os.path.realpath(job) != os.path.realpath(own)]
            attempt("jobs", lambda: jobs[0])
            for job in jobs:
                attempt(f"connection {job}", lambda: read(f"{job}/connection.json")[:40])
                attempt(f"notes {job}", lambda: read(f"{job}/work/notes.txt"))
                attempt(f"log {job}", lambda: len(read(f"{job}/kernel.log")))
                attempt(f"everything {job}", lambda: [read(f) for f in glob.glob(f"{job}/**/*.txt", recursive=True)][0])
            tell()
            """
        ),
        checks=(denied(),),
        guards={"reduced": ("landlock",)},
        not_in=_NONE,
        neighbour=True,
    ),
    Case(
        name="reads_shared_places",
        about="/dev/shm and shared memory of others are not shared with a kernel",
        cells=cells(
            """
            attempt("file", lambda: read(place.shm))
            attempt("names", lambda: [n for n in os.listdir("/dev/shm") if n.startswith("kept-")][0])
            LIBC.shmat.restype = ctypes.c_void_p
            def attached():
                segment = syscall("shmget", ctypes.c_int(place.sysv_key), ctypes.c_size_t(0), ctypes.c_int(0))
                return ctypes.string_at(LIBC.shmat(segment, None, 0o10000), 60)
            attempt("segment", attached)
            tell()
            """
        ),
        checks=(denied(),),
        guards={"reduced": ("landlock",), "full": ("files",)},
        not_in=_NONE,
    ),
    Case(
        name="lists_shared_memory",
        about="segments, queues and semaphores of the machine do not show",
        cells=cells(
            """
            def keys(name):
                return [line.split()[0] for line in open(f"/proc/sysvipc/{name}").read().splitlines()[1:]]
            attempt("segments", lambda: {place.sysv_key: "there"}[int([k for k in keys("shm") if k == str(place.sysv_key)][0])])
            tell()
            """
        ),
        checks=(denied(),),
        guards={"full": ("ipc",), "reduced": ("landlock",)},
        not_in={"none": Excuse(READS_AS_USER.reason)},
    ),
    Case(
        name="reads_the_package_s_own_course",
        about="rubrics and solutions beside an installed or checked-out grader are as far away as any others",
        cells=cells(
            """
            for name in ("rubrics/hw1.yaml", "reference/hw1", "tests", "README.md", ".git/HEAD", "grader/scoring.py"):
                path = f"{place.repository}/{name}"
                attempt(name, lambda: len(os.listdir(path)) if os.path.isdir(path) else len(read(path)))
            attempt("import", lambda: __import__("grader").__file__)
            attempt("finder", lambda: __import__("importlib.util").util.find_spec("grader.scoring").origin)
            tell()
            """
        ),
        checks=(denied(),),
        guards={"reduced": ("landlock",)},
        not_in=_NONE,
    ),
    Case(
        name="reads_where_it_is_mounted",
        about="the list of mounts and the kernel's own paths name no student, no course and no home",
        cells=cells(
            """
            def mentions(path, *words):
                text = open(path).read()
                return [word for word in words if word in text][0]
            planted = [place.reference, place.others, place.home]
            for name in ("mountinfo", "mounts", "maps", "environ", "cmdline"):
                attempt(name, lambda: mentions(f"/proc/self/{name}", *planted))
            tell()
            """
        ),
        checks=(denied(),),
    ),
    Case(
        name="opens_files_by_handle",
        about="a file handle does not lead around the walls",
        cells=cells(
            """
            class Handle(ctypes.Structure):
                _fields_ = [("bytes", ctypes.c_uint), ("type", ctypes.c_int), ("data", ctypes.c_ubyte * 128)]
            def stolen(path):
                handle, mount = Handle(128), ctypes.c_int()
                syscall("name_to_handle_at", ctypes.c_int(-100), path.encode(), ctypes.byref(handle), ctypes.byref(mount), 0)
                for folder in ("/", ".", os.path.dirname(path)):
                    try:
                        base = os.open(folder, os.O_RDONLY)
                        opened = syscall("open_by_handle_at", ctypes.c_int(base), ctypes.byref(handle), ctypes.c_int(0))
                        return os.read(opened, 3000)
                    except OSError as error:
                        last = error
                raise last
            attempt("course", lambda: stolen(f"{place.reference}/rubric.yaml"))
            attempt("root directory by number", lambda: privileged("open_by_handle_at", ctypes.c_int(-1), None, ctypes.c_int(0)))
            tell()
            """
        ),
        checks=(denied(),),
        not_in={"none": Excuse(READS_AS_USER.reason, ("holds", "canaries"), sure=False)},
    ),
)
