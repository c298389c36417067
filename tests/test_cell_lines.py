"""A cell's place in its file: a review of the file is marked on the line that somebody would point at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from build import code, document, markdown

from grader import reading
from grader.reading.lines import CellLines, lines_in

WORDS = "# P1 머리말\n\n설명"
CODE = "import math\nx = math.pi\nprint(x)"
LAST = "y = 1"


def cells_with(*sources: Any) -> dict[str, Any]:
    return document(markdown(sources[0]), code(sources[1]), code(sources[2]))


def lines_of(file: Path) -> CellLines:
    return lines_in(file, reading.read(file).notebook["cells"])


def listed(source: str) -> list[str]:
    """As Jupyter writes a source."""
    return source.splitlines(keepends=True)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_each_line_of_a_cell_is_found_in_a_notebook(tmp_path: Path, ends: str, ascii_only: bool, mark: str) -> None:
    file = tmp_path / "hw1.ipynb"
    text = json.dumps(cells_with(*map(listed, (WORDS, CODE, LAST))), indent=1, ensure_ascii=ascii_only)
    file.write_bytes((mark + text.replace("\n", ends)).encode())
    lines, found = text.split("\n"), lines_of(file)
    for number, source in enumerate((WORDS, CODE, LAST), 1):
        for within, line in enumerate(listed(source), 1):
            assert json.dumps(line, ensure_ascii=ascii_only) in lines[found.line(number, within) - 1]
    assert found.line(2, 99) == found.line(2, 3)
    assert (found.line(None), found.line(0), found.line(4)) == (1, 1, 1)


def test_a_source_in_one_string_is_on_its_line(tmp_path: Path) -> None:
    file = tmp_path / "hw1.ipynb"
    text = json.dumps(cells_with(WORDS, CODE, LAST), indent=2)
    file.write_text(text, encoding="utf-8")
    found = lines_of(file)
    assert json.dumps(CODE) in text.split("\n")[found.line(2, 3) - 1]
    assert found.line(2, 1) == found.line(2, 3)


def test_a_notebook_on_one_line_has_one_line(tmp_path: Path) -> None:
    file = tmp_path / "hw1.ipynb"
    file.write_text(json.dumps(cells_with(*map(listed, (WORDS, CODE, LAST))), separators=(",", ":")), encoding="utf-8")
    assert lines_of(file).line(3) == 1


def test_outputs_and_metadata_that_look_like_cells_are_none(tmp_path: Path) -> None:
    file = tmp_path / "hw1.ipynb"
    content = cells_with(WORDS, CODE, LAST)
    content["metadata"] = {"cells": [{"source": "no"}], "n": 10**400}
    content["cells"][1]["outputs"] = [{"source": ["no"], "text": ['{"cells": [']}]
    content["cells"][1]["metadata"] = {"source": "no"}
    text = json.dumps(dict(reversed(content.items())), indent=1)
    file.write_text(text, encoding="utf-8")
    assert json.dumps(LAST) in text.split("\n")[lines_of(file).line(3) - 1]


def test_worksheets_have_cells_too(tmp_path: Path) -> None:
    file = tmp_path / "hw1.ipynb"
    cells = [{"cell_type": "code", "input": ["a = 1\n", "b = 2"], "outputs": []}]
    text = json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}, indent=1)
    file.write_text(text, encoding="utf-8")
    assert '"b = 2"' in text.split("\n")[lines_of(file).line(1, 2) - 1]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_each_line_of_a_cell_is_found_in_a_script(tmp_path: Path, ends: str) -> None:
    file = tmp_path / "hw1.py"
    text = f"""# ---
# jupyter: {{}}
# ---

# %% [markdown]
# # P1
#
# 설명

# %%
{CODE}
# %matplotlib inline

# %% [markdown]
\"\"\"
## P2
설명
\"\"\"

# %%

{LAST}
"""
    file.write_bytes(text.replace("\n", ends).encode())
    lines, found = text.split("\n"), lines_of(file)
    for cell, within, said in ((1, 1, "# # P1"), (1, 3, "# 설명"), (2, 3, "print(x)"), (3, 2, "설명"), (4, 1, LAST)):
        assert lines[found.line(cell, within) - 1] == said


def test_a_damaged_file_is_marked_on_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "hw1.ipynb"
    text = json.dumps(cells_with(WORDS, CODE, LAST), indent=1)
    file.write_text(text[: text.rindex("y = 1")], encoding="utf-8")
    assert lines_of(file).line(2) == 1
    assert lines_in(tmp_path / "none.ipynb", []).line(1) == 1
