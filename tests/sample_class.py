"""The sample class: what each case expects, and the small class of `make demo` under students' names."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from grader.model import Assignment

FOLDER = Path(__file__).parent / "submissions"
# Made-up names; the demo's cases take them in order.
_NAMES = (
    *("김서연", "이도윤", "박하준", "최지우", "정예은", "강민재", "윤채원"),
    *(
        "Alex Kim",
        "Maria Rossi",
        "Sam Taylor",
        "Noor Haddad",
        "Yuki Tanaka",
        "장우진",
        "임수빈",
        "Lena Vogel",
        "오태양",
    ),
)


@dataclass(frozen=True)
class Case:
    """One folder of tests/submissions with its expect.yaml."""

    name: str
    about: str
    execution: str
    status: str
    demo: bool
    outcomes: dict[str, dict[str, str]]

    def expected(self, assignment: Assignment) -> dict[str, str]:
        """`P1.1/runs` -> outcome, for every criterion; `*` stands for the criteria of an item that are not named."""
        return {
            f"{item.id}/{criterion.id}": self.outcomes[item.id].get(criterion.id) or self.outcomes[item.id]["*"]
            for item in assignment.items
            for criterion in item.criteria
        }


def cases() -> list[Case]:
    return [_case(file) for file in sorted(FOLDER.glob("*/expect.yaml"))]


def _case(file: Path) -> Case:
    raw: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Case(name=file.parent.name, demo=raw.pop("demo", False), **raw)


def copy_demo(target: Path) -> None:
    """Lay out the demo's cases as a class: one folder per student."""
    shutil.rmtree(target, ignore_errors=True)
    chosen = [case for case in cases() if case.demo]
    for name, case in zip(_NAMES, chosen, strict=False):
        copy_case(case.name, target / name)


def copy_class(target: Path) -> None:
    """Every case, by its name."""
    for case in cases():
        copy_case(case.name, target / case.name)


def copy_case(name: str, target: Path) -> None:
    """What the student hands in, without what is expected of it."""
    shutil.copytree(FOLDER / name, target, ignore=shutil.ignore_patterns("expect.yaml"))


if __name__ == "__main__":
    copy_demo(Path(sys.argv[-1]))
