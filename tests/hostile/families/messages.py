"""Attacks on the line between kernel and grader: its sockets, handlers and messages."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import Case, cells, earns, grows_less_than, tells, within

_ANY = ("ok", "student_error", "timeout", "killed", "output_limit", "out_of_memory")
_NOTHING = (earns(r2="not_passed"),)

_CONNECTIONS = """
import struct
def connections(port):  # of the grader: the kernel has one to itself
    found = []
    for number in map(int, os.listdir("/proc/self/fd")):
        with contextlib.suppress(OSError, ValueError):
            with socket.socket(fileno=os.dup(number)) as line:
                if line.family == socket.AF_UNIX and str(line.getsockname()).endswith(f"-{port}") and not line.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0] != os.getpid():
                    found.append(number)
    return found
"""

_BY_HAND = """
import itertools, json
kernel = get_ipython().kernel
asked, told = (connections(port)[-1] for port in (get_ipython().parent.parent.shell_port, get_ipython().parent.parent.iopub_port))
numbers = itertools.count()
def framed(*frames):
    sizes = [len(frame).to_bytes(8, "big") for frame in frames]
    return b"".join(bytes([2 | (n < len(frames) - 1)]) + size + frame for n, (size, frame) in enumerate(zip(sizes, frames)))
def say(line, kind, content, signature=None, **header):
    header = {"msg_id": str(next(numbers)), "msg_type": kind, "version": "5.3", "date": "2026-01-01T00:00:00Z"} | header
    parts = [json.dumps(part).encode() for part in (header, {"msg_id": kernel.get_parent("shell")["header"]["msg_id"]}, {}, content)]
    topic = [b"topic"] if line == told else []
    left = framed(*topic, b"<IDS|MSG>", signature or kernel.session.sign(parts), *parts)
    os.set_blocking(line, True)
    while left: left = left[os.write(line, left):]
