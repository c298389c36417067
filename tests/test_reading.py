"""Reading hand-ins: every format, every encoding and every kind of damage."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from build import code, document, markdown
from damaged import ANSWER, Damaged, corpus, costly, costly_scripts
from pace import costing_less_than

from grader import reading
from grader.items import notebook
from grader.model import Assignment, Submission
from grader.submissions import collect

Reading = Callable[..., dict[str, Any]]
CORPUS = corpus()


@pytest.fixture
def reading_of(tmp_path: Path) -> Reading:
    """Write something as a file and read it."""

    def read(content: Any, name: str = "hw1.ipynb") -> dict[str, Any]:
        file = tmp_path / name
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_bytes((content if isinstance(content, str) else json.dumps(content)).encode())
        return reading.read(file).notebook

    return read


def sources(read: dict[str, Any]) -> list[str]:
    return [cell["source"] for cell in read["cells"]]


# ---------------------------------------------------------------- formats


@pytest.mark.parametrize("minor", range(6))
def test_formats_4(reading_of: Reading, minor: int) -> None:
    cell = code(["x = 1\n", "y"]) | {"execution_count": 3, "outputs": [{"output_type": "stream", "text": "old"}]}
    if minor == 5:
        cell["id"] = "abc"
    read = reading_of(document(markdown("# P1.1"), cell, nbformat_minor=minor))
    assert sources(read) == ["# P1.1", "x = 1\ny"]
    assert (read["nbformat"], read["nbformat_minor"]) == (4, 5)
    assert read["cells"][1] == {
        "id": "cell-2",
        "cell_type": "code",
        "metadata": {"saved_execution_count": 3},
        "source": "x = 1\ny",
        "outputs": [],
        "execution_count": None,
    }


def test_format_3(reading_of: Reading, homework: Assignment) -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["P1.1"]},
        {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python", "outputs": [], "prompt_number": 1},
        {"cell_type": "markdown", "metadata": {}, "source": ["말\n", "둘"]},
        {"cell_type": "heading", "level": "many", "source": "P1.2"},
    ]
    read = reading_of(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}] * 2}
    )
    assert sources(read)[:4] == ["## P1.1", "x = 1\ny = 2", "말\n둘", "# P1.2"]
    assert notebook.by_item(read, homework)[0] == ("P1.1", "P1.1", "P1.1", "P1.2") * 2


def test_formats_2_and_1(reading_of: Reading) -> None:
    cells = [
        {"cell_type": "html", "source": "# P1.1"},
        {"cell_type": "code", "input": "x", "language": "python", "outputs": [], "collapsed": False},
    ]
    assert sources(reading_of({"nbformat": 2, "worksheets": [{"cells": cells}]})) == ["# P1.1", "x"]
    first = {"nbformat": 1, "cells": [{"cell_type": "text", "text": "# P2"}, {"cell_type": "code", "code": "x = 1"}]}
    assert sources(reading_of(first)) == ["# P2", "x = 1"]


@pytest.mark.parametrize("version", [None, 5, 99, "4", 4.0, True, [4]])
def test_an_odd_format_number_hides_no_cells(reading_of: Reading, version: Any) -> None:
    assert sources(reading_of(document(code("x = 1"), nbformat=version))) == ["x = 1"]


# ---------------------------------------------------------------- odd cells


@pytest.mark.parametrize(
    ("cell", "kind", "source"),
    [
        ({"cell_type": "code"}, "code", ""),
        ({"cell_type": "code", "source": None}, "code", ""),
        ({"cell_type": "code", "source": []}, "code", ""),
        ({"cell_type": "code", "source": 12.5}, "code", "12.5"),
        ({"cell_type": "code", "source": ["a\n", None, "b", ["c"]]}, "code", "a\nb"),
        ({"cell_type": "code", "source": "x", "metadata": None}, "code", "x"),
        ({"cell_type": "code", "source": "x", "metadata": [1]}, "code", "x"),
        ({"cell_type": "code", "source": "x", "metadata": {"tags": "P2"}}, "code", "x"),
        ({"cell_type": "code", "source": "x", "outputs": None, "execution_count": "?"}, "code", "x"),
        ({"cell_type": "sql", "source": "x"}, "raw", "x"),
        ({"cell_type": ["code"], "source": "x"}, "raw", "x"),
        ({"source": "x"}, "raw", "x"),
        ({"cell_type": "markdown", "source": "x", "attachments": {"a": None, "b": {"c": [1]}}}, "markdown", "x"),
        (None, "raw", ""),
        ("x = 1", "raw", "x = 1"),
        (7, "raw", "7"),
        ([], "raw", ""),
    ],
)
def test_odd_cells_keep_their_place(
    reading_of: Reading, cell: Any, kind: str, source: str, homework: Assignment
) -> None:
    read = reading_of(document(markdown("# P2"), cell, code("y")))
    assert [c["cell_type"] for c in read["cells"]] == ["markdown", kind, "code"]
    assert sources(read) == ["# P2", source, "y"]
    assert [c["id"] for c in read["cells"]] == ["cell-1", "cell-2", "cell-3"]
    assert read["cells"][1]["metadata"] == {}
    assert notebook.by_item(read, homework)[0] == ("P2", "P2", "P2")


@pytest.mark.parametrize("metadata", [None, [], {"kernelspec": None}, {"kernelspec": {"language": None}}, 3])
def test_odd_metadata_of_the_notebook(reading_of: Reading, metadata: Any) -> None:
    assert sources(reading_of(document(code("x"), metadata=metadata))) == ["x"]


def test_tags_and_pictures_are_kept_and_nothing_else(reading_of: Reading) -> None:
    picture = {"a.png": {"image/png": "aGk="}}
    cell = markdown("# P2", "P2") | {"attachments": picture}
    cell["metadata"] |= {"tags": ["P2", ["P3.1"], None], "execution": "hostile", "collapsed": True}
    read = reading_of(document(cell))
    assert read["cells"] == [
        {
            "id": "cell-1",
            "cell_type": "markdown",
            "metadata": {"tags": ["P2"]},
            "source": "# P2",
            "attachments": picture,
        }
    ]


def test_no_worksheets_and_no_cells_are_an_empty_notebook(reading_of: Reading) -> None:
    for content in ({"cells": []}, {"worksheets": []}, {"worksheets": [None, {}, {"cells": 3}]}):
        assert reading_of(content)["cells"] == []


@pytest.mark.parametrize(
    ("literal", "source"),
    [
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("9" * 5000, "9" * 5000),
        ("1e999", "1e999"),
        ('"\\ud800x"', "\ufffdx"),
        ('["\\ud83d", "\\ude00"]', "😀"),
        ('"a\\u0000b"', "a\0b"),
        ('"first", "source": "last"', "last"),
    ],
)
def test_odd_json(reading_of: Reading, literal: str, source: str) -> None:
    metadata = '{"a": NaN, "b": ' + "9" * 5000 + ', "tags": ["\\ud800"]}'
    read = reading_of(
        f'{{"cells": [{{"cell_type": "code", "metadata": {metadata}, "source": {literal}}}], "n": {"9" * 5000}}}'
    )
    assert sources(read) == [source]
    assert read["cells"][0]["metadata"] == {"tags": ["\ufffd"]}
    json.dumps(read, allow_nan=False).encode()


def test_duplicate_keys_mean_the_last(reading_of: Reading) -> None:
    assert sources(reading_of('{"cells": 3, "cells": [{"cell_type": "code", "source": "x"}]}')) == ["x"]


def test_byte_order_mark(reading_of: Reading) -> None:
    content = json.dumps(document(code("x")))
    assert sources(reading_of(b"\xef\xbb\xbf" + content.encode())) == ["x"]
    assert sources(reading_of(b"\xef\xbb\xbf# %%\nx = 1\n", "hw1.py")) == ["x = 1"]


# ---------------------------------------------------------------- damage


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, homework: Assignment) -> dict[str, Submission]:
    """The whole corpus as one class, by the files' names."""
    folder = tmp_path_factory.mktemp("class")
    for damaged in CORPUS:
        (folder / damaged.name).write_bytes(damaged.data)
    return {submission.path.name: submission for submission in collect([folder], homework)}


