"""Theft from within: what the kernel itself was given or inherited, by descriptor, environment, memory or history."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import READS_AS_USER, Case, cells, denied, earns, tells

_EVERYWHERE = {"full": ("environment",), "reduced": ("environment",), "none": ("environment",)}

CASES = (
    Case(
        name="reads_its_environment",
        about="the kernel is told nothing that the grader was told",
        cells=cells(
            """
            def secrets_in(text): return re.findall("cana" + "ry-[a-z]+-[0-9a-f]+", text)
            libc_environ = ctypes.POINTER(ctypes.c_char_p).in_dll(LIBC, "environ")
            def of_libc():
                texts, i = [], 0
                while libc_environ[i]: texts.append(libc_environ[i].decode()); i += 1
                return "\\n".join(texts)
            attempt("os.environ", lambda: secrets_in(str(os.environ))[0])
            attempt("libc", lambda: secrets_in(of_libc())[0])
            attempt("proc", lambda: secrets_in(read("/proc/self/environ", 1 << 20).decode())[0])
            attempt("subprocess", lambda: secrets_in(subprocess.check_output("env").decode())[0])
            attempt("parent", lambda: secrets_in(read(f"/proc/{os.getppid()}/environ", 1 << 20).decode())[0])
            attempt("names", lambda: [name for name in os.environ if "GRADER" in name or "TOKEN" in name][0])
            attempt("home", lambda: {place.home: "the grader's"}[os.path.expanduser("~")])
            tell()
            """
        ),
        checks=(denied(),),
        guards=_EVERYWHERE,
    ),
    Case(
        name="reads_inherited_descriptors",
        about="no open file, pipe or socket of the grader or of the server is inherited",
        cells=cells(
            """
            import stat
            def held():
                for number in range(3, 1024):
                    with contextlib.suppress(OSError):
                        yield number, os.fstat(number).st_mode
            def contents():
                found = []
                for number, mode in held():
                    with contextlib.suppress(OSError):
                        found += re.findall(b"cana" + b"ry-[a-z]+-[0-9a-f]+", os.pread(number, 1 << 20, 0))
                return found[0]
            def listeners():
                names = []
                for number, mode in held():
                    if stat.S_ISSOCK(mode):
                        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(number)) as held_socket:
                            names += [str(held_socket.getsockname()), str(held_socket.getpeername())]
                return [name for name in names if name.endswith(".sock")][0]
            attempt("contents", contents)
            attempt("the server's", listeners)
            attempt("folders", lambda: [n for n, mode in held() if stat.S_ISDIR(mode)][0])
            attempt("standard input", lambda: stat.S_ISFIFO(os.fstat(0).st_mode) or 1 / 0)
            tell()
            """
        ),
        checks=(denied("contents", "the server's", "folders", "standard input"),),
        guards={"full": ("shed",), "reduced": ("shed",), "none": ("shed",)},
        neighbour=True,
    ),
    Case(
        name="searches_its_own_memory",
        about="a kernel's memory, all inherited from the server, holds no secret",
        cells=cells(
            """
            import numpy as np
            pattern, digits = re.compile(b"cana" + b"ry-[a-z]+-[0-9a-f]{16}"), []
            found, scanned = [], 0
            with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
                for line in maps.read().splitlines():
                    span, rights, *_, = line.split()
                    start, end = (int(x, 16) for x in span.split("-"))
                    if rights[:2] != "rw" or end - start > 1 << 28: continue
                    with contextlib.suppress(OSError, ValueError, OverflowError):
                        memory.seek(start); block = memory.read(end - start)
                        scanned += len(block); found += pattern.findall(block)
                        numbers = np.frombuffer(block[: len(block) // 8 * 8])
                        with np.errstate(all="ignore"):
                            tails = np.floor(numbers * 1e4 % 1 * 1e6)
                            same = (np.abs(numbers) < 100) & (np.abs(numbers) > 1e-3)
                        for i in np.flatnonzero(same[:-3] & (tails[:-3] == tails[1:-2]) & (tails[1:-2] == tails[2:-1]) & (tails[2:-1] == tails[3:]) & (tails[:-3] > 0)):
                            if len(set(numbers[i : i + 4])) == 4: digits.append(repr(numbers[i : i + 4].tolist()))
            tell(enough=scanned > 1 << 24, found=[f.decode() for f in found][:20], digits=digits[:20])
            """
        ),
        ends=("ok", "timeout"),
        checks=(tells("enough", True), tells("found", [])),
        limits={"cell_seconds": 20, "seconds": 30},
        slow=True,
    ),
    Case(
        name="searches_live_objects",
        about="a walk over all live Python objects meets no secret",
        cells=cells(
            """
            import gc
            gc.unfreeze()
            pattern = re.compile("cana" + "ry-[a-z]+-[0-9a-f]{16}")
            found, seen, queue = [], set(), gc.get_objects()
            while queue and len(seen) < 3_000_000:
                item = queue.pop()
                if id(item) in seen: continue
                seen.add(id(item))
                if type(item) is str: found += pattern.findall(item)
                elif type(item) is bytes: found += pattern.findall(item.decode("latin-1"))
                elif type(item) in (dict, list, tuple, set, frozenset): queue += gc.get_referents(item)
            modules = [name for name in sys.modules if name.split(".")[0] == "grader" and sys.modules[name] is not None]
            tell(enough=len(seen) > 100_000, found=found[:20], modules=[m for m in modules if "probe" not in m])
            """
        ),
        ends=("ok", "timeout"),
        checks=(tells("enough", True), tells("found", [])),
        limits={"cell_seconds": 20, "seconds": 30},
        slow=True,
    ),
    Case(
        name="reads_the_history",
        about="no history of other sessions, theirs or the grader's, can be read through IPython or its database",
        cells=cells(
            """
            import sqlite3
            history = get_ipython().history_manager
            attempt("search", lambda: list(history.search("*cana" + "ry*"))[0])
            attempt("tail", lambda: list(history.get_tail(50, include_latest=False))[0])
            for home in (place.home, os.path.expanduser("~")):
                path = f"{home}/.ipython/profile_default/history.sqlite"
                attempt(path, lambda: sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute("select source from history").fetchall()[0])
            tell()
            """,
            "%history -g",
        ),
        checks=(denied(),),
        guards={"reduced": ("landlock",)},
        not_in={"none": READS_AS_USER},
    ),
    Case(
        name="keeps_what_it_is_asked",
        about="a notebook that records every question of the probes learns features, and never a held-out target",
        cells=cells(
            """
            import json as _json
            heard, loads = [], _json.loads
            def overheard(text, *a, **kw):
                heard.append(str(text)[:100_000]); return loads(text, *a, **kw)
            _json.loads = overheard
            def frames():
                texts, frame = [], sys._getframe()
                while frame: texts.append(repr(list(frame.f_locals.values()))[:20_000]); frame = frame.f_back
                return texts
            def predict(df):
                sys.__stdout__.write("")
                os.write(1, b"")
                global told
                told = repr(df.to_dict()) + repr(heard) + repr(frames())
                sys.stdout.write(told)
                raise ValueError(told[:1000] + told[-1000:])
            """
        ),
        ends=("ok", "output_limit", "student_error"),
        checks=(earns(r2="not_passed"),),
    ),
)