"""

CASES = (
    Case(
        name="replaces_the_kernels_handlers",
        about="a kernel that answers to no request any more costs its limit",
        pages=True,
        cells=cells(
            """
            async def nothing(*a, **kw): pass
            kernel = get_ipython().kernel
            for handlers in (kernel.shell_handlers, kernel.control_handlers):
                for name in handlers: handlers[name] = nothing
            """,
            "tell(after=True)",
        ),
        ends=("timeout", "killed", "student_error"),
        checks=(within(25), *_NOTHING),
        slow=True,
    ),
    Case(
        name="closes_the_kernels_sockets",
        about="closed sockets cost the notebook's limit",
        pages=True,
        cells=cells(
            """
            import gc, zmq
            for thing in gc.get_objects():
                if isinstance(thing, zmq.Socket):
                    with contextlib.suppress(BaseException): thing.close(0)
            """,
            "tell(after=True)",
        ),
        ends=("timeout", "killed", "student_error", "output_limit"),
        checks=(within(25),),
        slow=True,
    ),
    Case(
        name="closes_the_line_it_is_asked_on",
        about="who hangs up on questions is not asked each of them for as long as it may take",
        cells=cells(
            _CONNECTIONS,
            """
            def hang_up():
                for number in connections(get_ipython().parent.parent.shell_port):
                    with socket.socket(fileno=os.dup(number)) as line: line.shutdown(socket.SHUT_RDWR)
            get_ipython().events.register("pre_execute", hang_up)
            """,
        ),
        ends=("killed",),
        checks=(within(15), *_NOTHING),
    ),
    *(
        Case(
            name=name,
            about=about,
            cells=cells(
                _CONNECTIONS,
                f"""
                import threading
                line = connections(get_ipython().parent.parent.shell_port)[-1]
                os.set_blocking(line, True)
                def flood():
                    while True:
                        with contextlib.suppress(OSError): os.write(line, {frame!r} * 8192)
                threading.Thread(target=flood, daemon=True).start()
                time.sleep(5)
                """,
                "tell(after=True)",
            ),
            ends=("output_limit", "killed", "timeout"),
            checks=(within(25), grows_less_than(100)),
            limits={"cell_seconds": 10},
        )
        for name, frame, about in (
            (
                "floods_the_line_it_is_asked_on",
                b"\x05\x00",
                "frames of nothing where replies are awaited are counted, and cost nobody else anything",
            ),
            (
                "floods_it_with_replies_to_nothing",
                b"\x00\x00",
                "so are whole messages with nothing in them",
            ),
        )
    ),
    Case(
        name="replies_with_messages_of_other_forms",
        about="signed replies without the parts that a reply has, or made unreadable by their version, are ignored",
        cells=cells(
            _CONNECTIONS + _BY_HAND,
            "say(asked, '__eq__', {}, version='4.0'); time.sleep(0.3)",
            "say(asked, 'execute_reply', [1]); time.sleep(0.3)",
            "say(asked, 'execute_reply', None); time.sleep(0.3)",
            "say(asked, 'execute_reply', {}); time.sleep(0.3)",
            "say(asked, 'execute_reply', {'status': ['error']}); time.sleep(0.3)",
            "get_ipython().events.register('pre_execute', lambda: say(asked, '__eq__', {}, version='4.0'))",
            "tell(after=True)",
        ),
        ends=("ok", "student_error"),
        checks=(within(15), tells("after", True)),
    ),
    *(
        Case(
            name=name,
            about=about,
            cells=cells(
                _CONNECTIONS + _BY_HAND,
                f"""
                until = time.monotonic() + 3
                while time.monotonic() < until: {message}
                """,
                "tell(after=True)",
            ),
            ends=ends,
            checks=(within(15), grows_less_than(100)),
        )
        for name, message, ends, about in (
            (
                "floods_with_names_of_streams",
                "say(told, 'stream', {'name': str(next(numbers)) + 'x' * 300_000, 'text': ''})",
                ("output_limit",),
                "whatever a stream's message has beside its text is counted, and not kept",
            ),
            (
                "floods_with_empty_streams",
                "say(told, 'stream', {'name': ('stdout', 'stderr')[next(numbers) // 2 % 2], 'text': ''})",
                ("output_limit", "timeout"),
                "an output without text is counted",
            ),
            (
                "floods_with_signatures",
                "say(told, 'stream', {'name': 'stdout', 'text': ''}, b'%d' % next(numbers) + b'x' * 900_000)",
                _ANY,
                "false signatures are not remembered",
            ),
            (
                "floods_with_signatures_of_replies",
                "say(asked, 'execute_reply', {}, b'%d' % next(numbers) + b'x' * 900_000)",
                _ANY,
                "nor are those of replies",
            ),
        )
    ),
    Case(
        name="closes_every_descriptor",
        about="a kernel without any open file costs its limit",
        pages=True,
        cells=cells("os.closerange(0, 1024)", "tell(after=True)"),
        ends=("timeout", "killed", "student_error", "output_limit"),
        checks=(within(25),),
        slow=True,
    ),
    Case(
        name="removes_its_sockets",
        about="removed and replaced sockets and connection files do no harm to a run that has them open",
        pages=True,
        cells=cells(
            """
            from ipykernel.connect import get_connection_file
            sockets = os.path.dirname(get_connection_file())
            for path in glob.glob(f"{sockets}/*") + [get_connection_file()]:
                with contextlib.suppress(OSError): os.unlink(path)
                with contextlib.suppress(OSError): os.mkfifo(path)
            tell(removed=True)
            """,
            "tell(after=True)",
        ),
        ends=("ok", "timeout", "killed", "student_error"),
        slow=True,
    ),
    Case(
        name="forges_messages",
        about="messages that the notebook sends in the kernel's name are claims like any other",
        pages=True,
        cells=cells(
            """
            kernel = get_ipython().kernel
            def send(kind, content, stream=None):
                kernel.session.send(stream or kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"), ident=b"")
            for kind, content in {
                "status": {"execution_state": "idle"},
                "execute_reply": {"status": "ok", "execution_count": 1, "user_expressions": {"answer": {"status": "ok", "data": {"text/plain": "'{\\"found\\": {}}'"}}}},
                "shutdown_reply": {"restart": False},
                "error": {"ename": "x", "evalue": "y", "traceback": []},
                "stream": {"name": "stdout", "text": "forged"},
            }.items():
                send(kind, content)
            raise ValueError("after the forged end")
            """,
            "raise KeyError('second')",
        ),
        ends=("student_error", "timeout"),
        checks=(earns(runs="not_passed", r2="not_passed"),),
        slow=True,
    ),
    Case(
        name="sends_messages_of_other_forms",
        about="messages without the fields or with other types than agreed are ignored",
        pages=True,
        cells=cells(
            """
            kernel = get_ipython().kernel
            def send(kind, content): kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"), ident=b"")
            for content in ({}, {"name": 5, "text": ["x"]}, {"name": "stdout"}, {"name": "stdout", "text": None}, [], "text", None, 7):
                send("stream", content)
            for content in ({}, {"data": 5}, {"data": {"text/plain": 5, "text/html": None, "5": []}, "metadata": []}, {"data": {"image/png": {"a": 1}}, "metadata": {}}, []):
                for kind in ("display_data", "execute_result", "update_display_data"): send(kind, content)
            for content in ({}, {"ename": 1, "evalue": None, "traceback": "x"}, {"ename": [], "evalue": {}, "traceback": [1, None]}, 3):
                send("error", content)
            for content in ({}, {"execution_state": 5}, {"execution_state": None}, []): send("status", content)
            for content in ({}, {"wait": "x"}, []): send("clear_output", content)
            for content in ({}, {"execution_count": "x", "code": 5}, {"execution_count": []}, 5): send("execute_input", content)
            for content in ({}, {"comm_id": 5, "data": []}, {"comm_id": "a", "data": {"state": 5}}, 5): send("comm_open", content)
            tell(sent=True)
            """,
            "tell(after=True)",
        ),
        ends=_ANY,
        slow=True,
    ),
    Case(
        name="sends_what_is_no_json",
        about="frames that are not JSON, or JSON that no parser survives, cost the notebook and not the grader",
        pages=True,
        cells=cells(
            """
            import zmq
            kernel = get_ipython().kernel
            session, parent = kernel.session, kernel.get_parent("shell")
            class Raw(dict): pass
            pack = session.pack
            bodies = [b"[" * 200_000 + b"]" * 200_000, b"{" * 10, b"", b"\\xff\\xfe", b"NaN", b"1" * 6000, b'{"text": "\\\\ud800", "name": "stdout"}',
                      b'{"name": "stdout", "text": ' + b"9" * 5000 + b"}", b'"' + b"x" * 100]
            for body in bodies:
                session.pack = lambda value, body=body: body if isinstance(value, Raw) else pack(value)
                for kind in ("stream", "display_data", "error"):
                    session.send(kernel.iopub_socket, kind, Raw(x=1), parent=parent, ident=b"")
            session.pack = pack
            tell(sent=True)
            """,
            "tell(after=True)",
        ),
        ends=_ANY,
        slow=True,
    ),
    Case(
        name="replies_with_what_is_no_json",
        about="a reply that no parser survives costs the notebook and not the grader",
        pages=True,
        cells=cells(
            """
            session = get_ipython().kernel.session
            pack, turn = session.pack, iter(range(100))
            bodies = [b"[" * 200_000 + b"]" * 200_000, b"\\xff", b"", b"NaN", b"[]", b"5", b'{"status": 5}', b'{"status": "ok", "user_expressions": 7}']
            session.pack = lambda value: bodies[next(turn) % len(bodies)] if isinstance(value, dict) and "status" in value else pack(value)
            """,
            "1 + 1",
            "tell(after=True)",
        ),
        ends=_ANY,
        checks=(within(30),),
        slow=True,
    ),
    Case(
        name="signs_wrongly",
        about="messages with another key or replayed ones are dropped, and the run ends",
        pages=True,
        cells=cells(
            """
            session = get_ipython().kernel.session
            session.key = b"another"
            """,
            "tell(after=True)",
        ),
        ends=_ANY,
        checks=(within(25),),
        slow=True,
    ),
    Case(
        name="writes_into_its_connections",
        about="bytes that are no messages, written into the kernel's open connections, cost its limit and no memory",
        pages=True,
        cells=cells(
            """
            import stat
            garbage = b"\\x02" + (1 << 62).to_bytes(8, "big") + b"\\xff" * 200_000
            for number in range(3, 200):
                with contextlib.suppress(OSError):
                    if stat.S_ISSOCK(os.fstat(number).st_mode):
                        os.set_blocking(number, False); os.write(number, garbage)
            """,
            "tell(after=True)",
        ),
        ends=_ANY,
        checks=(within(25), grows_less_than(300)),
        slow=True,
    ),
    Case(
        name="shows_deeply_nested_json",
        about="outputs nested as deeply as a parser just survives are an output like another",
        pages=True,
        cells=cells(
            """
            from IPython.display import display
            for depth in (100, 300, 480, 700, 900, 960):
                value = []
                for _ in range(depth): value = [value]
                with contextlib.suppress(RecursionError):
                    display({"application/json": value, "text/plain": str(depth)}, raw=True)
                with contextlib.suppress(RecursionError):
                    display({"text/plain": "x"}, metadata={"a": value}, raw=True)
            """,
            "tell(after=True)",
        ),
        ends=_ANY,
        checks=(tells("after", True),),
    ),
)
