"""`grader check`: how a notebook stands before it is handed in, by what students may see."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from build import notebook
from practice_course import PLAIN, R2, RUNS, SAYS, hidden, rubric

from grader.bundles.commands import write_student
from grader.checking.checked import Checked

ROOT = Path(__file__).parents[1]
LINEAR = """
import pandas as pd, torch
train = pd.read_csv('sample_data/train.csv')
x, y = torch.tensor(train[['a', 'b']].to_numpy()).float(), torch.tensor(train['price'].to_numpy()).float()
linear = torch.nn.Linear(2, 1)
optimizer = torch.optim.Adam(linear.parameters(), lr=0.2)
for _ in range(300):
    optimizer.zero_grad()
    ((linear(x).squeeze(1) - y) ** 2).mean().backward()
    optimizer.step()

def predict(df):
    return linear(torch.tensor(df[['a', 'b']].to_numpy()).float()).detach().squeeze(1).numpy()
"""
ORDERS = r"raise ValueError('\x1b[31m\x1b]0;owned\x07 \x9b2J' + '\n::error::owned')"
LOOKS = "%load_ext grader\n%reload_ext grader\n!pip install -q grader\n%grader check P1 --lang ko"
ANSWER = "The gradient says how the loss changes."
MORE = """
  - id: P2
    title: {ko: 둘, en: Two}
    points: 2
    criteria:
      - {check: runs, points: 2}
  - id: P3
    title: {ko: 셋, en: Three}
    points: 1
    criteria:
      - {check: runs, points: 1}
  - id: P4
    title: {ko: 넷, en: Four}
    points: 5
    visibility: hidden
    criteria:
      - {id: zq-last, check: runs, points: 5}
