"""The tools that are compared: how each is set up, called as its users call it, and proven to have graded."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import nbformat

from benchmarks import notebooks
from benchmarks.environments import HERE, Environment
from benchmarks.measure import Command
from benchmarks.notebooks import DidNotRun, Workload

CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class Class:
    """So many students' notebooks of one workload, and an empty folder to grade them in."""

    workload: Workload
    students: list[str]
    folder: Path


class Peer(Protocol):
    """`prepare` is not timed, the commands that it returns are; `prove` raises DidNotRun.

    `sizes`: per workload the sizes of the classes that are timed. Two of them tell what each further notebook costs
    from what a class costs once; one is enough where each notebook is a call of its own.
    """

    key: str
    title: str
    environment: str
    at_a_time: int
    kernel_depth: int
    sizes: dict[str, tuple[int, ...]]

    def prepare(self, homework: Class, environment: Environment) -> list[Command]: ...
    def prove(self, homework: Class, environment: Environment) -> None: ...


def _folders(homework: Class) -> list[Path]:
    """One folder per student, with notebook and data."""
    folders = [homework.folder / student for student in homework.students]
    for folder, student in zip(folders, homework.students, strict=True):
        notebooks.write(homework.workload.notebook(student), folder / "notebook.ipynb")
        _data(folder, notebooks.TRAIN)
    return folders


def _data(folder: Path, *files: Path) -> None:
    (folder / "sample_data").mkdir(parents=True)
    for file in files:
        shutil.copy(file, folder / "sample_data")


@dataclass
class Grader:
    key: str = "grader"
    title: str = "`grader grade`"
    environment: str = "grader"
    at_a_time: int = CORES
    kernel_depth: int = 3  # grader, kernel server, kernel
    sizes: dict[str, tuple[int, ...]] = field(default_factory=lambda: {"light": (2, 32), "full": (2, 8)})

    def prepare(self, homework: Class, environment: Environment) -> list[Command]:
        for student in homework.students:
            notebooks.write(homework.workload.notebook(student), homework.folder / "class" / f"{student}.ipynb")
        argv = [str(environment.python), "-m", "grader", "grade", "class", "-o", "out"]
        argv += ["-a", str(homework.workload.rubric), "-j", str(self.at_a_time)]
        return [Command(argv, str(homework.folder))]

    def prove(self, homework: Class, environment: Environment) -> None:
        out = homework.folder / "out"
        for student in homework.students:
            report = json.loads((out / "reports" / f"{student}.json").read_text())
            if report["execution"]["status"] != "ok":
                raise DidNotRun(f"{student}: {report['execution']}")
            notebooks.prove_ran(out / "executed" / f"{student}.ipynb", homework.workload, student)
            if report["total"] != report["max_points"] or not (out / "feedback" / f"{student}.html").exists():
                raise DidNotRun(f"{student} has {report['total']} of {report['max_points']} points")


@dataclass
class Nbgrader:
    key: str = "nbgrader"
    title: str = "`nbgrader autograde`"
    environment: str = "nbgrader"
    at_a_time: int = 1  # it has no way to grade two at once
    kernel_depth: int = 2
    sizes: dict[str, tuple[int, ...]] = field(default_factory=lambda: {"light": (1, 4), "full": (1, 2)})

    def prepare(self, homework: Class, environment: Environment) -> list[Command]:
        source = homework.folder / "source" / "hw"
        notebooks.write(self._with_tests(homework.workload, homework.students[0]), source / "notebook.ipynb")
        _data(source, notebooks.TRAIN, notebooks.HELDOUT)
        nbgrader = environment.script("nbgrader")
        subprocess.run(
            [nbgrader, "generate_assignment", "hw"],
            cwd=homework.folder,
            env=environment.variables(),
            check=True,
            capture_output=True,
        )
        for student in homework.students:
            handed_in = homework.folder / "submitted" / student / "hw" / "notebook.ipynb"
            notebooks.write(self._with_tests(homework.workload, student), handed_in)
        return [Command([nbgrader, "autograde", "hw"], str(homework.folder))]

    @staticmethod
    def _with_tests(workload: Workload, student: str) -> nbformat.NotebookNode:
        notebook = workload.notebook(student)
        notebook.nbformat_minor = 5
        for model, test in workload.tests().items():
            cell = nbformat.v4.new_code_cell(test, id=f"test-{model}")
            cell.metadata["nbgrader"] = {"grade_id": model, "points": 10, "cell_type": "code", "schema_version": 3}
            cell.metadata["nbgrader"] |= {"grade": True, "locked": True, "solution": False, "task": False}
            notebook.cells.append(cell)
        return notebook

    def prove(self, homework: Class, environment: Environment) -> None:
        for student in homework.students:
            file = homework.folder / "autograded" / student / "hw" / "notebook.ipynb"
            notebooks.prove_ran(file, homework.workload, student)
        with sqlite3.connect(homework.folder / "gradebook.db") as database:
            scores = [score for (score,) in database.execute("select auto_score from grade")]
        if scores != [10] * len(homework.students) * len(homework.workload.tests()):
            raise DidNotRun(f"nbgrader's scores: {scores}")


