"""Somebody who follows the pages: a project's folder as after `make demo`, and commands typed into it."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import nbgrader_course
import otter_course
from build import notebook
from conftest import ROOT
from pages import Block, Command, Page
from sample_class import copy_demo

STUDENTS = ("김서연", "Noor Haddad")  # of the demo's twelve: one who left all blank, and one with half of the answers
_PATIENCE = 300  # seconds
_OF_WHO_TESTS = ("GRADER_", "GITHUB_", "PYTEST_")  # variables


class Typed(NamedTuple):
    code: int
    printed: str


class Newcomer:
    """Types what stands on the pages. What was typed on one page and changes nothing need not be typed again."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.typed: set[str] = set()
        (project / ".venv").symlink_to(sys.prefix)
        for folder in ("rubrics", "reference"):
            shutil.copytree(ROOT / folder, project / folder)
        copy_demo(project / "demo-class")
        for student in (project / "demo-class").iterdir():
            if student.name in STUDENTS:
                _without_training(next(student.iterdir()))
            else:
                shutil.rmtree(student)
        _templates(project)
        _others_courses(project)

    def save(self, block: Block) -> None:
        assert block.file is not None
        target = self.project / block.file
        target.parent.mkdir(parents=True, exist_ok=True)
        before = target.read_text(encoding="utf-8") + "\n" if block.adds else ""
        target.write_text(before + block.text, encoding="utf-8")

    def type(self, command: str) -> Typed:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.project,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=_PATIENCE,
            check=False,
        )
        self.typed.add(command)
        return Typed(done.returncode, done.stdout)

    def start(self, command: str) -> str:
        """The first line that a command prints which goes on until it is interrupted; it is, and must end then."""
        with subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.project,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        ) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=_PATIENCE)
        return first

    def _environment(self) -> dict[str, str]:
        """Of a shell in which .venv is active, as a student's is, with a cache that no earlier reader filled."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OF_WHO_TESTS)}
        path = f"{self.project / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        own = {"XDG_CACHE_HOME": str(self.project / "cache"), "PYTHONUTF8": "1"}
        return {**inherited, **own, "PATH": path}


def stands_in(shown: tuple[str, ...], printed: str) -> bool:
    """Whether the lines that a page shows were printed; `…` is any text, and neither spaces nor the order matter."""
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    wanted = (re.escape(" ".join(line.split())).replace("…", ".*") for line in shown)
    return all(any(re.fullmatch(pattern, line) for line in lines) for pattern in wanted)


def at(page: Page, command: Command) -> str:
    return f"{page.name}:{command.line}: {command.text}"


def _without_training(file: Path) -> None:
    """The same answers, and the first cell of the code alone, so that the class is graded in no time."""
    content = json.loads(file.read_text(encoding="utf-8"))
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    content["cells"] = [cell for cell in content["cells"] if cell not in code[1:]]
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _templates(project: Path) -> None:
    """What a TA gets from learning systems, and a notebook of one's own."""
    points = ["    Points Possible", "", "", "", "100.00"]
    canvas = [["Student", "ID", "SIS Login ID", "Section", "HW1 (4711)"], points]
    canvas += [[name, str(number), f"s{number}", "A", ""] for number, name in enumerate(STUDENTS, start=101)]
    moodle = [["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"]]
    moodle += [[f"Participant {n}", name, "", "100.00", "-", ""] for n, name in enumerate(STUDENTS, start=101)]
    for name, rows in (("gradebook.csv", canvas), ("worksheet.csv", moodle)):
        with open(project / name, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    notebook(project / "notebook.ipynb", "print(6 * 7)")
    shutil.copy(next((project / "demo-class" / STUDENTS[1]).iterdir()), project / "hw1.ipynb")


def _others_courses(project: Path) -> None:
    """What somebody has who comes from another system."""
    nbgrader_course.course(project)
    otter_course.write(project / "hw01.ipynb", otter_course.source())