"""


class Place(NamedTuple):
    """A course, a notebook, and `grader check` of it as a student would call it."""

    rubric: Path
    notebook: Path
    environment: dict[str, str]

    def write(self, answer: str, linear: str = LINEAR) -> None:
        cells = [LOOKS, "#md ## P1", linear, f"#md {answer}", "#md ## P2", ORDERS, "#md ## P3", "%grader check P3"]
        notebook(self.notebook, *cells, "#md ## P4", "#md Other words.", heading=False)

    def command(self, *arguments: object) -> list[str]:
        given = [self.notebook, *arguments]
        return [sys.executable, "-m", "grader", "check", *map(str, given)]

    def check(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        command, environment = self.command(*arguments), self.environment
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("check")
    rubric(folder / "course", RUNS, R2, PLAIN, hidden(SAYS), more=MORE)
    file = folder / "course" / "rubric.yaml"
    own = {"XDG_CACHE_HOME": str(folder / "cache"), "GRADER_ASSIGNMENT": str(file), "PYTHONUTF8": "1"}
    made = Place(file, folder / "kim.ipynb", {**os.environ, **own})
    made.write(ANSWER)
    return made


@pytest.fixture(scope="module")
def first(place: Place) -> Checked:
    """The first look, for which the notebook is run: one JSON document and nothing else."""
    done = place.check("--json")
    assert (done.returncode, done.stderr) == (1, "")
    return Checked.model_validate_json(done.stdout)


def standing(checked: Checked) -> dict[str, list[tuple[str, float | None]]]:
    return {item.item: [(one.state, one.earned) for one in item.criteria] for item in checked.items}


def test_what_can_be_seen_is_graded_and_the_rest_told_as_hidden(first: Checked) -> None:
    assert standing(first) == {
        "P1": [("passed", 2), ("passed", 4), ("passed", 1)],
        "P2": [("failed", 0)],
        "P3": [("failed", 0)],  # a cell that only looks at the work is no work
    }
    assert (first.earned, first.points, first.complete, first.ran) == (7, 10, False, True)
    kept = [(one.item, one.count, one.points, one.whole) for one in first.kept_back]
    assert kept == [("P1", 1, 3, False), ("P4", 1, 5, True)]
    told = first.model_dump_json()
    assert not [secret for secret in ("zq", "plain", "heldout.csv", "제큐") if secret in told]


def test_of_r2_it_is_said_that_other_rows_count(first: Checked) -> None:
    of_r2 = first.items[0].criteria[1]
    assert of_r2.note == "on the practice rows of `t2.csv`; after handing in, other rows are used"


def test_a_written_answer_is_quoted_and_no_word_that_it_lacks_is_told(place: Place, first: Checked) -> None:
    point = first.items[0].criteria[2]
    assert (point.name, point.quotes, first.items[0].cells) == ("Point 1", ("gradient",), (4,))
    place.write("Nothing of the kind.")
    done = place.check("--lang", "en")
    place.write(ANSWER)
    assert done.returncode == 1
    assert "? Point 1: ? / 1\n      > is there anything to add to the answer?\n" in done.stdout
    assert "gradient" not in done.stdout
    assert "the code is as it was, so no cell was run again" in done.stdout
    assert done.stdout.endswith("\n? a person decides after handing in\n")


def test_looking_at_the_work_does_no_harm_once_it_is_handed_in(first: Checked) -> None:
    assert ([error.cell for error in first.errors], first.remarks) == ([6], ())


def test_words_of_a_notebook_give_a_terminal_no_orders(place: Place, first: Checked) -> None:
    assert first.items[1].criteria[0].cells == (6,)
    for form in (("--plain",), ("--json",)):
        done = place.check(*form)
        assert not set(done.stdout) & set("\x1b\x07\x9b\r")
        assert "owned" in done.stdout
        assert not [line for line in done.stdout.splitlines() if line.lstrip().startswith("::")]


def test_all_that_is_asked_for_has_its_points(place: Place, first: Checked) -> None:
    done = place.check("--item", "p1", "--lang", "ko")
    assert done.returncode == 0
    assert "P1  하나: 7 / 7" in done.stdout
    assert "· 비공개 1개, 3점: 제출한 뒤에 확인합니다" in done.stdout
    assert "P2" not in done.stdout.partition("P1  하나")[2]


def test_an_item_is_asked_for_however_its_name_is_typed(tmp_path: Path) -> None:
    """With or without a space, and in the form in which macOS writes Korean."""
    rubric(tmp_path, RUNS, more=MORE.replace("id: P2", "id: 문제 2"))
    file = tmp_path / "words.txt"
    file.write_text("words")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONUTF8": "1"}
    here = Place(tmp_path / "rubric.yaml", file, environment | {"GRADER_ASSIGNMENT": str(tmp_path / "rubric.yaml")})
    asked = here.check("--item", unicodedata.normalize("NFD", "문제2"))
    assert (asked.returncode, asked.stderr) == (1, "")
    assert "문제 2  Two: " in asked.stdout
    assert 'there is no item 문제; there are P1, "문제 2", P3' in here.check("--item", "문제").stderr


def sentences(place: Place, folder: Path) -> dict[str, tuple[list[object], str]]:
    return {
        "unknown item": (["--item", "P9"], "there is no item P9; there are P1, P2, P3"),
        "hidden item": (["--item", "P4"], "P4 is checked after handing in only; what can be seen: P1, P2, P3"),
        "no rubric": (["-a", folder / "none.yaml"], "cannot be read: No such file or directory"),
    }


@pytest.mark.parametrize("case", ["unknown item", "hidden item", "no rubric"])
def test_bad_input_is_one_sentence(place: Place, first: Checked, tmp_path: Path, case: str) -> None:
    arguments, sentence = sentences(place, tmp_path)[case]
    done = place.check(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr


def test_a_file_that_is_no_notebook_is_bad_input(place: Place, first: Checked, tmp_path: Path) -> None:
    other = place._replace(notebook=tmp_path / "kim.ipynb")
    assert other.check().returncode == 2
    other.notebook.write_text("no notebook", encoding="utf-8")
    done = other.check("--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("grader: kim.ipynb is not a whole notebook file (line 1: Expecting value)")


def test_a_folder_is_one_hand_in_with_what_lies_in_it(place: Place, first: Checked, tmp_path: Path) -> None:
    here = place._replace(notebook=tmp_path / "own" / "kim.ipynb")
    here.write(ANSWER)
    (tmp_path / "own" / "helper.py").write_text("x = 1", encoding="utf-8")
    done = here._replace(notebook=tmp_path / "own").check("--watch")
    assert (done.returncode, "own is a folder: --watch takes the notebook itself" in done.stderr) == (2, True)
    (tmp_path / "own" / "helper.py").unlink()
    assert "7 of 10 visible points" in here._replace(notebook=tmp_path / "own").check().stdout


def test_of_several_bundles_one_has_to_be_named(place: Place, first: Checked, tmp_path: Path) -> None:
    environment = {name: value for name, value in place.environment.items() if name != "GRADER_ASSIGNMENT"}
    here = Place(place.rubric, tmp_path / "kim.ipynb", environment)
    here.write(ANSWER)
    for name in ("hw1", "hw2"):
        (tmp_path / f"{name}.grader.zip").touch()
    done = here.check()
    assert done.returncode == 2
    assert "there are several assignments (hw1.grader.zip, hw2.grader.zip)" in done.stderr


def test_a_bundle_is_found_as_browsers_leave_it(place: Place, first: Checked, tmp_path: Path) -> None:
    """Downloaded again it has another name, some unpack it, and copies of one are one."""
    environment = {name: value for name, value in place.environment.items() if name != "GRADER_ASSIGNMENT"}
    here = Place(place.rubric, tmp_path / "kim.ipynb", environment)
    here.write(ANSWER)
    again = tmp_path / "hw1.grader (1).zip"
    write_student(place.rubric, again, answers=True)
    assert "7 of 10 visible points" in here.check("--item", "P1", "--item", "P2", "--item", "P3").stdout
    shutil.unpack_archive(again, tmp_path / "hw1.grader")
    shutil.copy(again, tmp_path / "hw1.grader.zip")
    assert "7 of 10 visible points" in here.check().stdout
    again.unlink()
    (tmp_path / "hw1.grader.zip").unlink()
    assert "7 of 10 visible points" in here.check().stdout


# ---------------------------------------------------------------- watching


@pytest.fixture
def watching(place: Place, first: Checked) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        place.command("--watch"),
        env=place.environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    place.write(ANSWER)


def test_a_save_is_looked_at_again_and_what_changed_is_told(place: Place, watching: subprocess.Popen[str]) -> None:
    def until(part: str) -> str:
        """What is printed up to the line with this part; the test's own end if it never comes."""
        assert watching.stdout is not None
        seen = []
        for line in watching.stdout:
            seen.append(line)
            if part in line:
                return "".join(seen)
        raise AssertionError("".join(seen))

    until("5 points: checked after handing in")
    place.write("Nothing of the kind.")
    assert "the code is as it was" in until("P1 Point 1: 1 → ?")
    place.notebook.write_text(place.notebook.read_text(encoding="utf-8")[:40], encoding="utf-8")
    until("kim.ipynb is not a whole notebook file")
    place.write(f"{ANSWER} More.")
    again = until("P1 Point 1: ? → 1")
    assert "P1  One: 7 / 7" in again
    assert "P2  Two" not in again
    watching.send_signal(signal.SIGINT)
    assert watching.wait() == 130
    assert watching.stdout is not None
    assert "Traceback" not in watching.stdout.read()


