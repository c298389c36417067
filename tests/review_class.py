"""A class with written answers that wait for a person, graded without kernels; and its review page, served."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from build import notebook
from conftest import ROOT
from graded_class import NOON

from grader.executions import Executions
from grader.gradebook.book import Gradebook
from grader.gradebook.keeping import Roll
from grader.gradebook.record import Record, book_of
from grader.grading import Graded
from grader.model import Assignment, Execution, Language, Repair
from grader.results import results_in
from grader.review.desk import Desk
from grader.review.filing import Filing
from grader.review.server import PATIENCE, Server, guarded, listening_on
from grader.review.site import Evening
from grader.scoring import score
from grader.submissions import collect

Answers = Mapping[str, str]  # by item
OWN = [json.loads(line) for line in (ROOT / "tests" / "answers" / "own.jsonl").read_text(encoding="utf-8").splitlines()]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def written_only(homework: Assignment, *named: str) -> Assignment:
    """Homework 1 without what needs a kernel: P2, P3.1 and P3.2 by their words, or those named."""
    asked = named or ("P2", "P3.1", "P3.2")
    items = [
        item.model_copy(update={"criteria": tuple(c for c in item.criteria if c.check == "mentions")})
        for item in homework.items
        if item.id in asked
    ]
    left_out = {"data": {}, "stand_ins": {}, "heldout": None}
    return homework.model_copy(update={"items": tuple(items), "total": 20.0 * len(asked), **left_out})


def own_answers(language: str, count: int) -> dict[str, Answers]:
    """Students with answers of the project's own set, each item by turns."""
    said = {
        item: [one["text"] for one in OWN if (one["item"], one["language"], one["honest"]) == (item, language, True)]
        for item in ("P2", "P3.1", "P3.2")
    }
    return {
        f"s{number:02d}": {item: texts[number % len(texts)] for item, texts in said.items()} for number in range(count)
    }


def graded(
    folder: Path,
    assignment: Assignment,
    answers: Mapping[str, Answers],
    *,
    language: Language = "en",
    doubtful: tuple[str, ...] = (),
    outputs: tuple[object, ...] = (),
) -> Path:
    """The results of a class in `folder/out`. `doubtful`: students in whose notebooks a repair has to be looked at."""
    out = folder / "out"
    for student, said in answers.items():
        cells = [f"#md ## {item}\n\n{text}" for item, text in said.items()]
        notebook(folder / "class" / f"{student}.ipynb", *cells, "plot()", heading=False)
    stored = Executions(out / "executions")
    with results_in(out, assignment) as results, Gradebook.in_folder(out) as book:
        record = Record(results, book)
        record.begin(Roll(students=tuple(sorted(answers))))
        for one in collect([folder / "class"], assignment):
            assert one.notebook is not None
            cells = [{**cell} for cell in one.notebook["cells"]]
            cells[-1] |= {"execution_count": 1, "outputs": list(outputs)}
            guess = Repair(kind="data", cell=1, what="housing2.csv", instead="sample_data/train.csv", review=True)
            execution = Execution(
                status="ok",
                submission_sha256=one.sha256,
                notebook={**one.notebook, "cells": cells},
                repairs=(guess,) if one.student in doubtful else (),
            )
            stored.put(f"key-{one.student}", execution)
            report = score(one, execution, assignment, language, NOON)
            record.add(Graded(one, execution, report), f"key-{one.student}")
        record.finish()
    return out


@contextlib.contextmanager
def opened(out: Path, author: str = "Park", language: Language = "en") -> Iterator[str]:
    """The address of the page, served by a thread of this process."""
    with book_of(out, None, PATIENCE) as book, listening_on(0) as listening:
        filing = Filing(out, book)
        evening = Evening(author, language, "token")
        port = listening.getsockname()[1]
        server = Server(guarded(Desk(out, book), filing, evening, port))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}/?token={evening.token}"
        finally:
            server.should_exit = True
            thread.join()
            assert filing.close() == []


@contextlib.contextmanager
def served(out: Path, *options: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address that `grader review` prints, and its process; ended with Ctrl-C, which has to end it well."""
    command = [sys.executable, "-m", "grader", "review", str(out), "--port", "0", *options]
    given = {**os.environ, "PYTHONUTF8": "1"} | environment
    with subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGKILL)