def test_no_damaged_file_is_lost(collected: dict[str, Submission]) -> None:
    assert len(CORPUS) >= 60
    assert sorted(collected) == sorted(damaged.name for damaged in CORPUS)
    assert len({submission.student for submission in collected.values()}) == len(CORPUS)


@pytest.mark.parametrize("damaged", CORPUS, ids=lambda damaged: damaged.name)
def test_a_damaged_file_is_read_as_far_as_it_goes(damaged: Damaged, collected: dict[str, Submission]) -> None:
    submission = collected[damaged.name]
    _is_as_expected(damaged, submission)
    if damaged.cells is not None:
        assert bool(submission.warnings) == bool(damaged.words)
    json.dumps(submission.notebook, allow_nan=False).encode()


def _is_as_expected(damaged: Damaged, submission: Submission) -> None:
    cells = None if submission.notebook is None else len(submission.notebook["cells"])
    assert cells == damaged.cells, submission.warnings
    assert any(damaged.words in warning for warning in ("", *submission.warnings)), submission.warnings
    assert all(warning.startswith(damaged.name) and len(warning) < 300 for warning in submission.warnings[-1:])
    answer = submission.answers.get("P2")
    assert (answer is not None and ANSWER in answer.text) == damaged.answered
    assert (submission.lost is not None) == damaged.lost
    assert submission.lost is None or submission.lost in submission.warnings


