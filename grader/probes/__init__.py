"""The only grader code that runs in a student's kernel: it observes, asks, and returns plain data.

Nothing here knows a threshold, a target or a reference: what comes out is the student's claim, and it is judged
elsewhere. The kernel cannot import this package (the grader is not importable there), so its modules are sent as
compiled code and loaded under another name; they import each other relatively and nothing else of the grader's.
"""

from __future__ import annotations

import base64
import json
import marshal
from functools import lru_cache
from importlib.resources import files
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
# what repairs, each before those that import it; only those that a notebook calls for are installed
_REPAIRING = (
    *("tables", "files", "places", "elsewhere", "downloads", "commands", "shell", "devices", "loaders", "removed"),
    *("pictures", "prompts", "otter", "absent", "rest"),
)
_CALL = "__import__('sys').modules['_grader_probes.collect'].answer"
_LOADER = f"""
def _load(sources, repairs):
    import base64, builtins, marshal, sys, types
    package = types.ModuleType("_grader_probes")
    package.__path__ = []
    sys.modules["_grader_probes"] = package
    for name, code in marshal.loads(base64.b64decode(sources)):
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
    package.relied.remember()
"""


def installation(repairs: dict[str, Any] | None = None) -> str:
    """An expression that loads the probes into a kernel and starts observing; it leaves no name in its namespace.

    `repairs`: `modules`, names of repairing modules to install, and `tables`, what they may give (see helps.py).
    """
    names = (*_MODULES[:-1], *_REPAIRING, _MODULES[-1]) if repairs else _MODULES
    program = f"{_LOADER}\n_load({_compiled(names)!r}, {repairs or {}!r})"
    return f"(exec(compile({program!r}, '<grader probes>', 'exec'), {{}}), '{{\"found\": true}}')[1]"


@lru_cache(maxsize=2)
def _compiled(names: tuple[str, ...]) -> str:
    """Pairs of name and code, as text. Compiled once, for the very Python that every kernel runs on."""
    sources = ((name, files(__name__).joinpath(f"{name}.py").read_text(encoding="utf-8")) for name in names)
    code = [(name, compile(source, f"<grader probes: {name}>", "exec")) for name, source in sources]
    return base64.b64encode(marshal.dumps(code)).decode("ascii")


def question(request: dict[str, Any]) -> str:
    """An expression that answers `request` (see collect.py) with JSON text."""
    return f"{_CALL}({json.dumps(request)!r})"
