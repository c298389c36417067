"""Rubrics: what is refused, with line and mend, and what is read. Each file in rubrics/ says what it expects."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.assignment import load
from grader.errors import RubricError
from grader.model import Assignment

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "rubrics"
GOOD = sorted(FOLDER.glob("good-*.yaml"))
GOOD_TEXT = (FOLDER / "good-phrases.yaml").read_text(encoding="utf-8")
GOOD_CODE = (FOLDER / "good-code.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Broken:
    """One broken rubric, and the line, the problem and the mend that its first two lines announce."""

    file: Path
    line: int
    problem: str
    mend: str


def _broken(file: Path) -> Broken:
    expect, mend = file.read_text(encoding="utf-8").splitlines()[:2]
    announced = re.fullmatch(r"# expect: (\d+): (.+)", expect)
    assert announced, file
    return Broken(file, int(announced[1]), announced[2], mend.removeprefix("# mend: "))


BROKEN = [_broken(file) for file in sorted(FOLDER.glob("*.yaml")) if file not in GOOD]


def complaints(file: Path) -> list[tuple[int, str, str]]:
    """(line, problem, mend) of everything wrong with a rubric; empty for a good one."""
    try:
        load(file)
    except RubricError as error:
        return [(complaint.line, complaint.problem, complaint.mend) for complaint in error.complaints]
    return []


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "rubric.yaml"
    file.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return file


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def lint(*files: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", "lint", *map(str, files)]
    settings = {**os.environ, "PYTHONUTF8": "1", **environment}
    return subprocess.run(
        command, cwd=ROOT, env=settings, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.file.stem)
def test_a_broken_rubric_gets_one_complaint_with_line_and_mend(broken: Broken) -> None:
    found = complaints(broken.file)
    assert len(found) == 1, found
    line, problem, mend = found[0]
    assert line == broken.line
    assert broken.problem in problem
    assert broken.mend in mend


def test_lint_prints_every_file_with_line_problem_and_mend_and_exits_with_2() -> None:
    ended = lint(*(broken.file for broken in BROKEN))
    assert ended.returncode == 2
    for broken in BROKEN:
        place = re.escape(f"{broken.file}:{broken.line}: ")
        told = rf"^{place}.*{re.escape(broken.problem)}.*\n    mend: .*{re.escape(broken.mend)}"
        assert re.search(told, ended.stdout, re.MULTILINE), broken.file.name
        assert f"{broken.file}: refused, 1 complaint(s)" in ended.stdout


def test_one_good_rubric_does_not_hide_a_broken_one() -> None:
    ended = lint(GOOD[0], BROKEN[0].file, GOOD[1])
    assert ended.returncode == 2
    assert [line.split(": ")[1][:7] for line in ended.stdout.splitlines() if ".yaml: " in line] == [
        "good, 1",
        "refused",
        "good, 1",
    ]


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = """\
id: 7
title: {ko: "t"}
totl: 3
items:
  - id: P1
    title: {ko: "a", en: "a", de: "c"}
    points: -3
    criteria:
      - {check: runs, points: "1"}
      - {id: m, check: mention, points: 2, concept: cc, feedback: {ko: "k"}}
      - {check: r2, predict: p, at_most: most, points: 2, requires: [runz, m]}
      - {check: zzz, points: 2, requires: [runs]}
  - id: P2
    title: {ko: "a", en: "a"}
    points: 4
    criteria:
      - {check: runs, points: 1}
      - {check: runs, points: 2}
concepts:
  c: {ko: [가나다, "~"], en: [abc]}
  d: {ko: [가나다], en: [x, 3]}
