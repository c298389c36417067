"""Which repairs a notebook calls for, by its own text: without the words, nothing is hooked in its kernel."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.model import Submission
from grader.repairs.forms import Form

_MOST_TEXT = 2_000_000  # characters of code that are looked at
_MAGIC = re.compile(r"^([ \t]*)(?:\w+[ \t]*=[ \t]*)?[%!?].*$", re.MULTILINE)
_CHOSEN = re.compile(
    r"(?:torch\.)?cuda\.is_available\(\)|(['\"])cuda(?::\d)?\1\s*\)?\s*(?=if\b)|\bdevice_type\s*=\s*(['\"])cuda\2"
)
_DEMANDED = re.compile(r"\bassert\b.*cuda|\bif\s+not\s+(?:torch\.)?cuda\.is_available\(\)")
_ELSEWHERE = re.compile(r"\bgoogle\.colab\b|\bfrom\s+google\s+import\s+colab\b")
# modules of grader/probes, and the words that call for them
_WORDS = {
    "elsewhere": re.compile(r"\b(?:gdown|wget|kagglehub|opendatasets|koreanize_matplotlib)\b"),
    "places": re.compile(r"\b(?:l?exists|is_?file|is_?dir|listdir|iterdir|r?i?glob|walk|getsize|shutil)\b"),
    "devices": re.compile(r"cuda|torch\.load\b|\bnum_workers\b", re.IGNORECASE),
    "removed": re.compile(
        r"\b(?:np|numpy)\.(?:float|int|bool|object|complex|str|long|unicode|float_|complex_|string_|unicode_|NaN|NAN|Inf"
        r"|Infinity|infty|product|cumproduct|alltrue|sometrue|trapz|in1d|row_stack|msort|round_|asfarray)\b"
        r"|=\s*\w+\.append\(|\bignore_index\b|\biteritems\b|\bapplymap\b|\bsquared\b|\bdistplot\b"
        r"|\bstyle\.(?:use|context)\b"
    ),
    "pictures": re.compile(r"matplotlib|\bplt\b|seaborn|\bsns\b"),
    "prompts": re.compile(r"\binput\s*\(|\bgetpass\b"),
    "shell": re.compile(r"^\s*(?:\w+\s*=\s*)?[!%]|get_ipython|os\.system|subprocess", re.MULTILINE),
    "otter": re.compile(r"\b(?:import|from)\s+otter\b"),
    "absent": re.compile(r"\bimport\b"),
    "rest": re.compile(r"\bimport\b"),
    "loaders": re.compile(r"\bsklearn\.datasets\b|\bfrom\s+sklearn\s+import\s+datasets\b"),
}
_FORGIVING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def needed(submission: Submission) -> list[str]:
    """Names of the repairing modules of grader/probes that the notebook's code, or a module beside it, calls for."""
    sources = list(_sources(submission))
    text = "\n".join(sources)[:_MOST_TEXT]
    names = [name for name, words in _WORDS.items() if words.search(text)]
    if "devices" in names and not _asks_for_device(text):
        names.remove("devices")
    if "elsewhere" not in names and any(map(_needs_colab, sources)):
        names.append("elsewhere")
    return ["files", *names]


def fits(forms: list[Form], submission: Submission) -> dict[str, list[str]]:
    """Form -> its columns that the notebook's code names."""
    text = "\n".join(_sources(submission))[:_MOST_TEXT]
    words = set(re.findall(r"\w+", text))
    return {
        form.name: [name for name in form.columns if name in words or (not name.isidentifier() and name in text)]
        for form in forms
    }


def _sources(submission: Submission) -> Iterator[str]:
    """The code of the notebook's cells, and of the modules beside it."""
    cells: list[dict[str, Any]] = (submission.notebook or {}).get("cells", [])
    yield from (cell["source"] for cell in cells if cell["cell_type"] == "code")
    for name, file in submission.files.items():
        if name.endswith(".py"):
            yield _text(file)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")[:_MOST_TEXT]
    except OSError:
        return ""


def _asks_for_device(text: str) -> bool:
    """Whether a GPU is named other than to ask whether there is one, or something else of the module's is needed."""
    if _DEMANDED.search(text):
        return True
    return re.search(r"cuda|torch\.load\b|\bnum_workers\b", _CHOSEN.sub("", text), re.IGNORECASE) is not None


def _needs_colab(source: str) -> bool:
    """Whether Colab's modules are imported where their lack is an error: `try: import google.colab` asks whether this
    is Colab, and the true answer is no."""
    if not _ELSEWHERE.search(source):
        return False
    try:
        return any(map(_is_colab, _unforgiven(ast.parse(_MAGIC.sub(r"\1pass", source)))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True


def _unforgiven(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without those whose ImportError is caught."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Try) and any(map(_forgives, child.handlers)):
            rest: list[ast.AST] = [*child.handlers, *child.orelse, *child.finalbody]
            for other in rest:
                yield other
                yield from _unforgiven(other)
            continue
        yield child
        yield from _unforgiven(child)


def _forgives(handler: ast.ExceptHandler) -> bool:
    named = [handler.type] if handler.type is not None else []
    names = [part for kind in named for part in (kind.elts if isinstance(kind, ast.Tuple) else [kind])]
    return not names or any(isinstance(name, ast.Name) and name.id in _FORGIVING for name in names)


def _is_colab(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.startswith("google.colab") for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        names = [alias.name for alias in node.names]
        return (node.module or "").startswith("google.colab") or (node.module == "google" and "colab" in names)
    return False
