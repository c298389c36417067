"""Shell commands and magics that need a network, another machine or a browser: left out, with a note."""

import os
import re
import shlex
import shutil
import subprocess

from IPython import get_ipython

from .commands import handled
from .helps import note

_shell = get_ipython()
_PART = re.compile(r"""((?:[^;&|"'\n]|"[^"]*"|'[^']*'|&(?!&)|\|(?!\|)|["'])+)|(&&|\|\||;|\n)""")
_SCREENS = (
    "notebook",
    "nbagg",
    "widget",
    "ipympl",
    "qt",
    "qt5",
    "qt6",
    "tk",
    "gtk",
    "gtk3",
    "gtk4",
    "wx",
    "osx",
    "macosx",
)


def install():
    _watch_system()
    _watch_processes()
    _watch_magics()


def left(command):
    """What of a command line is to be run still, after notes; None if nothing was left out."""
    parts = [(text, end) for text, end in _PART.findall(command) if text.strip() or end]
    done = [bool(text) and handled(text) for text, _ in parts]
    if not any(done):
        return None
    kept = [text or end for (text, end), gone in zip(parts, done, strict=True) if not gone]
    while kept and kept[0] in ("&&", "||", ";", "\n"):
        kept.pop(0)
    while kept and kept[-1] in ("&&", "||", ";", "\n"):
        kept.pop()
    joined = " ".join(kept)
    return re.sub(r"(?:&&|\|\||;)\s*(?=&&|\|\||;)", "", joined)


def _watch_system():
    """Under the shell's own methods, which put the notebook's names into the command first."""
    from ipykernel import zmqshell
    from IPython.core import interactiveshell

    system, getoutput = zmqshell.system, interactiveshell.getoutput

    def run(command):
        rest = left(command)
        return system(command if rest is None else rest) if rest != "" else 0

    def output(command):
        rest = left(command)
        return getoutput(command if rest is None else rest) if rest != "" else ""

    zmqshell.system, interactiveshell.getoutput = run, output


def _watch_processes():
    """`os.system` and subprocess's functions, for commands that stand whole in what is left out."""

    def around(original, answer):
        def run(command, *args, **kwargs):
            __tracebackhide__ = True
            text = command if isinstance(command, str) else shlex.join(map(str, command))
            return answer(command, kwargs) if left(text) == "" else original(command, *args, **kwargs)

        return run

    def completed(command, kwargs):
        empty = "" if kwargs.get("text") or kwargs.get("universal_newlines") or kwargs.get("encoding") else b""
        return subprocess.CompletedProcess(command, 0, empty, empty)

    os.system = around(os.system, lambda command, kwargs: 0)
    subprocess.run = around(subprocess.run, completed)
    subprocess.check_output = around(subprocess.check_output, lambda command, kw: completed(command, kw).stdout)
    for name in ("call", "check_call"):
        setattr(subprocess, name, around(getattr(subprocess, name), lambda command, kwargs: 0))


def _watch_magics():
    find, put = _shell.find_line_magic, _shell.register_magic_function
    for name in ("pip", "matplotlib", "load_ext"):
        find(name)  # releases of IPython that load magics on first use would put theirs over ours
    put(_matplotlib(find("matplotlib")), "line", "matplotlib")
    put(_load_ext(find("load_ext")), "line", "load_ext")
    for name in ("conda", "mamba", "micromamba", "uv"):
        put(_left_out("install", name), "line", name)
    for name in ("tensorflow_version", "tensorboard"):
        put(_left_out("magic", name), "line", name)
    for name in ("bash", "sh", "shell"):
        put(_script(_shell.find_cell_magic(name) or _shell.find_cell_magic("bash")), "cell", name)


def _left_out(kind, name):
    def magic(line=""):
        note(kind, f"%{name} {line}".strip())

    return magic


def _matplotlib(original):
    def matplotlib(line=""):
        asked = next((word for word in line.split() if not word.startswith("-")), "")
        if asked.casefold() not in _SCREENS:
            return original(line)
        note("display", f"%matplotlib {line}", "%matplotlib inline")
        return original("inline")

    return matplotlib


def _load_ext(original):
    def load_ext(line=""):
        try:
            return original(line)
        except ImportError:
            note("magic", f"%load_ext {line}")
        return None

    return load_ext


def _script(original):
    def script(line, cell):
        rest = left(cell)
        if rest is None:
            return original(line, cell)
        return original(line, rest) if rest.strip() and shutil.which("bash") else None

    return script
