"""`grader bundle student`: what students get holds no secret, and what would is refused."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from build import notebook, table
from conftest import ROOT, Command

from grader.arithmetic import tables
from grader.assignment import load
from grader.bundles import opening
from grader.bundles.commands import told_in, write_student
from grader.bundles.rows import Rows
from grader.bundles.search import leaks
from grader.bundles.secrets import secrets_of
from grader.bundles.student import bundle, for_students
from grader.errors import GraderError, RubricError
from grader.executions import questions
from grader.files import zipped
from grader.model import Assignment
from grader.rubric import stored

# Of the rubric below: what students see, and what they may not, each in words that stand nowhere else.
HIDDEN = {
    "id": "zq-vanish",
    "check": "compares_devices",
    "threshold": "0.81370042",
    "phrase": "zqphrase",
    "feedback": "zqhint about the slope",
    "concept": "zq-concept",
    "claim": "zqterm + zqother",
    "term": "zqterm",
    "reference": "the reference says zqreference of the gradient",
    "mutant": "zqmutant in place of what is right there",
    "comment": "zqcomment that was meant for the TAs alone",
    "hidden test": "assert mean([zqsecret]) == 4",
    "hidden line of a test": "assert mean([zqedge]) == 7",
    "scheme": "two points for zqscheme and no more",
}
TESTS = {
    "seen.py": "assert mean([1, 3]) == 2\n### BEGIN HIDDEN TESTS\n"
    f"{HIDDEN['hidden line of a test']}\n### END HIDDEN TESTS\n",
    "hidden.py": HIDDEN["hidden test"] + "\n",
}
RUBRIC = f"""# {HIDDEN["comment"]}
id: tiny
title: {{ko: 작은 과제, en: Tiny}}
total: 28
handout: handout.ipynb
reference: [solution.ipynb]
mutants: mutants.yaml
lexicons: [terms.yaml]
data:
  train: {{file: train.csv, shown_as: sample_data/train.csv}}
  test: {{file: test.csv, shown_as: sample_data/test.csv}}
heldout: {{file: heldout.csv, target: price}}
items:
  - id: P1
    title: {{ko: 하나, en: One}}
    points: 10
    criteria:
      - {{check: runs, points: 4}}
      - {{check: r2, points: 6, predict: predict, at_least: 0.8, from: 0.4, at_most: least_squares}}
  - id: P2
    title: {{ko: 둘, en: Two}}
    points: 10
    criteria:
      - {{id: zq-open, check: mentions, points: 4, concept: open, feedback: {{ko: 보이는 말, en: seen}}}}
      - id: zq-vanish
        check: mentions
        points: 3
        concept: zq-concept
        visibility: hidden
        feedback: {{ko: 힌트, en: {HIDDEN["feedback"]}}}
      - id: zq-r2
        check: r2
        points: 3
        predict: predict
        at_least: {HIDDEN["threshold"]}
        from: 0.3
        visibility: after_due
  - id: P3
    title: {{ko: 셋, en: Three}}
    points: 2
    visibility: hidden
    criteria: [{{check: compares_devices, points: 2}}]
  - id: P4
    title: {{ko: 넷, en: Four}}
    points: 6
    criteria:
      - {{id: zq-seen, check: passes, points: 2, source: seen.py}}
      - {{id: zq-hidden, check: passes, points: 2, source: hidden.py, visibility: hidden}}
      - {{check: manual, points: 2, scheme: {HIDDEN["scheme"]}}}
concepts:
  open: {{ko: [열린 말], en: [words that are open]}}
  zq-concept: {{ko: [제큐 말], en: [{HIDDEN["phrase"]}], claims: [{{says: {HIDDEN["claim"]}}}]}}
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A rubric with all that a course has beside it."""
    folder = tmp_path / "course"
    folder.mkdir()
    for name, rows, seed in (("train", 200, 1), ("test", 100, 3), ("heldout", 200, 2)):
        table(folder / f"{name}.csv", rows, seed)
    (folder / "terms.yaml").write_text("zqterm: [zqword]\nzqother: [zqmore]\n")
    (folder / "mutants.yaml").write_text(f"- name: {HIDDEN['mutant']}\n")
    for name, code in TESTS.items():
        (folder / name).write_text(code)
    notebook(folder / "handout.ipynb", "# your code", "#md ## P2\n\nWhy is that so?")
    notebook(folder / "solution.ipynb", "x = 1", f"#md ## P2\n\nHere {HIDDEN['reference']}, and more than that.")
    (folder / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    return folder / "rubric.yaml"


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def refused(file: Path, *allowed: str) -> str:
    target = file.parent / "x.grader.zip"
    with pytest.raises(GraderError) as told:
        write_student(file, target, answers=True, allowed=allowed)
    assert not target.exists()
    return str(told.value)


def everything(content: bytes) -> str:
    """All bytes of a zip, and of what is packed in it, as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    packed = [zlib.decompress(entry) for name, entry in files.items() if name.endswith(".packed")]
    assert len(packed) == 1
    return "\n".join([*files, *(entry.decode(errors="replace") for entry in (*files.values(), *packed))])


