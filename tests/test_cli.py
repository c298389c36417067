"""The command line: quick to answer, and one clear sentence for every bad input."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).parents[1]
BLANK = ROOT / "reference" / "hw1" / "handout.ipynb"
HEAVY = re.compile(r"^(torch|pandas|matplotlib|numpy|scipy|nbclient|nbconvert|nbformat|jupyter_client)\b")


def command(*arguments: object, cwd: Path = ROOT, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    called = [sys.executable, *python, "-m", "grader", *map(str, arguments)]
    settings = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(called, cwd=cwd, env=settings, capture_output=True, encoding="utf-8", timeout=60, check=False)


def refusal(*arguments: object, cwd: Path = ROOT) -> str:
    """What stands on standard error after bad input, which nothing may have followed."""
    ended = command(*arguments, cwd=cwd)
    assert ended.returncode == 2, ended
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    return ended.stderr.strip()


# ---------------------------------------------------------------- help and version


def test_help_imports_nothing_heavy() -> None:
    ended = command("--help", python=("-X", "importtime"))
    imported = [line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()]
    assert "grader.cli" in imported
    assert [module for module in imported if HEAVY.match(module)] == []


def test_help_names_every_command_and_goes_to_standard_output() -> None:
    ended = command("--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    for name in ("grade", "lint", "selftest", "answers"):
        assert re.search(rf"^  {name} ", ended.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", ["grade", "lint", "selftest", "answers", "answers score", "answers tune"])
def test_every_command_has_help(name: str) -> None:
    ended = command(*name.split(), "--help")
    assert ended.returncode == 0
    assert "Usage:" in ended.stdout


def test_version_is_the_package_s() -> None:
    ended = command("--version")
    assert (ended.returncode, ended.stdout) == (0, f"grader {grader.__version__}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("grade", "", "-o", "out"),
        ("grade", BLANK, "", "-o", "out"),
        ("grade", BLANK, "-o", ""),
        ("grade", BLANK, "-o", "out", "--roster", ""),
        ("grade", BLANK, "-o", "out", "-a", ""),
        ("similar", " ", "-o", "out"),
        ("lint", ""),
    ],
)
def test_an_empty_path_is_not_the_current_folder(tmp_path: Path, arguments: tuple[object, ...]) -> None:
    assert "the path is empty" in refusal(*arguments, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- bad paths


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    missing = tmp_path / "2024" / "hw1.ipynb"
    assert refusal("grade", missing, "-o", tmp_path / "out").startswith(f"grader: {missing} does not exist: give ")


def test_a_file_that_is_no_notebook(tmp_path: Path) -> None:
    file = tmp_path / "answers.docx"
    file.write_bytes(b"PK")
    assert refusal("grade", file, "-o", tmp_path / "out").startswith(f"grader: {file} is not a notebook: give ")


def test_a_zip_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "submissions.zip"
    file.write_bytes(b"PK")
    assert refusal("grade", file, "-o", tmp_path / "out").startswith(f"grader: {file} is not a whole zip archive")
    assert not (tmp_path / "out").exists()


def test_a_roster_that_is_none(tmp_path: Path) -> None:
    told = refusal("grade", BLANK, "-o", tmp_path / "out", "--roster", tmp_path / "none.csv")
    assert told == f"grader: {tmp_path / 'none.csv'} cannot be opened: No such file or directory"
    assert not (tmp_path / "out").exists()


def test_results_into_the_hand_ins(tmp_path: Path) -> None:
    (tmp_path / "kim.ipynb").write_text('{"cells": []}')
    told = refusal("grade", tmp_path, "-o", tmp_path)
    assert "holds the hand-ins" in told
    assert [file.name for file in tmp_path.iterdir()] == ["kim.ipynb"]


def test_an_empty_folder(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    assert refusal("grade", folder, "-o", tmp_path / "out").startswith(f"grader: {folder} holds no notebook")


def test_bad_input_among_good_is_told_before_anything_runs(tmp_path: Path) -> None:
    told = refusal("grade", BLANK, tmp_path / "none.ipynb", "-o", tmp_path / "out")
    assert "none.ipynb does not exist" in told
    assert not (tmp_path / "out").exists()


def test_a_path_longer_than_any_file_s(tmp_path: Path) -> None:
    told = refusal("grade", "a" * 5000, "-o", tmp_path / "out")
    assert re.fullmatch(r"grader: a+:? .+", told)


@pytest.mark.parametrize("below", ["", "results"])
def test_results_that_cannot_be_written_for_a_file_in_their_place(tmp_path: Path, below: str) -> None:
    (tmp_path / "out").write_text("mine")
    out = tmp_path / "out" / below
    assert refusal("grade", BLANK, "-o", out).startswith(f"grader: {out} cannot be written: Not a directory")
    assert (tmp_path / "out").read_text() == "mine"


# ---------------------------------------------------------------- bad rubrics


@pytest.mark.parametrize("verb", [("grade", BLANK, "-o", "out"), ("selftest",)], ids=["grade", "selftest"])
def test_a_missing_rubric(tmp_path: Path, verb: tuple[object, ...]) -> None:
    rubric = tmp_path / "hw9.yaml"
    told = refusal(*verb, "-a", rubric, cwd=tmp_path)
    assert told.startswith(f"grader: {rubric}:1: cannot be read: No such file or directory\n    mend: ")


def test_a_broken_rubric_is_told_before_anything_runs(tmp_path: Path) -> None:
    rubric = ROOT / "tests" / "rubrics" / "unknown-check.yaml"
    told = refusal("grade", BLANK, "-o", tmp_path / "out", "-a", rubric)
    assert told == f"grader: {rubric}:12: unknown check `mention`\n    mend: write `mentions`"
    assert not (tmp_path / "out").exists()


def test_lint_without_a_path_checks_homework_1_from_any_folder(tmp_path: Path) -> None:
    ended = command("lint", cwd=tmp_path)  # in the repository `make check` does it
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.search(r"hw1\.yaml: good, 5 items, \d+ criteria, 100 points", ended.stdout)


# ---------------------------------------------------------------- bad options


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("grade", "x", "-o", "out", "-j", "0"), r"Invalid value for '-j' / '--jobs'.*1"),
        (("grade", "x", "-o", "out", "-j", "many"), r"Invalid value for '-j' / '--jobs'.*"),
        (("grade", "x", "-o", "out", "--lang", "fr"), r"Invalid value for '--lang'.*'ko', 'en'.*"),
        (("grade", "x", "-o", "out", "--frobnicate"), r"No such option:? '?--frobnicate.*"),
        (("grade", "x"), r"Missing option '-o' / '--out'.*"),
        (("grade", "-o", "out"), r"Missing argument .*paths.*"),
        (("frobnicate",), r"No such command 'frobnicate'.*"),
    ],
)
def test_options_that_cannot_be(arguments: tuple[str, ...], told: str) -> None:
    assert re.fullmatch(rf"Error: {told}", refusal(*arguments).splitlines()[-1], re.IGNORECASE)


def test_a_line_number_between_colons_is_no_emoji(tmp_path: Path) -> None:
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text("\n" * 99 + "surprise: 1\n", encoding="utf-8")
    assert f"{rubric}:100: unknown key `surprise`" in command("lint", rubric).stdout


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("a,b,price\n", encoding="utf-8")
    rubric = tmp_path / "rubric.yaml"
    text = "id: x\ntitle: {ko: x, en: x}\ntotal: 1\nheldout: {file: empty.csv, target: price}\nitems:\n"
    item = "  - {id: P1, title: {ko: x, en: x}, points: 1, criteria: [{check: runs, points: 1}]}\n"
    rubric.write_text(text + item, encoding="utf-8")
    ended = command("lint", rubric)
    assert (ended.returncode, "no rows below its header line" in ended.stdout) == (2, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that only Linux has")
def test_what_cannot_be_written_for_want_of_room_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        called = [sys.executable, "-m", "grader", "lint", str(ROOT / "rubrics" / "hw1.yaml")]
        ended = subprocess.run(called, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == "grader: No space left on device: make room there, or write to another place\n"


def test_without_a_standard_output_the_exit_code_still_tells(tmp_path: Path) -> None:
    (tmp_path / "kim.txt").write_text("words\n")
    called = f'exec "{sys.executable}" -m grader check "{tmp_path / "kim.txt"}" -a "{ROOT / "rubrics/hw1.yaml"}" >&-'
    ended = subprocess.run(["sh", "-c", called], cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, "")
