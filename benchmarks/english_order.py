"""Count which classes of English words follow one another, in the docstrings and test answers of this project.

`python -m benchmarks.english_order` writes grader/answers/data/english_order.json anew.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from grader.answers.order import classes_of
from grader.answers.reading import read

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "grader" / "answers" / "data" / "english_order.json"


def texts() -> Iterator[str]:
    """Docstrings, what stands between backquotes taken out, and honest English answers; lower case."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in sorted(listed.stdout.split()):
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and (told := ast.get_docstring(node)):
                yield re.sub(r"`[^`]*`", "thing", told).lower()
    for line in (ROOT / "tests" / "answers" / "own.jsonl").read_text(encoding="utf-8").splitlines():
        answer = json.loads(line)
        if answer["honest"] and answer["language"] == "en":
            yield read(answer["text"]).text


def main() -> None:
    counts: Counter[str] = Counter()
    for text in texts():
        classes = classes_of(text)
        counts.update(f"{a} {b}" for a, b in pairwise(classes))
    TARGET.write_text(json.dumps(dict(sorted(counts.items())), indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
