"""`%load_ext grader`, then `%grader check P1.1` in a notebook: how it stands, shown below the cell.

The notebook is graded as `grader check` does it, in a process of its own and by what students may see; nothing is
judged in the kernel that the author works in. Handed in, these lines do nothing (grader/probes/selfcheck.py).
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple, NoReturn


class Source(NamedTuple):
    """Where the notebook is, and how to tell the author which one was looked at."""

    file: Path
    told: dict[str, str]  # by language


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        from IPython.core.error import UsageError

        raise UsageError(f"{message}; write %grader check, %grader check P1.1, or %grader check P2 --lang ko")


def register(shell: Any) -> None:
    """Give the shell the magic `%grader`."""

    def grader(line: str) -> None:
        check(shell, line)

    shell.register_magic_function(grader, "line", "grader")


def check(shell: Any, line: str) -> None:
    """What `%grader LINE` does. Raises UsageError, which IPython shows as one line."""
    parser = _parser()
    try:
        asked = parser.parse_args(_words(line))
    except ValueError:
        parser.error("a quotation mark is not closed")
    with tempfile.TemporaryDirectory(prefix="grader-notebook-") as folder:
        source = _source(shell, Path(folder))
        options = [part for item in asked.items for part in ("--item", item)]
        options += ["--lang", asked.lang] if asked.lang else []
        options += ["--assignment", asked.assignment] if asked.assignment else []
        _show(_checked(source.file, options), source.told)


def _words(line: str) -> list[str]:
    """Raises ValueError for a quotation mark that is not closed. A `\\` stands for itself, as in paths on Windows."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.escape, lexer.commenters = True, "", ""
    return list(lexer)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="%grader", add_help=False)
    parser.add_argument("command", choices=["check"])
    parser.add_argument("items", nargs="*")
    parser.add_argument("--lang", choices=("ko", "en"), default="")
    parser.add_argument("-a", "--assignment", default="")
    return parser


def _checked(file: Path, options: list[str]) -> str:
    """What `grader check --json` prints. Raises UsageError with the sentence of what went wrong."""
    from IPython.core.error import UsageError

    command = [sys.executable, "-P", "-m", "grader", "check", str(file), "--json", *options]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        told, complaint = process.communicate()
    finally:  # an interrupt, or the end of the kernel
        if process.poll() is None:
            process.terminate()
            process.wait()
    if process.returncode not in (0, 1) or not told:
        raise UsageError(complaint.decode(errors="replace").strip() or f"ended with exit code {process.returncode}")
    return told.decode()


def _show(document: str, source: dict[str, str]) -> None:
    from IPython.display import display

    from grader.checking.checked import Checked
    from grader.checking.lines import plain
    from grader.checking.page import page

    checked = Checked.model_validate_json(document)
    told = source[checked.language]
    text = "\n".join([told, *plain(checked)])
    display({"text/plain": text, "text/html": page(checked, told)}, raw=True)  # type: ignore[no-untyped-call]


# ---------------------------------------------------------------- which notebook


def _source(shell: Any, folder: Path) -> Source:
    """The notebook as Colab has it; the saved file in VS Code or Jupyter; else the code that was run so far."""
    if "google.colab" in sys.modules and (content := _of_colab()) is not None:
        file = folder / "notebook.ipynb"
        file.write_text(json.dumps(content), encoding="utf-8")
        return Source(file, {"en": "The notebook as it stands in Colab now.", "ko": "지금 Colab에 있는 노트북입니다."})
    for named in (shell.user_ns.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        path = Path(str(named))
        for place in (path, Path(path.name)):  # Jupyter's may begin in the server's folder rather than in this one
            if place.suffix == ".ipynb" and place.is_file():
                return Source(place, _saved(place))
    file = folder / "cells-run-so-far.ipynb"
    file.write_text(json.dumps(_of_history(shell)), encoding="utf-8")
    return Source(
        file,
        {
            "en": "Only the code that was run so far, without written answers: the notebook's file was not found.",
            "ko": "지금까지 실행한 코드만 봤습니다. 노트북 파일을 찾지 못해 글로 쓴 답은 없습니다.",
        },
    )


def _of_colab() -> dict[str, Any] | None:
    """The document that the browser holds; None where Colab does not give it."""
    try:
        from google.colab import _message  # type: ignore[import-not-found]

        content = _message.blocking_request("get_ipynb", timeout_sec=30)["ipynb"]
    except Exception:  # noqa: BLE001  # a seam of Colab's own that may change: then the code run so far is looked at
        return None
    return content if isinstance(content, dict) else None


def _saved(file: Path) -> dict[str, str]:
    changed = file.stat().st_mtime
    at, ago = time.strftime("%H:%M:%S", time.localtime(changed)), max(0, int(time.time() - changed))
    return {
        "en": f"{file.name} as saved at {at}, {ago} s ago; what was typed since is not in it.",
        "ko": f"{at}({ago}초 전)에 저장된 {file.name}입니다. 그 뒤에 쓴 것은 들어 있지 않습니다.",
    }


def _of_history(shell: Any) -> dict[str, Any]:
    """The inputs of this session as code cells, in the order in which they were run."""
    inputs = [source for source in shell.history_manager.input_hist_raw if source.strip()]
    cells = [
        {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": number}
        for number, source in enumerate(inputs, start=1)
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