def of_students(file: Path, target: Path, *, answers: bool = True) -> bytes:
    write_student(file, target, answers=answers)
    return target.read_bytes()


# ---------------------------------------------------------------- what is in it, and what is not


def test_no_secret_is_in_any_byte_of_it(course: Path, tmp_path: Path) -> None:
    told = everything(of_students(course, tmp_path / "x.grader.zip"))
    for kind, words in HIDDEN.items():
        assert words not in told, kind
    assert str(tmp_path) not in told
    for row in (course.parent / "heldout.csv").read_text().splitlines()[1:]:
        assert row not in told
        assert row.rpartition(",")[2] not in told, "a target"
    assert "words that are open" in told
    assert "zq-open" in told
    assert "assert mean([1, 3]) == 2" in told


def test_no_secret_of_homework_1_is_in_it(homework: Assignment, tmp_path: Path) -> None:
    file = ROOT / "rubrics" / "hw1.yaml"
    told = everything(of_students(file, tmp_path / "x.grader.zip"))
    held = homework.heldout
    assert held is not None
    for row in held.file.read_text().splitlines()[1:]:
        assert row not in told
    lines = [line for file in homework.reference for line in file.read_text(encoding="utf-8").splitlines()]
    sentences = [line.lstrip("# ") for line in lines if len(line) > 60]
    assert len(sentences) > 40
    handout = json.dumps(json.loads(homework.handout.read_text(encoding="utf-8")), ensure_ascii=False)  # type: ignore[union-attr]
    assert not [line for line in sentences if line in told and line not in handout]
    assert "Every criterion is one entry" not in told
    assert str(ROOT) not in told


def test_the_search_finds_each_secret_in_a_bundle_made_without_care(course: Path) -> None:
    assignment = load(course)
    seen = for_students(assignment)
    files = {f"files/{file.name}": file.read_bytes() for file in (*stored.files(assignment), *assignment.reference)}
    whole = {
        "assignment.json": assignment.model_dump_json().encode(),
        "rubric.yaml": course.read_bytes(),
        "mutants.yaml": (course.parent / "mutants.yaml").read_bytes(),
        **files,
    }
    held = assignment.heldout
    assert held is not None
    rows = Rows(tables.read(held.file, held.target))
    found = "\n".join(map(str, leaks(whole, secrets_of(assignment, seen, course), rows)))
    for kind, words in HIDDEN.items():
        assert words in found or kind in ("comment", "check"), kind
    assert "a comment of the rubric (`zqcomment" in found
    assert "the check of the hidden criterion P3/compares_devices" in found
    assert "files/heldout.csv holds 200 held-out rows" in found
    assert "a path of this machine" in found
    assert not leaks(bundle(seen), secrets_of(assignment, seen, course), rows)


def test_the_same_assignment_is_the_same_bytes_wherever_it_lies(course: Path, tmp_path: Path) -> None:
    first = of_students(course, tmp_path / "a.grader.zip")
    moved = shutil.copytree(course.parent, tmp_path / "elsewhere" / "course")
    assert of_students(moved / "rubric.yaml", tmp_path / "b.grader.zip") == first


