"""The network: nobody can be spoken to, on this machine or beyond it, and nobody can listen for others."""

# ruff: noqa: E501  # the lines of an attacker's cells are as long as they are

from __future__ import annotations

from hostile.case import SPEAKS, Case, Excuse, cells, denied, granted

_NONE = {"none": SPEAKS}
_BY_NAMESPACE = {"full": ("network",), "reduced": ("seccomp",)}

CASES = (
    Case(
        name="connects_by_tcp",
        about="no TCP port of this machine can be reached",
        cells=cells(
            """
            attempt("IPv4", lambda: socket.create_connection(("127.0.0.1", place.tcp), timeout=1).close())
            if place.tcp6: attempt("IPv6", lambda: socket.create_connection(("::1", place.tcp6), timeout=1).close())
            attempt("unbound", lambda: socket.create_connection(("0.0.0.0", place.tcp), timeout=1).close())
            attempt("mapped", lambda: socket.create_connection(("::ffff:127.0.0.1", place.tcp), timeout=1).close())
            attempt("shell", lambda: subprocess.check_output(["bash", "-c", f"echo x > /dev/tcp/127.0.0.1/{place.tcp}"], stderr=subprocess.STDOUT))
            tell()
            """
        ),
        checks=(denied(),),
        guards=_BY_NAMESPACE,
        not_in=_NONE,
    ),
    Case(
        name="sends_by_udp",
        about="no datagram, a question for a name's address among them, reaches a port of this machine",
        cells=cells(
            """
            question = b"\\x12\\x34\\x01\\x00\\x00\\x01" + bytes(6) + b"\\x06canary\\x07invalid\\x00\\x00\\x01\\x00\\x01"
            def sent(family, address):
                with socket.socket(family, socket.SOCK_DGRAM) as mouth: return mouth.sendto(question, address)
            attempt("IPv4", lambda: sent(socket.AF_INET, ("127.0.0.1", place.udp)))
            if place.udp6: attempt("IPv6", lambda: sent(socket.AF_INET6, ("::1", place.udp6)))
            time.sleep(0.2)
            tell()
            """
        ),
        guards=_BY_NAMESPACE,
        not_in={"none": Excuse(SPEAKS.reason, ("contacts",))},
    ),
    Case(
        name="resolves_names",
        about="no file of the machine's names a name server, and none is asked",
        cells=cells(
            """
            attempt("resolver", lambda: re.findall("nameserver.*", open("/etc/resolv.conf").read())[0])
            attempt("hosts", lambda: [n for n in open("/etc/hosts").read().split() if n not in ("127.0.0.1", "::1") and "local" not in n and "ip6" not in n][0])
            attempt("name", lambda: {"localhost": 1 / 0}.get(socket.gethostname()))
            tell()
            """
        ),
        checks=(denied("resolver", "hosts"),),
        not_in={"none": Excuse(SPEAKS.reason, sure=False)},
    ),
    Case(
        name="makes_raw_sockets",
        about="packets cannot be forged or overheard",
        cells=cells(
            """
            kinds = {"raw": (2, 3, 1), "raw IPv6": (10, 3, 58), "packet": (17, 3, 0), "vsock": (40, 1, 0), "bluetooth": (31, 3, 1),
                     "crypto": (38, 5, 0), "can": (29, 3, 1), "netlink of audit": (16, 3, 9), "ping": (2, 2, 1), "xdp": (44, 3, 0)}
            for name, (family, kind, protocol) in kinds.items():
                attempt(name, lambda: socket.socket(family, kind, protocol).close())
            tell()
            """
        ),
        checks=(denied("raw", "raw IPv6", "packet", "vsock", "bluetooth", "crypto", "can", "xdp"),),
        guards={"full": ("seccomp",), "reduced": ("seccomp",)},
        not_in={"none": Excuse(SPEAKS.reason, sure=False)},
    ),
    Case(
        name="looks_at_the_network",
        about="addresses, routes, neighbours and open connections of the machine do not show",
        cells=cells(
            """
            def interfaces(): return [name for _, name in socket.if_nameindex() if name != "lo"][0]
            attempt("interfaces", interfaces)
            attempt("devices", lambda: [l for l in open("/proc/net/dev").read().splitlines()[2:] if l.split(":")[0].strip() != "lo"][0])
            attempt("routes", lambda: open("/proc/net/route").read().splitlines()[1])
            attempt("ports", lambda: [l for l in open("/proc/net/tcp").read().splitlines() if f":{place.tcp:04X}" in l][0])
            attempt("unix", lambda: [l for l in open("/proc/net/unix").read().splitlines() if place.abstract in l][0])
            attempt("sys", lambda: [n for n in os.listdir("/sys/class/net") if n != "lo"][0])
            tell()
            """
        ),
        checks=(denied(),),
        guards={"full": ("network",)},
        not_in={
            "none": Excuse(SPEAKS.reason),
            "reduced": Excuse(
                "/proc/self, which Python needs, shows the machine's addresses and connections", sure=False
            ),
        },
    ),
    Case(
        name="connects_to_abstract_sockets",
        about="sockets with abstract names, which no file guards, cannot be reached",
        cells=cells(
            """
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)
            def spoken(address, kind=socket.SOCK_STREAM):
                with socket.socket(socket.AF_UNIX, kind) as mouth: mouth.connect(address); return mouth.send(b"x")
            attempt("abstract", lambda: spoken("\\0" + place.abstract))
            attempt("desktop", lambda: spoken("\\0/tmp/.X11-unix/X0"))
            tell()
            """
        ),
        checks=(denied(),),
        not_in=_NONE,
    ),
    Case(
        name="connects_to_sockets_by_path",
        about="sockets by path, such as a container engine's or a bus's, cannot be reached",
        cells=cells(
            """
            def spoken(path):
                with socket.socket(socket.AF_UNIX) as mouth: mouth.connect(path); return path
            paths = ("/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private", "/dev/log")
            for path in (place.unix, *paths): attempt(path, lambda: spoken(path))
            os.symlink(place.unix, "near.sock")
            attempt("link", lambda: spoken("near.sock"))
            attempt("agent", lambda: spoken(os.environ["SSH_AUTH_SOCK"]))
            tell()
            """
        ),
        checks=(denied(),),
        guards={"full": ("files",), "reduced": ("seccomp",)},
        not_in=_NONE,
    ),
    Case(
        name="asks_the_cloud",
        about="the cloud's metadata service cannot be reached",
        cells=cells(
            """
            def routed():  # nothing is sent where it could leave the machine
                with contextlib.suppress(OSError):
                    return len(open("/proc/net/route").read().splitlines()) > 1
                return False
            attempt("socket", lambda: socket.socket(2, 2).close())
            if FOUND["socket"][0] == "got" and routed(): FOUND["route"] = ["got", "a route leads out of here"]
            else:
                attempt("route", lambda: socket.create_connection(("169.254.169.254", 80), timeout=0.5).close())
                attempt("datagram", lambda: socket.socket(2, 2).sendto(b"x", ("169.254.169.254", 53)))
                attempt("IPv6", lambda: socket.create_connection(("fd00:ec2::254", 80), timeout=0.5).close())
            tell()
            """
        ),
        checks=(denied("route"),),
        never_in={"none": "a packet could leave the machine"},
    ),
    Case(
        name="opens_a_door",
        about="nobody outside can connect to a port that a notebook opens",
        cells=cells(
            """
            def opened():
                ear = socket.create_server(("127.0.0.1", place.door)); ear.settimeout(0.7)
                return ear.accept()[1]
            attempt("door", opened)
            tell()
            """
        ),
        checks=(denied("door"),),
        guards=_BY_NAMESPACE,
        not_in=_NONE,
    ),
    Case(
        name="speaks_with_itself",
        about="what honest work needs of sockets still works: pairs, pipes, a pool of processes",
        cells=cells(
            """
            import multiprocessing
            def pair():
                one, two = socket.socketpair(); one.send(b"x"); return two.recv(1)
            attempt("pair", pair)
            attempt("pipe", lambda: os.popen("echo x | cat").read())
            def pooled():
                with multiprocessing.get_context("fork").Pool(2) as pool: return pool.map(abs, [-1, 2])
            attempt("pool", pooled)
            tell()
            """
        ),
        checks=(granted("pair", "pipe"),),
        limits={"cell_seconds": 5},
    ),
)