@dataclass
class Otter:
    key: str = "otter"
    title: str = "`otter run`"
    environment: str = "otter"
    at_a_time: int = CORES  # calls side by side, each for one notebook
    kernel_depth: int = 2
    sizes: dict[str, tuple[int, ...]] = field(default_factory=lambda: {"light": (4,), "full": (2,)})

    def prepare(self, homework: Class, environment: Environment) -> list[Command]:
        otter = environment.script("otter")
        made = homework.folder / "autograder"
        _data(made, notebooks.TRAIN, notebooks.HELDOUT)
        (made / "tests").mkdir()
        for model, test in homework.workload.tests().items():
            lines = ["import pandas as pd", f'predict_{model} = env["predict_{model}"]', *test.splitlines()]
            body = "".join(f"    {line}\n" for line in lines)
            head = f'OK_FORMAT = False\nname = "{model}"\npoints = 10\n\n'
            decorated = f"from otter.test_files import test_case\n\n{head}@test_case(points=10)\ndef test(env):\n{body}"
            (made / "tests" / f"{model}.py").write_text(decorated)
        files = [f"sample_data/{file.name}" for file in (notebooks.TRAIN, notebooks.HELDOUT)]
        options = ["-t", "tests", "-o", "autograder.zip", "--no-environment", "--no-requirements", "--no-config"]
        subprocess.run(
            [otter, "generate", *options, *files],
            cwd=made,
            env=environment.variables(),
            check=True,
            capture_output=True,
        )
        run = [otter, "run", "-a", str(made / "autograder.zip"), "--pickle-results", "--no-logo", "notebook.ipynb"]
        return [Command(run, str(folder)) for folder in _folders(homework)]

    def prove(self, homework: Class, environment: Environment) -> None:
        folders = [homework.folder / student for student in homework.students]
        unpickle = [str(environment.python), str(HERE / "drivers" / "unpickle.py"), *map(str, folders)]
        subprocess.run(unpickle, env=environment.variables(), check=True, capture_output=True)
        for folder in folders:
            notebooks.prove_ran(folder / "executed.ipynb", homework.workload, folder.name)
            tests = json.loads((folder / "results.json").read_text())["tests"]
            scores = {test["name"]: test.get("score") for test in tests}
            if any(scores.get(model) != 10 for model in homework.workload.tests()):
                raise DidNotRun(f"otter's scores: {scores}")


@dataclass
class Papermill:
    key: str = "papermill"
    title: str = "papermill"
    environment: str = "papermill"
    at_a_time: int = CORES  # calls side by side, each for one notebook
    kernel_depth: int = 2
    sizes: dict[str, tuple[int, ...]] = field(default_factory=lambda: {"light": (4,), "full": (2,)})

    def prepare(self, homework: Class, environment: Environment) -> list[Command]:
        argv = [environment.script("papermill"), "--no-progress-bar", "notebook.ipynb", "executed.ipynb"]
        return [Command(argv, str(folder)) for folder in _folders(homework)]

    def prove(self, homework: Class, environment: Environment) -> None:
        for student in homework.students:
            notebooks.prove_ran(homework.folder / student / "executed.ipynb", homework.workload, student)


@dataclass
class Fresh:
    key: str = "nbclient"
    title: str = "nbclient, fresh kernels"
    environment: str = "nbclient"
    at_a_time: int = CORES
    kernel_depth: int = 3  # driver, worker, kernel
    sizes: dict[str, tuple[int, ...]] = field(default_factory=lambda: {"light": (2, 8), "full": (2, 4)})

    def prepare(self, homework: Class, environment: Environment) -> list[Command]:
        argv = [str(environment.python), str(HERE / "drivers" / "fresh.py"), str(self.at_a_time)]
        return [Command([*argv, *map(str, _folders(homework))], str(homework.folder))]

    def prove(self, homework: Class, environment: Environment) -> None:
        Papermill().prove(homework, environment)


@dataclass
class Floor:
    key: str = "floor"
    title: str = "floor: fork of a warm process, `exec`"
    environment: str = "floor"
    at_a_time: int = CORES
    kernel_depth: int = 2
    sizes: dict[str, tuple[int, ...]] = field(default_factory=lambda: {"light": (2, 32), "full": (2, 8)})

    def prepare(self, homework: Class, environment: Environment) -> list[Command]:
        argv = [str(environment.python), str(HERE / "drivers" / "floor.py"), str(self.at_a_time)]
        return [Command([*argv, *map(str, _folders(homework))], str(homework.folder))]

    def prove(self, homework: Class, environment: Environment) -> None:
        for student in homework.students:
            printed = (homework.folder / student / "printed.txt").read_text()
            notebooks.prove_printed(printed, homework.workload, student)


PEERS: dict[str, Peer] = {peer.key: peer for peer in (Floor(), Grader(), Fresh(), Papermill(), Nbgrader(), Otter())}