def test_it_says_what_is_kept_back(course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = of_students(course, tmp_path / "x.grader.zip")
    said = capsys.readouterr().out
    assert "kept back: 3 points of P2 (hidden)" in said
    assert "kept back: 3 points of P2 (after due)" in said
    assert "kept back: 2 points of P3 (hidden)" in said
    assert "R² is checked on the rows of `test`" in said
    assert "It is no secret" in said
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        contents = json.loads(archive.read("bundle.json"))
    assert [item["id"] for item in contents["items"]] == ["P1", "P2", "P4"]
    assert {one["item"] for one in contents["kept_back"]} == {"P2", "P3", "P4"}


def test_without_answers_what_an_answer_should_say_stays_out(course: Path, tmp_path: Path) -> None:
    content = of_students(course, tmp_path / "x.grader.zip", answers=False)
    told = everything(content)
    for word in ("words that are open", "zq-open", "vanishing gradient", "열린 말"):
        assert word not in told, word
    assignment = load(tmp_path / "x.grader.zip")
    assert [item.id for item in assignment.items] == ["P1", "P4"]
    assert ("P2", 4.0, "visible") in {(one.item, one.points, one.visibility) for one in assignment.kept_back}


def test_what_is_kept_back_is_told_without_bonus(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Or the points would not add up."""
    one = "{check: compares_devices, points: 2}"
    changed(course, f"[{one}]", f"[{one}, {{check: plot_labelled, losses: losses, points: 5, bonus: true}}]")
    changed(course, "source: hidden.py,", "source: hidden.py, bonus: true,")
    changed(course, "{check: manual, points: 2,", "{check: manual, points: 4,")
    of_students(course, tmp_path / "x.grader.zip")
    told = capsys.readouterr().out
    assert "3 items, 20 of 28 points" in told
    assert "kept back: 2 points of P3 (hidden)" in told
    assert "kept back: a bonus of P4 (hidden)" in told


def test_a_test_that_students_have_without_its_helper_is_told(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would fail for everybody who checks their work. The handout's own names are no loss."""
    hidden = ["import math", "def close(a, b):\n    return math.isclose(a, b)", "edge = mean([7])", "data = 1"]
    lines = ["### BEGIN HIDDEN TESTS", *hidden, "### END HIDDEN TESTS"]
    (course.parent / "seen.py").write_text("\n".join(["assert mean([1, 3]) == 2", *lines]))
    (course.parent / "hidden.py").write_text("import numpy as np\nassert close(np.mean([1]), mean([1]))\n")
    (course.parent / "last.py").write_text("data = mean([4])\nassert close(data, 4) and np and given and edge2\n")
    last = "{id: zq-last, check: passes, points: 1, source: last.py}"
    changed(course, "{check: manual, points: 2,", f"{last}\n      - {{check: manual, points: 1,")
    notebook(course.parent / "handout.ipynb", "import numpy as np", "#md ## P2\n\nWhy is that so?")
    of_students(course, tmp_path / "x.grader.zip")
    told = [line for line in capsys.readouterr().out.splitlines() if "warning" in line]
    assert len(told) == 1, told
    assert told[0].startswith("  warning: P4/zq-last uses `close`, which only hidden tests define")


# ---------------------------------------------------------------- what would leak is refused


def test_held_out_rows_in_the_handout_are_refused(course: Path) -> None:
    row = (course.parent / "heldout.csv").read_text().splitlines()[7]
    values = "   ".join(reversed(row.split(",")))
    notebook(course.parent / "handout.ipynb", "# your code", f"#md | 7 | {values} |")
    said = refused(course)
    assert re.search(r"files/\w+-handout\.ipynb holds 1 held-out row: take them out there", said)
    assert "\n" in said


def test_rows_of_zeros_and_ones_are_found_nowhere(tmp_path: Path) -> None:
    """They stand in any text; a row that says something is found whatever stands around it."""
    (tmp_path / "rows.csv").write_text("a,b,c,y\n0,1,0,1\n1,1,0,0\n0,1,27.5,41000\n")
    rows = Rows(tables.read(tmp_path / "rows.csv", "y"))
    assert rows.in_text("1 0 1 0\n0, 1, 1, 0\n") == 0
    assert rows.in_text("row 7: [0.0, 1.0, 27.50, 4.1e4]\n") == 1


def test_held_out_rows_in_a_table_for_students_are_refused(course: Path, tmp_path: Path, grader: Command) -> None:
    """Also where the rubric is a stored one, whose tables nobody has looked at."""
    kept = tmp_path / "stored.json"
    kept.write_text(stored.written(load(course), lambda file: file))
    rows = (course.parent / "heldout.csv").read_text().splitlines()[1:4]
    with (course.parent / "train.csv").open("a") as train:
        train.write("\n".join(rows) + "\n")
    assert "train.csv holds 3 held-out rows" in refused(kept)
    done = grader("bundle", "student", "-a", course, "-o", tmp_path / "y.zip")
    assert (done.returncode, (tmp_path / "y.zip").exists()) == (2, False)
    assert "3 held-out rows stand in `train` too" in done.stderr


def test_hidden_words_in_the_handout_are_refused_unless_they_are_allowed(course: Path) -> None:
    notebook(course.parent / "handout.ipynb", "# your code", "#md Think of the ZQphrase.")
    said = refused(course)
    assert "a phrase of the hidden criterion P2/zq-vanish (`zqphrase`)" in said
    assert '--allow "zqphrase"' in said
    assert write_student(course, course.parent / "y.grader.zip", answers=True, allowed=["zqphrase"]) == 0


def test_feedback_that_tells_a_hidden_threshold_is_refused(course: Path) -> None:
    changed(course, "en: seen}", "en: 'R² should be 81.370042% or more'}")
    assert "a threshold of the hidden criterion P2/zq-r2 (`0.81370042`)" in refused(course)


def test_feedback_in_the_reference_s_words_is_refused(course: Path) -> None:
    changed(course, "en: seen}", f"en: 'Here {HIDDEN['reference']}, and more than that.'}}")
    assert f"rubric.packed holds a line of solution.ipynb (`Here {HIDDEN['reference']}" in refused(course)


def test_a_handout_with_the_reference_s_answer_is_refused(course: Path) -> None:
    shutil.copy(course.parent / "solution.ipynb", course.parent / "handout.ipynb")
    assert "handout.ipynb holds all that the reference has for P2" in refused(course)
    assert write_student(course, course.parent / "y.grader.zip", answers=True, allowed=["P1", "P2"]) == 0


def test_a_handout_with_one_sentence_of_the_reference_that_earns_points_is_refused(course: Path) -> None:
    given = "These are the words that are open."
    notebook(course.parent / "solution.ipynb", "x = 1", f"#md ## P2\n\n{given}\n\nAnd this is mine alone, too.")
    notebook(course.parent / "handout.ipynb", "# your code", f"#md ## P2\n\nWhy is that so?\n\n- {given}")
    assert f"words of the reference that earn points in P2 (`{given}`)" in refused(course)


@pytest.mark.parametrize(
    "command",
    [
        "bundle student -o OUT -a BUNDLE",
        "bundle gradescope -o OUT -a BUNDLE",
        "grade KIM -o OUT -a BUNDLE",
        "selftest -a BUNDLE",
        "lint BUNDLE",
        "answers score BUNDLE KIM -o OUT",
    ],
)
def test_what_students_have_is_no_rubric_to_grade_by(
    command: str, course: Path, tmp_path: Path, grader: Command
) -> None:
    """Not even where nothing was kept back: practice rows stand in it for the held-out ones, and what `lint` warns of
    would be for students a list of answers that earn points."""
    for kind in ("hidden", "after_due"):
        changed(course, f"visibility: {kind}", "visibility: visible")
    of_students(course, tmp_path / "x.grader.zip")
    assert not load(tmp_path / "x.grader.zip").kept_back
    notebook(tmp_path / "kim.ipynb", "x = 1")
    places = {"OUT": tmp_path / "y", "BUNDLE": tmp_path / "x.grader.zip", "KIM": tmp_path / "kim.ipynb"}
    done = grader(*(places.get(word, word) for word in command.split()))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"grader: {places['BUNDLE']} is what students have")
    assert not places["OUT"].exists()


def test_what_is_said_openly_too_is_no_secret(course: Path) -> None:
    """A hidden criterion may share words with one that everybody sees, and a `#` in a sentence begins no comment."""
    shared = "use a # comment where you are not sure of it"
    changed(course, "en: seen}", f'en: "{shared}"}}')
    changed(course, f"en: {HIDDEN['feedback']}", f'en: "{shared}"')
    changed(course, "concept: open,", "concept: zq-concept,")
    changed(course, "  open: {ko: [열린 말], en: [words that are open]}\n", "")
    changed(course, "criteria: [{check: compares_devices, points: 2}]", "criteria: [{check: runs, points: 2}]")
    notebook(course.parent / "handout.ipynb", "# your code", "#md Think of the zqphrase.")
    assert write_student(course, course.parent / "y.grader.zip", answers=True) == 0


# ---------------------------------------------------------------- opened by students


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "cache"
    monkeypatch.setattr(opening.platformdirs, "user_cache_path", lambda *_, **__: place)
    return place


def test_it_loads_as_the_part_that_students_may_see(course: Path, tmp_path: Path, cache: Path) -> None:
    of_students(course, tmp_path / "x.grader.zip")
    seen, opened = for_students(load(course)), load(tmp_path / "x.grader.zip")
    assert opened.items == seen.items
    assert opened.concepts == seen.concepts
    assert opened.kept_back == seen.kept_back
    assert for_students(opened) == opened
    assert questions(opened) == questions(seen)
    for name, data in opened.data.items():
        assert data.file.read_bytes() == load(course).data[name].file.read_bytes()
        assert data.file.is_relative_to(cache)
    assert opened.sha256 != load(course).sha256


def test_unpacked_once_and_mended_where_it_was_changed(course: Path, tmp_path: Path, cache: Path) -> None:
    of_students(course, tmp_path / "x.grader.zip")
    table = load(tmp_path / "x.grader.zip").data["train"].file
    before = table.stat().st_ino, table.read_bytes()
    assert load(tmp_path / "x.grader.zip").data["train"].file.stat().st_ino == before[0]
    table.write_text("a,b,price\n")
    assert load(tmp_path / "x.grader.zip").data["train"].file.read_bytes() == before[1]
    assert len(list((cache / "bundles").iterdir())) == 1


def test_without_a_cache_that_can_be_written_it_loads_all_the_same(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(opening.platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "file")
    of_students(course, tmp_path / "x.grader.zip")
    opened = load(tmp_path / "x.grader.zip")
    assert opened.data["train"].file.is_file()
    assert not opened.data["train"].file.is_relative_to(tmp_path)


def test_as_browsers_and_students_leave_it(course: Path, tmp_path: Path, cache: Path) -> None:
    """Saved twice, unpacked by the browser, packed again with the folder around it."""
    content = of_students(course, tmp_path / "x.grader.zip")
    ids = [item.id for item in load(tmp_path / "x.grader.zip").items]
    (tmp_path / "x.grader (1).zip").write_bytes(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path / "x.grader")
        again = {f"x.grader/{name}": archive.read(name) for name in archive.namelist()}
    (tmp_path / "again.zip").write_bytes(zipped({**again, "__MACOSX/._x": b"x"}))
    for name in ("x.grader (1).zip", "x.grader", "again.zip"):
        assert [item.id for item in load(tmp_path / name).items] == ids, name


def _without(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped({n: archive.read(n) for n in archive.namelist() if not n.startswith(name)})


def _with(content: bytes, name: str, entry: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped({n: archive.read(n) for n in archive.namelist()} | {name: entry})


def test_what_is_damaged_or_something_else_is_a_sentence(course: Path, tmp_path: Path, cache: Path) -> None:
    content = of_students(course, tmp_path / "x.grader.zip")
    told = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("bundle.json"))
    newer = {**told, "kind": "grader student bundle 2", "grader": "9.9"}
    for broken, said in (
        (content[: len(content) // 2], "is not a whole zip archive"),
        (b"<html>log in</html>", "is not a whole zip archive"),
        (b"", "is not a whole zip archive"),
        (zipped({"hw1.ipynb": b"{}"}), "is a zip, but no student bundle: give the `.grader.zip`"),
        (zipped({"bundle.json": b"{}"}), "is no student bundle"),
        (_without(content, "files/"), "is damaged"),
        (_with(content, "rubric.packed", b"x"), "is damaged: what it holds is not what was packed"),
        (_with(content, "bundle.json", json.dumps(newer).encode()), "was made by grader 9.9, and this is"),
        (_with(content, "../outside", b"x"), "leads outside"),
    ):
        (tmp_path / "y.grader.zip").write_bytes(broken)
        with pytest.raises(RubricError) as error:
            load(tmp_path / "y.grader.zip")
        assert said in str(error.value), said
    assert not (cache.parent / "outside").exists()
    with pytest.raises(RubricError, match="cannot be read: No such file"):
        load(tmp_path / "missing.grader.zip")


# ---------------------------------------------------------------- what students install


@pytest.mark.long
def test_the_wheel_that_students_install_holds_the_tool_alone(homework: Assignment, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for folder in ("grader", "rubrics", "reference"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", str(source), "--no-deps", "--quiet", "-w", str(tmp_path)]
    subprocess.run(command, check=True, timeout=600)
    (file,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    assert all(name.startswith(("grader/", "grader-")) for name in entries)
    assert not [name for name in entries if name.endswith((".yaml", ".csv", ".ipynb"))]
    seen = for_students(homework)
    told = secrets_of(homework, seen, ROOT / "rubrics" / "hw1.yaml")
    secrets = [secret for secret in told if secret.how == "text" and len(secret.words) > 40]  # no idioms of Python
    assert len(secrets) > 100
    held = homework.heldout
    assert held is not None
    assert not leaks(entries, secrets, Rows(tables.read(held.file, held.target)))
    assert not told_in(zipped(bundle(seen)), homework, seen, ROOT / "rubrics" / "hw1.yaml")
