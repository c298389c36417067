"""The only grader code that runs in a student's kernel: it observes, asks, and returns plain data.

Nothing here knows a threshold, a target or a reference: what comes out is the student's claim, and it is judged
elsewhere. The kernel cannot import this package (the grader is not importable there), so its modules are sent as
compiled code and loaded under another name; they import each other relatively and nothing else of the grader's.
"""

from __future__ import annotations

import base64
import json
import marshal
import re
import zlib
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from types import CodeType
from typing import Any

_MODULES = (
    "common",
    "arrays",
    "trainings",
    "observer",
    "search",
    "helps",
    "layer",
    "predictions",
    "modules",
    "found",
    "images",
    "relied",
    "passing",
    "selfcheck",
    "collect",
)  # in order of import
# what repairs, each before those that import it; only those that a notebook calls for are sent
_REPAIRING = (
    *("tables", "files", "places", "elsewhere", "downloads", "commands", "shell", "devices", "loaders", "removed"),
    *("pictures", "prompts", "otter", "absent", "rest"),
)
_IMPORT = re.compile(r"^\s*from \.(\w+) import", re.MULTILINE)
_CALL = "__import__('sys').modules['_grader_probes.collect'].answer"
_LOADER = f"""
def _load(sources, repairs, tests):
    import base64, builtins, marshal, sys, types, zlib
    package = types.ModuleType("_grader_probes")
    package.__path__ = []
    sys.modules["_grader_probes"] = package
    for name, code in marshal.loads(zlib.decompress(base64.b64decode(sources))):
        module = types.ModuleType("_grader_probes." + name)
        module.__package__ = "_grader_probes"
        module.__builtins__ = dict(vars(builtins))  # what the notebook puts in their place means nothing to the probes
        sys.modules[module.__name__] = module
        setattr(package, name, module)
        exec(code, module.__dict__)
    package.observer.install()
    package.selfcheck.install()
    package.helps.install(repairs, [getattr(package, name) for name in repairs.get("modules", ())])
    package.collect.listen({_CALL!r})
    package.common.remember()
    if tests:
        package.relied.remember()
"""


def installation(repairs: dict[str, Any] | None = None, *, tests: bool = True) -> str:
    """An expression that loads the probes into a kernel and starts observing; it leaves no name in its namespace.

    `repairs`: `modules`, names of repairing modules to install, and `tables`, what they may give (see helps.py).
    `tests`: whether there will be some, which libraries have to be remembered for (see relied.py).
    """
    repairing = _with_imported(repairs["modules"]) if repairs else ()
    load = f"exec(compile({_LOADER!r}, '<grader probes>', 'exec'), names)"
    call = f"names['_load']('{_compiled((*_MODULES[:-1], *repairing, _MODULES[-1]))}', {repairs or {}!r}, {tests})"
    return f"(lambda names: ({load}, {call}, '{{\"found\": true}}')[2])({{}})"


@lru_cache(maxsize=64)
def _compiled(names: tuple[str, ...]) -> str:
    """Pairs of name and code, as text."""
    code = marshal.dumps([(name, _code(name)) for name in names])
    return base64.b64encode(zlib.compress(code)).decode("ascii")


@cache
def _code(name: str) -> CodeType:
    """Compiled once, for the very Python that every kernel runs on."""
    return compile(_source(name), f"<grader probes: {name}>", "exec")


@cache
def _source(name: str) -> str:
    return files(__name__).joinpath(f"{name}.py").read_text(encoding="utf-8")


def _with_imported(modules: Iterable[str]) -> list[str]:
    """Repairing modules and those that they import, in order."""
    wanted, waiting = set[str](), [*modules]
    while waiting:
        if (name := waiting.pop()) not in wanted and name in _REPAIRING:
            wanted.add(name)
            waiting += _IMPORT.findall(_source(name))
    return [name for name in _REPAIRING if name in wanted]


def question(request: dict[str, Any]) -> str:
    """An expression that answers `request` (see collect.py) with JSON text."""
    return f"{_CALL}({json.dumps(request)!r})"