# ---------------------------------------------------------------- inside a notebook

COLAB = """
import json, sys, types
for name in ('google', 'google.colab', 'google.colab._message'):
    sys.modules[name] = types.ModuleType(name)
sys.modules['google.colab']._message = sys.modules['google.colab._message']
sys.modules['google.colab._message'].blocking_request = lambda *args, **kw: {'ipynb': json.load(open(FILE))}
"""


@pytest.fixture(scope="module")
def shown(place: Place, first: Checked) -> dict[str, list[dict[str, Any]]]:
    """Outputs of the cells of a notebook in a kernel of its author's, by what they do."""
    import nbformat
    from nbclient import NotebookClient

    sources = {
        "load": "%load_ext grader",
        "saved": "%grader check P1 --lang ko",
        "unknown": "%grader check P9",
        "misspelt": "%grader chekc",
        "unclosed": "%grader check 'P1",
        "windows": r"%grader check -a 'C:\my course\hw1.grader.zip'",
        "to colab": f"FILE = {str(place.notebook)!r}{COLAB}",
        "colab": "%grader check p1 P2",
    }
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources.values()])  # type: ignore[no-untyped-call]
    client = NotebookClient(made, allow_errors=True, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}})
    client.execute(env={**place.environment, "JPY_SESSION_NAME": str(place.notebook)})
    return {name: cell["outputs"] for name, cell in zip(sources, made["cells"], strict=True)}


def test_the_magic_shows_the_saved_file_and_says_when_it_was_saved(shown: dict[str, list[dict[str, Any]]]) -> None:
    assert shown["load"] == []
    told = shown["saved"][0]["data"]
    assert "P1  하나: 7 / 7" in told["text/plain"]
    assert "에 저장된 kim.ipynb입니다. 그 뒤에 쓴 것은 들어 있지 않습니다." in told["text/plain"]
    assert "하나" in told["text/html"]
    assert "P2" not in told["text/plain"]


def test_in_colab_the_notebook_is_what_the_browser_holds(shown: dict[str, list[dict[str, Any]]]) -> None:
    told = shown["colab"][0]["data"]
    assert told["text/plain"].startswith("The notebook as it stands in Colab now.\n")
    assert "P1  One: 7 / 7" in told["text/plain"]
    assert "::error::owned" in told["text/html"]
    assert not set(json.dumps(told, ensure_ascii=False)) & set("\x1b\x07\x9b")


def test_what_the_magic_does_not_understand_is_one_line(shown: dict[str, list[dict[str, Any]]]) -> None:
    def said(name: str) -> str:
        return "".join(str(output.get("text", output.get("evalue", ""))) for output in shown[name])

    assert "there is no item P9; there are P1, P2, P3" in said("unknown")
    assert "write %grader check, %grader check P1.1" in said("misspelt")
    assert said("unclosed").startswith("UsageError: a quotation mark is not closed; write %grader check")
    assert r"C:\my course\hw1.grader.zip" in said("windows")