limits: {second: 4, cell_seconds: 0}
handout: none.ipynb
data: {train: {file: nix.csv}}
"""
    expected = [
        (1, "`id: 7` should be text"),
        (2, "`en` is missing in `title`"),
        (3, "unknown key `totl`"),
        (6, "unknown key `de`"),
        (7, "`points: -3`"),
        (9, '`points: "1"`'),
        (10, "unknown check `mention`"),
        (10, "`en` is missing in `feedback`"),
        (10, "the concept `cc` is not there"),
        (11, "`r2` needs `at_least`"),
        (11, "`at_most: \"most\"` should be 'least_squares' or should be a number"),
        (11, "`r2` requires `runz`"),
        (11, "`r2` needs held-out rows"),
        (12, "unknown check `zzz`"),
        (15, "the criteria of `P2` add up to 3 points, not 4"),
        (18, "criterion `runs` stands twice in `P2`"),
        (20, "phrase `~`"),
        (21, "phrase `가나다` is claimed twice"),
        (21, "phrase `x` is so short"),
        (21, "`3` in `en` should be text"),
        (22, "unknown key `second`"),
        (22, "`cell_seconds: 0` should be greater than 0"),
        (23, "there is no file"),
        (24, "`shown_as` is missing in `train`"),
    ]
    found = complaints(written(tmp_path, text))
    assert [line for line, _, _ in found] == [line for line, _ in expected]
    for line, start in expected:
        assert any(at == line and problem.startswith(start) for at, problem, _ in found), (line, start, found)


@pytest.mark.parametrize(
    "key", ["total: 2", "items:", "    points: 2", "    criteria:", 'title: {ko: "짧은 질문"', "concept: neighbours"]
)
def test_a_misspelt_key_is_one_mistake_whatever_hangs_on_it(tmp_path: Path, key: str) -> None:
    name = key.strip().partition(":")[0]
    text = changed(GOOD_TEXT, key, key.replace(name, f"{name}x"))
    found = complaints(written(tmp_path, text))
    assert [(problem, mend) for _, problem, mend in found] == [(f"unknown key `{name}x`", f"write `{name}`")]


def test_a_line_is_right_below_a_misspelt_key(tmp_path: Path) -> None:
    text = changed(changed(GOOD_TEXT, "items:", "itemz:"), "    points: 2", "    pointz: many")
    found = complaints(written(tmp_path, text))
    places = [(text.splitlines()[line - 1].strip(), problem) for line, problem, _ in found]
    assert places == [
        ("itemz:", "unknown key `itemz`"),
        ("pointz: many", "unknown key `pointz`"),
        ("pointz: many", '`points: "many"` should be a number'),
    ]


# ---------------------------------------------------------------- read


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.stem)
def test_a_good_rubric_is_read(file: Path) -> None:
    assert complaints(file) == []


def test_the_simplest_rubric_is_a_list_of_phrases() -> None:
    assignment = load(FOLDER / "good-phrases.yaml")
    assert assignment.item("P1").criteria[0].id == "mentions"
    assert assignment.concepts["neighbours"].ko == ("주변 픽셀", "이웃 ~ 픽셀")
    assert assignment.limits.seconds == 300
    assert (assignment.heldout, assignment.handout, assignment.data) == (None, None, {})


def test_paths_are_relative_to_the_rubric_whatever_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assignment = load(Path(os.path.relpath(FOLDER / "good-code.yaml")))
    assert assignment.heldout
    assert assignment.heldout.file == (FOLDER / "heldout.csv").resolve()
    assert assignment.data["train"].file == (FOLDER / "train.csv").resolve()


@pytest.mark.parametrize("file", [*GOOD, ROOT / "rubrics" / "hw1.yaml"], ids=lambda file: file.stem)
def test_an_assignment_is_the_same_after_json(file: Path) -> None:
    assignment = load(file)
    assert Assignment.model_validate_json(assignment.model_dump_json()) == assignment


def test_homework_1_has_the_items_points_and_criteria_of_the_homework_page(homework: Assignment) -> None:
    written_criteria = {
        item.id: [(c.id, c.bonus) for c in item.criteria if c.check == "mentions"] for item in homework.items
    }
    assert [item.id for item in homework.items] == ["P1.1", "P1.2", "P2", "P3.1", "P3.2"]
    assert [item.points for item in homework.items] == [20] * 5
    assert homework.total == 100
    assert written_criteria == {
        "P1.1": [],
        "P1.2": [],
        "P2": [("vanishing", False), ("saturation", False), ("unit-slope", False), ("cheap", False), ("sparse", True)],
        "P3.1": [("locality", False), ("weights", False), ("size", True), ("shift", True)],
        "P3.2": [(name, False) for name in ("border", "shape", "smaller", "salient", "overfit")],
    }


def test_homework_1_asks_for_what_the_course_expects_of_r2(homework: Assignment) -> None:
    linear, mlp = ({c.id: c for c in homework.item(name).criteria} for name in ("P1.1", "P1.2"))
    assert linear["r2"].params["at_least"] == 0.5
    assert linear["r2"].params["at_most"] == "least_squares"
    assert mlp["r2"].params["at_least"] == 0.6
    assert "uses_layers" in mlp["r2"].requires, "a linear model reaches 0.6 too"
    assert mlp["uses_layers"].params["at_most"] == 5


def test_homework_1_explains_every_written_criterion_in_both_languages(homework: Assignment) -> None:
    for item in homework.items:
        for criterion in item.criteria:
            if criterion.check == "mentions":
                assert criterion.feedback, criterion.id
                assert criterion.feedback.ko.endswith("?"), criterion.id
                assert criterion.feedback.en.endswith("?"), criterion.id
                concept = homework.concepts[criterion.params["concept"]]
                assert concept.ko, concept.id
                assert concept.en, concept.id


# ---------------------------------------------------------------- odd files


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf" + GOOD_TEXT.encode(), GOOD_TEXT.replace("\n", "\r\n").encode(), GOOD_TEXT.encode() + b"..."],
    ids=["byte order mark", "CRLF", "end of document"],
)
def test_an_editor_s_habits_do_not_matter(tmp_path: Path, content: bytes) -> None:
    assert complaints(written(tmp_path, content)) == []


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"", 1, "a rubric is a mapping of keys to values"),
        (b"null", 1, "a rubric is a mapping of keys to values"),
        (b"- a\n- b\n", 1, "a rubric is a mapping of keys to values"),
        (b"id: x\ntitle: \xc1\xa6\xb8\xf1\n", 2, "not UTF-8 text"),
        ("id: x".encode("utf-16"), 1, "not UTF-8 text"),
        (b"id: x\n# \x07\n", 2, "not valid YAML: the character U+0007 cannot stand in text"),
        (b"id: x\ntotal: 1\n---\nid: y\n", 3, "not valid YAML: expected a single document"),
        (b"id: x\nitems: " + b"[" * 100_000, 2, "nested far too deeply"),
        (b"id: x\nitems: " + b"[" * 100 + b"]" * 100, 2, "nested too deeply, or too many values"),
        (b"id: x\nitems: &loop [*loop]\n", 2, "nested too deeply, or too many values"),
        (b"id: x\nitems: *gone\n", 2, "not valid YAML: found undefined alias"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_rubric_is_refused_at_its_line(
    tmp_path: Path, content: bytes, line: int, problem: str
) -> None:
    found = complaints(written(tmp_path, content))
    assert [place for place, _, _ in found] == [line]
    assert problem in found[0][1]


def test_aliases_that_repeat_aliases_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    found = complaints(written(tmp_path, "\n".join(lines)))
    assert "too many values, for a rubric" in found[-1][1]


def test_a_long_rubric_is_read(tmp_path: Path) -> None:
    phrases = ", ".join(f"phrase {i}" for i in range(2000))
    assignment = load(written(tmp_path, changed(GOOD_TEXT, "neighbo*", phrases)))
    assert len(assignment.concepts["neighbours"].en) == 2001


def test_an_anchor_may_be_used_again(tmp_path: Path) -> None:
    text = changed(GOOD_TEXT, 'title: {ko: "짧은 질문", en: "A short question"}', 'title: &t {ko: "가", en: "a"}')
    text = changed(text, 'title: {ko: "합성곱", en: "Convolution"}', "title: *t")
    assignment = load(written(tmp_path, text))
    assert assignment.items[0].title == assignment.title


@pytest.mark.parametrize(
    ("name", "good"),
    [
        *(("P3.1", True), ("서술 1", True), ("Part-2_a", True), ("caf\u00e9", True), ("cafe\u0301", True)),
        *(("a/b", False), ("a\\b", False), (" a", False), ("a ", False), ("-", False), ("a:b", False), ("a\tb", False)),
    ],
)
@pytest.mark.parametrize("key", ["id: phrases", "- id: P1"])
def test_ids_can_stand_in_a_files_name(tmp_path: Path, key: str, name: str, good: bool) -> None:
    text = changed(GOOD_TEXT, key, f"{key.partition(':')[0]}: {json.dumps(name)}")
    assert [problem for _, problem, _ in complaints(written(tmp_path, text))] == [f"`{name}` cannot be an id"] * (
        not good
    )


@pytest.mark.parametrize("others", [("P3.1", "P3.10"), ("P3.1", "P31"), ("P1", "P1.1"), ("A", "B"), ("P1", "MP1")])
def test_items_that_headings_tell_apart(tmp_path: Path, others: tuple[str, str]) -> None:
    text = (FOLDER / "same-item-twice.yaml").read_text(encoding="utf-8")
    for name in others:
        text = text.replace("- id: P1\n", f"- id: {name}\n", 1)
    assert complaints(written(tmp_path, text)) == []


def test_parameters_that_go_together_are_good(tmp_path: Path) -> None:
    for table in FOLDER.glob("*.csv"):
        shutil.copy(table, tmp_path)
    text = changed(GOOD_CODE, "at_least: 0.5", "at_least: 1, from: -1, review_within: 0, at_most: 1")
    text = changed(changed(text, "exactly: 1", "at_least: 2, at_most: 2"), "model: linear", "model: 모델")
    assert complaints(written(tmp_path, changed(text, "{seconds: 60}", "{seconds: 60, cell_seconds: 60}"))) == []


def test_a_date_is_an_id_like_any_other(tmp_path: Path) -> None:
    assert load(written(tmp_path, changed(GOOD_TEXT, "id: phrases", "id: 2026-13-45"))).id == "2026-13-45"


def test_a_key_is_what_is_written(tmp_path: Path) -> None:
    text = changed(changed(GOOD_TEXT, "  neighbours:", "  no:"), "concept: neighbours", 'concept: "no"')
    assert list(load(written(tmp_path, text)).concepts) == ["no"]


def test_a_missing_file_a_folder_and_a_path_too_long_for_any_file_are_complaints(tmp_path: Path) -> None:
    assert "cannot be read" in complaints(tmp_path / "none.yaml")[0][1]
    assert "cannot be read" in complaints(tmp_path)[0][1]
    long = written(tmp_path, f"{GOOD_TEXT}handout: {'a' * 5000}\n")
    assert [problem[:16] for _, problem, _ in complaints(long)] == ["there is no file"]


def test_a_path_that_leads_to_itself_is_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    found = complaints(written(tmp_path, GOOD_TEXT + "handout: loop\n"))
    assert [problem[:16] for _, problem, _ in found] == ["there is no file"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("total: 2", "total: true", "`total: true` should be a number"),
        ("total: 2", "total: .nan", "`total: NaN` should be a finite number"),
        ("total: 2", "total: 0x" + "F" * 6000, "cannot be read as `int`"),
        ("total: 2", "total: !!int many", "'many' cannot be read as `int`"),
        ("total: 2", "total: !!bool maybe", "'maybe' cannot be read as `bool`"),
        ("total: 2", "total: !!python/name:os.system 2", "cannot be read as `os.system`"),
        ("id: phrases", 'id: "\\ud800"', "cannot be read as `str`"),
        ("id: phrases", 'id: "a\\0b"', "cannot be read as `str`"),
        ("id: phrases", "id: [a]", '`id: ["a"]` should be text'),
        ("check: mentions", "check: [mentions]", "a criterion names its `check`"),
        ("concept: neighbours", "concept: [neighbours]", '`concept: ["neighbours"]` should be text'),
        ("concept: neighbours", "concept: {neighbours: 1}", '`concept: {"neighbours": 1}` should be text'),
        ("concept: neighbours", "concept: neighbours, requires: runs", '`requires: "runs"` should be a list'),
        ("concept: neighbours", "concept: neighbours, bonus: 1", "`bonus: 1` should be true or false"),
        ("  neighbours:", "  ? [neighbours]\n  :", "a key is one word"),
        ("      - {check: mentions, points: 2, concept: neighbours}", "      - runs", "a criterion is a mapping"),
        ("concept: neighbours", "concept: neighbours, feedback: why", '`feedback: "why"` should be a mapping'),
    ],
    ids=lambda value: value[:50],
)
def test_a_value_of_another_kind_is_one_complaint(tmp_path: Path, old: str, new: str, problem: str) -> None:
    found = complaints(written(tmp_path, changed(GOOD_TEXT, old, new)))
    assert len(found) == 1, found
    assert problem in found[0][1]


@pytest.mark.parametrize("value", [".nan", "true", '"0.5"', "[0.5]", "null"])
def test_a_threshold_is_a_finite_number(tmp_path: Path, value: str) -> None:
    for table in FOLDER.glob("*.csv"):
        shutil.copy(table, tmp_path)
    found = complaints(written(tmp_path, changed(GOOD_CODE, "at_least: 0.5", f"at_least: {value}")))
    assert len(found) == 1, found
    assert found[0][1].startswith("`at_least: ")


@pytest.mark.parametrize("value", ["null", "1", "text", "[]", "[null]", "[[]]", "{}", "{a: null}", "true", "''"])
@pytest.mark.parametrize(
    "key", ["items", "title", "total", "concepts", "data", "heldout", "limits", "reference", "handout", "mutants"]
)
def test_whatever_stands_at_a_key_is_read_or_complained_of(tmp_path: Path, key: str, value: str) -> None:
    lines = GOOD_TEXT.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith(f"{key}:")), len(lines))
    end = next((i for i in range(start + 1, len(lines)) if not lines[i].startswith(" ")), len(lines))
    file = written(tmp_path, "\n".join([*lines[:start], f"{key}: {value}", *lines[end:]]))
    for line, problem, mend in complaints(file):
        assert 1 <= line <= len(lines) + 1
        assert problem
        assert mend


def test_complaints_can_be_printed_where_there_is_no_korean(tmp_path: Path) -> None:
    file = written(tmp_path, changed(GOOD_TEXT, "[주변 픽셀, ", "[주변 픽셀, ~ 픽셀, "))
    ended = lint(file, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (2, "")
    assert "a phrase begins and ends with a word" in ended.stdout