@pytest.mark.parametrize("damaged", [*costly(1_500_000), *costly_scripts(500_000)], ids=lambda damaged: damaged.name)
def test_a_costly_file_is_read_or_refused_soon(damaged: Damaged, tmp_path: Path, homework: Assignment) -> None:
    (tmp_path / damaged.name).write_bytes(damaged.data)
    with costing_less_than(50):
        (submission,) = collect([tmp_path / damaged.name], homework)
    _is_as_expected(damaged, submission)


@pytest.mark.long
def test_files_of_the_size_that_is_still_read_are_read_or_refused_soon(tmp_path: Path, homework: Assignment) -> None:
    for damaged in costly(reading.MAX_BYTES - 1_000_000):
        file = tmp_path / damaged.name
        file.write_bytes(damaged.data)
        with costing_less_than(50, damaged.name):
            (submission,) = collect([file], homework)
        _is_as_expected(damaged, submission)
        file.unlink()


def test_the_larger_side_of_a_conflict_is_whole(reading_of: Reading) -> None:
    lines = [f' "x = {number}\\n",' for number in range(3)]
    conflict = ["<<<<<<< HEAD", lines[0], "=======", lines[1], lines[2], ">>>>>>> theirs"]
    text = "\n".join(['{"cells": [{"cell_type": "code", "source": [ "a\\n",', *conflict, ' "b"]}]}'])
    assert sources(reading_of(text)) == ["a\nx = 1\nx = 2\nb"]


def test_code_in_another_language_is_kept_as_comments(reading_of: Reading) -> None:
    metadata = {"kernelspec": {"name": "ir", "language": "R"}}
    read = reading_of(document(markdown("# P2"), code("library(torch)\n%%time\n\nx <- 1"), metadata=metadata))
    assert sources(read) == ["# P2", "# library(torch)\n# %%time\n# \n# x <- 1"]
    assert read["metadata"]["kernelspec"]["name"] == "python3"


def test_python_under_another_languages_name_runs_as_python(reading_of: Reading) -> None:
    metadata = {"kernelspec": {"name": "evil", "language": "bash"}, "language_info": {"name": "bash"}}
    read = reading_of(document(code("%matplotlib inline\nimport torch\nx = 1"), metadata=metadata))
    assert sources(read) == ["%matplotlib inline\nimport torch\nx = 1"]


