"""Attacks on the kernel server: its socket, its standard input, its log."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import SAME_USER, Case, Excuse, cells, denied

_NONE = {"none": Excuse(SAME_USER, ("holds",), sure=False)}

CASES = (
    Case(
        name="asks_the_server_for_a_kernel",
        about="a kernel cannot order another one, with other limits and another folder",
        cells=cells(
            """
            def ordered():
                with socket.socket(socket.AF_UNIX) as line:
                    line.settimeout(2); line.connect(place.server_socket)
                    request = {"argv": ["x", "-f", os.path.abspath("c.json")], "cwd": "/", "env": {}, "memory_bytes": 1 << 40, "plan": {}}
                    socket.send_fds(line, [json.dumps(request).encode() + b"\\n"], [1, 2])
                    return line.recv(100)
            attempt("kernel", ordered)
            tell()
            """
        ),
        checks=(denied("kernel"),),
        guards={"full": ("files",), "reduced": ("seccomp",)},
        not_in=_NONE,
        neighbour=True,
    ),
    Case(
        name="sends_the_server_garbage",
        about="the server does not listen to kernels; garbage that it does hear costs nobody anything",
        cells=cells(
            """
            def sent(data):
                with socket.socket(socket.AF_UNIX) as line:
                    line.settimeout(1); line.connect(place.server_socket); line.sendall(data); return line.recv(100) or b"closed"
            for number, data in enumerate([b"\\n", b"[]\\n", b"{}\\n", b"\\xff\\xfe\\n", b"7\\n", b'{"argv": 5}\\n', b"[" * 100_000 + b"\\n", b"x" * 1_000_000 + b"\\n"]):
                attempt(f"garbage {number}", lambda: sent(data))
            tell()
            """
        ),
        ends=("ok", "killed"),
        checks=(denied(),),
        not_in=_NONE,
        neighbour=True,
        limits={"cell_seconds": 10},
    ),
    Case(
        name="holds_the_servers_lines",
        about="connections that are opened and never used take nobody's place",
        cells=cells(
            """
            lines = []
            def opened():
                for _ in range(900):
                    line = socket.socket(socket.AF_UNIX); line.settimeout(0.5); line.connect(place.server_socket); lines.append(line)
                    line.send(b"{")
                return len(lines)
            attempt("lines", opened)
            tell(held=len(lines))
            time.sleep(1)
            """
        ),
        ends=("ok", "student_error", "timeout"),
        checks=(denied("lines"),),
        not_in=_NONE,
        limits={"cell_seconds": 8},
        neighbour=True,
    ),
    Case(
        name="speaks_to_the_servers_input",
        about="the pipe whose end ends the server cannot be reached",
        cells=cells(
            """
            import stat
            def written(path):  # into the pipe and nothing else
                return os.write(os.open(path, os.O_WRONLY | os.O_NONBLOCK), b"\\n") if stat.S_ISFIFO(os.stat(path).st_mode) else os.stat(path)
            attempt("pipe", lambda: written(f"/proc/{place.server_pid}/fd/0"))
            for number in (0, 1, 2): attempt(f"seen {number}", lambda: os.stat(f"/proc/{place.server_pid}/fd/{number}").st_mode)
            time.sleep(0.3)
            tell()
            """
        ),
        checks=(denied(),),
        not_in={"none": Excuse(SAME_USER, ("holds", "cause"), sure=False)},
        ends=("ok", "killed"),
        neighbour=True,
    ),
    Case(
        name="reads_and_fills_the_servers_log",
        about="the server's home, with its log and its socket, is out of reach",
        cells=cells(
            """
            folder = os.path.dirname(place.server_socket)
            attempt("read", lambda: len(read(f"{folder}/server.log")) + 1)
            attempt("fill", lambda: open(f"{folder}/server.log", "ab").write(b"x"))
            attempt("list", lambda: os.listdir(folder))
            attempt("remove", lambda: os.rename(place.server_socket, place.server_socket + ".old") or os.rename(place.server_socket + ".old", place.server_socket))
            tell()
            """
        ),
        checks=(denied(),),
        guards={"reduced": ("landlock",)},
        not_in={"none": Excuse(SAME_USER)},
    ),
)