def test_pictures_in_the_text_become_attachments(reading_of: Reading) -> None:
    """As Colab writes them, into the words that are then searched for phrases."""
    data = "iVBORw0KGgo" * 20 + "="
    answer = f"![a](data:image/png;base64,{data}) 답 ![b](data:image/jpeg;base64,{data})"
    (cell,) = reading_of(document(markdown(answer)))["cells"]
    assert cell["source"] == "![a](attachment:picture-1) 답 ![b](attachment:picture-2)"
    assert cell["attachments"] == {"picture-1": {"image/png": data}, "picture-2": {"image/jpeg": data}}


REAL = [f for f in sorted(Path(__file__).parent.glob("submissions/*/*.ipynb")) if f.read_bytes().startswith(b"{")]


@pytest.mark.parametrize("file", REAL[::6], ids=lambda file: file.parent.name)
def test_a_notebook_cut_off_anywhere_keeps_its_whole_cells(file: Path, tmp_path: Path) -> None:
    data = file.read_bytes()
    whole = reading.read(file).notebook["cells"]
    kept = 0
    for fiftieth in range(51):
        (tmp_path / "cut.ipynb").write_bytes(data[: len(data) * fiftieth // 50])
        try:
            read = reading.read(tmp_path / "cut.ipynb")
        except reading.Unreadable:
            assert not kept
            continue
        cells = read.notebook["cells"]
        assert cells == whole[: len(cells)]
        assert len(cells) >= kept
        assert read.warnings or cells == whole
        kept = len(cells)
    assert kept == len(whole)


@pytest.mark.parametrize("seed", range(60))
def test_broken_bytes_never_end_in_anything_but_a_sentence(seed: int, tmp_path: Path, homework: Assignment) -> None:
    chance = random.Random(seed)
    data = bytearray(chance.choice(REAL).read_bytes())
    for _ in range(chance.choice((1, 3, 30, 300))):
        at = chance.randrange(len(data))
        if chance.random() < 0.7:
            data[at] = chance.randrange(256)
        else:
            del data[at : at + chance.randrange(200)]
        data = data or bytearray(b"{")
    (tmp_path / "kim.ipynb").write_bytes(data)
    (submission,) = collect([tmp_path / "kim.ipynb"], homework)
    assert submission.notebook or submission.warnings[-1].startswith("kim.ipynb ")


# ---------------------------------------------------------------- unreadable


def test_nesting_that_json_takes_is_no_harm(reading_of: Reading) -> None:
    deep = '{"a": ' * 900 + "1" + "}" * 900
    cells = f'[{{"cell_type": "markdown", "source": "x", "metadata": {deep}, "attachments": {deep}, "id": {deep}}}]'
    read = reading_of(f'{{"nbformat": 4, "cells": {cells}}}')
    assert read["cells"] == [{"id": "cell-1", "cell_type": "markdown", "metadata": {}, "source": "x"}]


@pytest.mark.parametrize("name", ["x.ipynb", "x.py"])
def test_a_directory_or_nothing_cannot_be_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(reading.Unreadable, match=rf"^{name} cannot be opened: No such file"):
        reading.read(tmp_path / name)
    (tmp_path / name).mkdir()
    with pytest.raises(reading.Unreadable, match=rf"^{name} cannot be opened: Is a directory"):
        reading.read(tmp_path / name)
    assert reading.has_cells(tmp_path / "x.py") is False


@pytest.mark.parametrize(("cap", "name"), [("MAX_BYTES", "hw1.ipynb"), ("MAX_SCRIPT_BYTES", "hw1.py")])
def test_a_huge_file_is_not_parsed(reading_of: Reading, monkeypatch: pytest.MonkeyPatch, cap: str, name: str) -> None:
    monkeypatch.setattr(reading, cap, 1_500_000)
    with pytest.raises(reading.Unreadable, match=rf"^{name} has 1.6 MB; more than 1.5 MB is not read$"):
        reading_of(b"[" * 1_600_000, name)


# ---------------------------------------------------------------- scripts


def test_percent_script(reading_of: Reading, homework: Assignment) -> None:
    script = (
        "# ---\n# jupyter:\n#   kernelspec: 3\n# ---\n\n# %% [markdown]\n# # P1.1\n# 답\n\n# %%\nx = 1\n\n"
        '# %% [markdown]\n"""\n# P2\n둘째 답\n"""\n\n# %% tags=["P3.1"]\n# %matplotlib inline\ny = 2\n'
    )
    for text in (script, script.replace("\n", "\r\n")):
        read = reading_of(text, "hw1.py")
        assert sources(read) == ["# P1.1\n답", "x = 1", "# P2\n둘째 답", "%matplotlib inline\ny = 2"]
        items, answers, *_ = notebook.by_item(read, homework)
        assert items == ("P1.1", "P1.1", "P2", "P3.1")
        assert {item: answer.text for item, answer in answers.items()} == {"P1.1": "답", "P2": "둘째 답"}


def test_script_by_nbconvert(reading_of: Reading, homework: Assignment) -> None:
    exported = (
        "#!/usr/bin/env python\n# coding: utf-8\n\n# # 과제\n\n# ## P1.1\n# \n# 답\n\n# In[1]:\n\n\nimport os\n\n"
        "# 둘\n\n\ndef f():\n    pass\n\n\n# ## P2\n# 둘째\n\n# 셋째\n\n# In[ ]:\n\n\nx = 1\n\n\n# x = 2\n\n\n"
        "# In[ ]:\n\n\n\n\n\n# ## P3.1\n\n# In[*]:\n\n\n# 끝\n\n\n"
    )
    read = reading_of(exported, "hw1.py")
    assert sources(read) == [
        *("# 과제", "## P1.1\n\n답", "import os\n\n# 둘\n\n\ndef f():\n    pass", "## P2\n둘째", "셋째"),
        *("x = 1\n\n\n# x = 2", "", "## P3.1", "# 끝"),
    ]
    items, answers, *_ = notebook.by_item(read, homework)
    assert items == (None, "P1.1", "P1.1", "P2", "P2", "P2", "P2", "P3.1", "P3.1")
    assert answers["P2"].text == "둘째\n\n셋째"


def test_script_by_nbconvert_with_code_before_the_first_prompt(reading_of: Reading) -> None:
    assert sources(reading_of("# 말\nimport os\n\n# In[1]:\nx = 1\n", "hw1.py")) == ["# 말\nimport os", "x = 1"]


COLAB = """\
# -*- coding: utf-8 -*-
\"\"\"HW1 P2.ipynb

Automatically generated by Colab.

Original file is located at
    https://colab.research.google.com/drive/1x
\"\"\"

# Commented out IPython magic to ensure Python compatibility.
# %matplotlib inline
# !pip list
import torch  # %d
text = \"\"\"
## P3.1
\"\"\"

\"\"\"## P2

$\\\\frac{1}{2}$ 기울기 \\"소실\\"
\"\"\"

def f():
    \"\"\"## P3.2\"\"\"

f(
\"\"\"## P3.2\"\"\")

\"\"\"## P3.1\"\"\"

\"\"\"주변\"\"\"

# Commented out IPython magic to ensure Python compatibility.
# %%time
# for i in range(2):
#     pass

# 끝
"""


def test_script_by_colab(reading_of: Reading, homework: Assignment) -> None:
    read = reading_of(COLAB, "hw1.py")
    assert sources(read) == [
        '%matplotlib inline\n!pip list\nimport torch  # %d\ntext = """\n## P3.1\n"""',
        '## P2\n\n$\\frac{1}{2}$ 기울기 "소실"',
        'def f():\n    """## P3.2"""\n\nf(\n"""## P3.2""")',
        "## P3.1",
        "주변",
        "for i in range(2):\n    pass\n\n# 끝",
    ]
    found = notebook.by_item(read, homework)
    assert found.cells == (None, "P2", "P2", "P3.1", "P3.1", "P3.1")
    assert found.headed == ("P2", "P3.1")
    assert found.elsewhere == ""


def test_a_syntax_error_hides_no_text_of_colabs_script(reading_of: Reading) -> None:
    read = reading_of('"""## P2"""\n\ndef f(:\n\n"""## P3.1"""\n\nx = = 1\n\n"""## P3.2"""\n', "hw1.py")
    assert [source for source in sources(read) if source.startswith("#")] == ["## P2", "## P3.1", "## P3.2"]


def test_text_blocks_of_a_script_with_percent_marks_are_code(reading_of: Reading) -> None:
    read = reading_of('# %%\n"""## P2"""\nx = 1\n', "hw1.py")
    assert [cell["cell_type"] for cell in read["cells"]] == ["code"]


@pytest.mark.parametrize("mark", ["#%% md", "# %% markdown", "#%% [markdown]"])
def test_markdown_cells_of_pycharm(reading_of: Reading, mark: str, homework: Assignment) -> None:
    read = reading_of(f'{mark}\n"""\n## P2\n답\n"""\n#%%\nx = 1\n{mark}\n# ## P3.1\n', "hw1.py")
    assert sources(read) == ["## P2\n답", "x = 1", "## P3.1"]
    assert notebook.by_item(read, homework).cells == ("P2", "P2", "P3.1")


def test_percent_script_and_notebook_read_alike(reading_of: Reading) -> None:
    script = reading_of("# %% [markdown]\n# # P2\n# 답\n\n# %%\nx = 1\n", "hw1.PY")
    assert script == reading_of(document(markdown("# P2\n답"), code("x = 1")))


def test_plain_script_is_one_code_cell(reading_of: Reading, homework: Assignment) -> None:
    read = reading_of("import torch\n\nlinear = 1\n\n\ndef f():\n    pass\n", "hw1.py")
    assert [cell["cell_type"] for cell in read["cells"]] == ["code"]
    assert notebook.by_item(read, homework).cells == (None,)


def test_script_with_syntax_errors_is_for_the_kernel_to_refuse(reading_of: Reading) -> None:
    read = reading_of("# %%\ndef f(:\n\n# %%\nif 1:\n\tx\n        y\n\n# %%\n'''never closed\n", "hw1.py")
    assert sources(read)[0] == "def f(:"
    assert {cell["cell_type"] for cell in read["cells"]} == {"code"}


@pytest.mark.parametrize(
    "header",
    [
        "# ---\n# jupyter: [\n# ---\n",
        "# ---\n# a: &a [x, x]\n# jupyter: {b: *c}\n# ---\n",
        "# ---\n# jupyter:\n#   kernelspec: 3\n# ---\n",
        "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# ---\n# - 3\n# ---\n",
    ],
)
def test_yaml_header_is_never_read(reading_of: Reading, header: str) -> None:
    assert sources(reading_of(f"{header}# %%\nx = 1\n", "hw1.py"))[-1] == "x = 1"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("", "empty file"),
        ("# %% tags=" + "[" * 50_000 + "\n", "not a percent-format script"),
        ("# %% " + '{"a":' * 50_000, "not a percent-format script"),
        ("# %%\nx\n" * 2_001, "2001 cells"),
    ],
)
def test_unreadable_scripts_say_why(reading_of: Reading, script: Any, reason: str) -> None:
    with pytest.raises(reading.Unreadable, match=rf"^hw1.py .*{reason}"):
        reading_of(script, "hw1.py")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.ipynb", "", True),
        ("a.IPYNB", "not json", True),
        ("a.py", "# %%\nx", True),
        ("a.py", "import os\n#%% two\n", True),
        ("a.py", "# In[1]:\nx", True),
        ("a.py", COLAB, True),
        ("a.py", 'x = 1\n\n"""## P2\n"""\n', True),
        ("a.py", '"""Helpers."""\n\ndef f():\n    pass\n', False),
        ("a.py", "x = '# %%'\nprint('%d %%' % x)", False),
        ("a.py", "", False),
    ],
)
def test_what_looks_like_a_hand_in(tmp_path: Path, name: str, content: str, expected: bool) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert reading.has_cells(tmp_path / name) is expected
