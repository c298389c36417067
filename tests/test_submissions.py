"""What is found below a path: whose it is, which file is graded, what is copied beside it, and what is said."""

from __future__ import annotations

import json
import os
import shutil
import unicodedata
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.errors import SubmissionError
from grader.intake import contents
from grader.model import Assignment, Criterion, Item, Submission, Text
from grader.names import file_name
from grader.submissions import LOCK, collect, collect_class

SAID = Text(ko="말", en="word")
HOMEWORK = Assignment(
    id="hw",
    title=SAID,
    total=1,
    items=(Item(id="P1", title=SAID, points=1, criteria=(Criterion(id="runs", check="runs", points=1),)),),
    sha256="0" * 64,
)


def write(file: Path, text: str = "", size: int = 0) -> Path:
    """A notebook with an answer to P1, or a text file; at least `size` bytes long."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix.lower() == ".ipynb":
        cells = [{"cell_type": "markdown", "metadata": {}, "source": f"# P1\n{text}"}]
        text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}, ensure_ascii=False)
    file.write_text(text + " " * max(0, size - len(text)), encoding="utf-8")
    return file


def found(*paths: Path) -> dict[str, Submission]:
    collected = collect(paths, HOMEWORK)
    assert [s.student for s in collected] == sorted(s.student for s in collected)
    assert len({file_name(s.student).casefold() for s in collected}) == len(collected)
    return {submission.student: submission for submission in collected}


def only(*paths: Path) -> Submission:
    (submission,) = found(*paths).values()
    return submission


def refusing(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of Path that fails for the file or folder of that name: permissions do not bind every tester."""

    def refuse(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return method(path, *arguments, **options)

    return refuse


def can_hold(folder: Path, name: bytes) -> bool:
    """Whether this file system takes a name that is no UTF-8."""
    try:
        os.mkdir(os.path.join(os.fsencode(folder), name))
    except OSError:
        return False
    return True


# ---------------------------------------------------------------- layouts


def test_one_notebook(tmp_path: Path) -> None:
    file = write(tmp_path / "김서연.ipynb", "답")
    write(tmp_path / "helper.py", "x = 1")
    submission = only(file)
    assert submission.student == "김서연"
    assert submission.path == file
    assert submission.answers["P1"].text == "답"
    assert submission.items_of_cells == ("P1",)
    assert submission.files == {}
    assert submission.warnings == ()
    assert len(submission.sha256) == 64


def test_percent_script_as_hand_in(tmp_path: Path) -> None:
    submission = only(write(tmp_path / "kim.py", "# %% [markdown]\n# # P1\n# 답\n\n# %%\nx = 1\n"))
    assert submission.answers["P1"].text == "답"
    assert submission.items_of_cells == ("P1", "P1")


def test_names_that_browsers_give_a_download(tmp_path: Path) -> None:
    notebook = write(tmp_path / "hw.ipynb", "답").read_bytes()
    (tmp_path / "hw.ipynb").unlink()
    for name in ("kim.ipynb.txt", "lee.IPYNB.json", "park.ipynb (1)"):
        (tmp_path / name).write_bytes(notebook)
    for other in ("notes.txt", "data.json", "ipynb.txt"):
        write(tmp_path / other, "x")
    students = found(tmp_path)
    assert list(students) == ["kim", "lee", "park"]
    assert all(student.answers["P1"].text == "답" for student in students.values())


def test_folder_of_notebooks(tmp_path: Path) -> None:
    for name in ("b.ipynb", "a.ipynb", "c.IPYNB", "notes.txt", "scores.csv"):
        write(tmp_path / name, name)
    write(tmp_path / "d.py", "# %%\nx = 1\n")
    students = found(tmp_path)
    assert list(students) == ["a", "b", "c", "d"]
    assert all(student.notebook and student.files == {} for student in students.values())


def test_folder_of_students_folders(tmp_path: Path) -> None:
    write(tmp_path / "이도윤" / "hw1.ipynb", "하나")
    write(tmp_path / "Alex Kim" / "HW1 (final).ipynb", "둘")
    students = found(tmp_path)
    assert {name: s.answers["P1"].text for name, s in students.items()} == {"Alex Kim": "둘", "이도윤": "하나"}


def test_notebooks_and_folders_side_by_side(tmp_path: Path) -> None:
    write(tmp_path / "kim.ipynb", "loose")
    write(tmp_path / "lee" / "hw.ipynb", "own folder")
    write(tmp_path / "lee" / "module.py", "x = 1")
    students = found(tmp_path)
    assert list(students) == ["kim", "lee"]
    assert students["kim"].files == {}
    assert list(students["lee"].files) == ["module.py"]


def test_several_paths_and_one_given_twice(tmp_path: Path) -> None:
    a = write(tmp_path / "one" / "a.ipynb")
    write(tmp_path / "two" / "b" / "x.ipynb")
    write(tmp_path / "three" / "c" / "x.ipynb")
    again = tmp_path / "two" / ".." / "three"
    assert list(found(a, tmp_path / "two", tmp_path / "three", again, a)) == ["a", "b", "c"]


def test_folders_that_the_shell_lists_are_the_students(tmp_path: Path) -> None:
    write(tmp_path / "kim" / "hw1.ipynb", "하나")
    write(tmp_path / "kim" / "data" / "x.csv", "1")
    write(tmp_path / "lee" / "homework" / "hw1.ipynb", "둘")
    write(tmp_path / "choi.ipynb", "셋")
    (tmp_path / "park").mkdir()
    for paths in (sorted(tmp_path.iterdir()), [tmp_path / "kim" / "hw1.ipynb", *tmp_path.iterdir()]):
        students = found(*paths)
        texts = {name: s.answers["P1"].text if s.notebook else None for name, s in students.items()}
        assert texts == {"choi": "셋", "kim": "하나", "lee": "둘", "park": None}
        assert list(students["kim"].files) == ["data/x.csv"]
        assert students["park"].warnings == ("no notebook in park/: hand in an .ipynb or a percent-format .py",)


def test_sections_of_a_class_stay_sections(tmp_path: Path) -> None:
    for file in ("a/kim/hw1.ipynb", "a/lee/hw1.ipynb", "b/park/hw1.ipynb"):
        write(tmp_path / file)
    write(tmp_path / "a" / "rename.py", "import os\n")
    assert list(found(tmp_path / "a", tmp_path / "b")) == ["kim", "lee", "park", "rename"]
    assert list(found(tmp_path / "a")) == ["kim", "lee", "rename"]


def test_nested_folder(tmp_path: Path) -> None:
    file = write(tmp_path / "class" / "kim" / "submission" / "hw1" / "final.ipynb", "답")
    write(file.parent / "data" / "values.csv", "1")
    write(tmp_path / "class" / "kim" / "elsewhere.txt", "1")
    submission = only(tmp_path / "class")
    assert (submission.student, submission.path) == ("kim", file)
    assert submission.files == {"data/values.csv": file.parent / "data" / "values.csv"}


# ---------------------------------------------------------------- the choice among several


def test_the_largest_of_the_nearest_is_graded_and_the_choice_is_told(tmp_path: Path) -> None:
    write(tmp_path / "kim" / "draft.ipynb", "초안")
    final = write(tmp_path / "kim" / "hw1.ipynb", "완성", size=5_000)
    write(tmp_path / "kim" / "old" / "hw1.ipynb", "옛것", size=50_000)
    write(tmp_path / "kim" / "script.py", "# %%\nx = 1", size=90_000)
    submission = only(tmp_path)
    assert submission.path == final
    assert submission.warnings == ("several notebooks: hw1.ipynb was graded, not draft.ipynb, old/hw1.ipynb",)
    assert set(submission.files) == {"draft.ipynb", "old/hw1.ipynb", "script.py"}


def test_equal_files_are_chosen_by_name(tmp_path: Path) -> None:
    for name in ("b.ipynb", "a.ipynb", "c.ipynb"):
        write(tmp_path / "kim" / name, size=1_000)
    assert only(tmp_path).warnings == ("several notebooks: c.ipynb was graded, not a.ipynb, b.ipynb",)


def test_a_script_with_cells_is_preferred_to_a_larger_module(tmp_path: Path) -> None:
    script = write(tmp_path / "kim" / "hw1.py", "# %%\nimport utils\n")
    module = write(tmp_path / "kim" / "utils.py", "def f():\n    pass\n", size=9_000)
    submission = only(tmp_path)
    assert submission.path == script
    assert submission.files == {"utils.py": module}
    assert submission.warnings == ()


def test_without_cells_anywhere_the_largest_script_is_read(tmp_path: Path) -> None:
    write(tmp_path / "kim" / "a.py", "x = 1")
    chosen = write(tmp_path / "kim" / "b.py", "x = 1", size=100)
    submission = only(tmp_path)
    assert submission.path == chosen
    assert submission.notebook is not None
    assert submission.warnings == ("several notebooks: b.py was graded, not a.py",)


def test_a_broken_notebook_is_told_after_the_choice(tmp_path: Path) -> None:
    write(tmp_path / "kim" / "a.ipynb")
    (tmp_path / "kim" / "b.ipynb").write_text('{"cells": [' + " " * 500)
    submission = only(tmp_path)
    assert submission.notebook is None
    assert submission.warnings[0] == "several notebooks: b.ipynb was graded, not a.ipynb"
    assert submission.warnings[-1].startswith("b.ipynb is not a whole notebook file")


# ---------------------------------------------------------------- what is ignored


def test_leftovers_of_machines_are_ignored(tmp_path: Path) -> None:
    for folder in ("__MACOSX", ".ipynb_checkpoints", ".git", "__pycache__", "sample_data"):
        write(tmp_path / folder / "x.ipynb", size=9_000)
        write(tmp_path / "kim" / folder / "x.ipynb", size=9_000)
        write(tmp_path / "kim" / "src" / folder / "x.py")
    for hidden in (".hidden.ipynb", "._kim.ipynb", ".DS_Store"):
        write(tmp_path / hidden, size=9_000)
        write(tmp_path / "kim" / hidden, size=9_000)
    file = write(tmp_path / "kim" / "hw1.ipynb")
    write(tmp_path / "kim" / "src" / "model.py", "x = 1")
    submission = only(tmp_path)
    assert (submission.student, submission.path) == ("kim", file)
    assert list(submission.files) == ["src/model.py"]
    assert submission.warnings == ()


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret" / "rubric.ipynb", "비밀")
    kim = tmp_path / "class" / "kim"
    write(kim / "hw1.ipynb", "답")
    (kim / "linked.ipynb").symlink_to(secret)
    (kim / "linked.csv").symlink_to(secret)
    (kim / "folder").symlink_to(secret.parent, target_is_directory=True)
    (kim / "loop").symlink_to(kim, target_is_directory=True)
    (kim / "nowhere.ipynb").symlink_to(tmp_path / "nothing")
    (tmp_path / "class" / "lee").symlink_to(secret.parent, target_is_directory=True)
    (tmp_path / "class" / "park.ipynb").symlink_to(secret)
    (tmp_path / "class" / "gone").symlink_to(tmp_path / "nothing", target_is_directory=True)
    (tmp_path / "class" / "twin").symlink_to(kim, target_is_directory=True)
    (tmp_path / "class" / "notes.txt").symlink_to(write(tmp_path / "notes.txt", "x"))
    students = found(tmp_path / "class")
    assert students["kim"].answers["P1"].text == "답"
    assert students["kim"].files == {}
    assert [warning.split(",")[0] for warning in students["kim"].warnings] == [
        f"{name} is a link" for name in ("folder", "linked.ipynb", "loop", "nowhere.ipynb")
    ]
    links = {"lee": "lee", "park": "park.ipynb", "gone": "gone", "twin": "twin"}
    assert set(students) == {"kim", *links}
    for student, name in links.items():
        said = f"{name} is a link, and links are not followed: put the files themselves in its place"
        assert (students[student].notebook, students[student].warnings) == (None, (said,))


def test_a_student_with_nothing_but_a_link_is_reported(tmp_path: Path) -> None:
    (tmp_path / "kim").mkdir()
    (tmp_path / "kim" / "hw1.ipynb").symlink_to(write(tmp_path / "elsewhere" / "a.txt"))
    kim = found(tmp_path)["kim"]
    assert kim.notebook is None
    assert "hw1.ipynb is a link" in kim.warnings[0]


def test_a_pipe_with_a_notebooks_name_is_reported(tmp_path: Path) -> None:
    (tmp_path / "lee").mkdir()
    for file in (tmp_path / "kim.ipynb", tmp_path / "lee" / "hw1.ipynb", tmp_path / "other"):
        os.mkfifo(file)
    students = found(tmp_path)
    assert list(students) == ["kim", "lee"]
    for student, name in (("kim", "kim.ipynb"), ("lee", "hw1.ipynb")):
        said = f"{name} is a pipe or a device, not a file: hand in an .ipynb or a percent-format .py"
        assert (students[student].notebook, students[student].warnings) == (None, (said,))
    assert only(tmp_path / "kim.ipynb").notebook is None


def test_a_students_folder_may_begin_with_a_dot(tmp_path: Path) -> None:
    for folder in (".kim", ".git", ".venv", ".ipynb_checkpoints", ".cache", ".pytest_cache", ".Trash-1000"):
        write(tmp_path / folder / "hw1.ipynb")
    write(tmp_path / ".lee" / "x.txt")
    students = found(tmp_path)
    assert {name: s.notebook is not None for name, s in students.items()} == {".kim": True, ".lee": False}


def test_reports_of_an_earlier_run_are_no_hand_ins(tmp_path: Path) -> None:
    write(tmp_path / "kim" / "hw1.ipynb", size=1_000)
    for out in (tmp_path / "out", tmp_path / "kim" / "out"):
        write(out / "gradebook.csv")
        write(out / "reports" / "kim" / "executed.ipynb", size=9_000)
    write(tmp_path / "lee" / "gradebook.csv")
    students = found(tmp_path)
    assert list(students) == ["kim", "lee"]
    assert students["kim"].path.name == "hw1.ipynb"
    assert students["kim"].warnings == ()
    for paths in ([tmp_path / "out"], sorted(tmp_path.iterdir())):
        with pytest.raises(SubmissionError, match=r"out holds the reports of an earlier run, not hand-ins: give"):
            collect(paths, HOMEWORK)


def test_what_a_killed_run_left_is_no_hand_in(tmp_path: Path) -> None:
    write(tmp_path / "kim" / "hw1.ipynb")
    write(tmp_path / "out" / LOCK)
    write(tmp_path / "out" / "reports" / "kim.json")
    write(tmp_path / "out" / "executed" / "kim.ipynb")
    assert list(found(tmp_path)) == ["kim"]


# ---------------------------------------------------------------- companions


def test_companions_are_copied_from_a_students_own_folder(tmp_path: Path) -> None:
    folder = tmp_path / "kim"
    write(folder / "hw1.ipynb")
    names = ["model.py", "data/a.csv", "data/그림.png", "a b.txt"]
    for name in names:
        write(folder / name, "x")
    assert only(tmp_path).files == {name: folder / name for name in names}


def test_companions_past_the_cap_are_told_and_small_ones_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "_MAX_COMPANION_BYTES", 5_000_000)
    folder = tmp_path / "kim"
    write(folder / "hw1.ipynb")
    write(folder / "a.dat", size=6_000_000)
    write(folder / "b.bin", size=3_000_000)
    write(folder / "c.bin", size=3_000_001)
    write(folder / "utils.py", "x = 1")
    submission = only(tmp_path)
    assert set(submission.files) == {"b.bin", "utils.py"}
    assert submission.warnings == (
        "not beside the notebook when it runs: c.bin, a.dat (at most 1000 readable files of 5 MB together are copied)",
    )
    assert submission.notebook is not None


def test_too_many_companions_are_told_briefly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "_MAX_COMPANIONS", 3)
    write(tmp_path / "kim" / "hw1.ipynb")
    for number in range(10):
        write(tmp_path / "kim" / f"{number}.txt", "x")
    submission = only(tmp_path)
    assert list(submission.files) == ["0.txt", "1.txt", "2.txt"]
    assert submission.warnings == (
        "not beside the notebook when it runs: 3.txt, 4.txt, 5.txt, 6.txt, 7.txt and 2 more"
        " (at most 3 readable files of 50 MB together are copied)",
    )


def test_a_companion_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "kim" / "hw1.ipynb")
    write(tmp_path / "kim" / "locked.csv", "1")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "locked.csv")
    submission = only(tmp_path)
    assert submission.files == {}
    assert "locked.csv" in submission.warnings[0]


# ---------------------------------------------------------------- nothing is dropped


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{", b"\x00" * 100])
def test_unreadable_files_are_reported(tmp_path: Path, content: bytes) -> None:
    write(tmp_path / "good.ipynb")
    (tmp_path / "kim.ipynb").write_bytes(content)
    (tmp_path / "lee").mkdir()
    (tmp_path / "lee" / "hw.ipynb").write_bytes(content)
    students = found(tmp_path)
    assert students["good"].notebook is not None
    for name, file in (("kim", "kim.ipynb"), ("lee", "hw.ipynb")):
        assert students[name].notebook is None
        assert students[name].warnings[-1].startswith(f"{file} ")


def test_a_student_without_a_notebook_is_reported(tmp_path: Path) -> None:
    write(tmp_path / "kim" / "hw1.xlsx", "x")
    (tmp_path / "lee.ipynb").mkdir()
    students = found(tmp_path)
    assert list(students) == ["kim", "lee.ipynb"]
    assert students["kim"].warnings == ("no notebook in kim/: hand in an .ipynb or a percent-format .py",)
    assert students["kim"].notebook is None


def test_a_file_that_cannot_be_opened_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "kim.ipynb")
    write(tmp_path / "lee.ipynb")

    for name in ("open", "read_bytes"):
        monkeypatch.setattr(Path, name, refusing("kim.ipynb", getattr(Path, name)))
    students = found(tmp_path)
    assert students["kim"].warnings == ("kim.ipynb cannot be opened: Permission denied",)
    assert students["lee"].notebook is not None


def test_a_folder_that_cannot_be_opened_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "kim" / "hw1.ipynb")
    write(tmp_path / "lee" / "hw1.ipynb")
    write(tmp_path / "lee" / "locked" / "x.csv")
    for name in ("kim", "locked", "closed"):
        monkeypatch.setattr(Path, "iterdir", refusing(name, Path.iterdir))
    students = found(tmp_path)
    assert students["kim"].notebook is None
    assert students["kim"].warnings == ("the folder kim/ cannot be opened: Permission denied",)
    assert students["lee"].notebook is not None
    assert students["lee"].warnings == ("the folder locked/ cannot be opened: Permission denied",)
    (tmp_path / "closed").mkdir()
    with pytest.raises(SubmissionError, match=r"closed cannot be opened: Permission denied$"):
        collect([tmp_path / "closed"], HOMEWORK)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing", "does not exist: give a notebook, a folder of notebooks, or a class's folder"),
        ("missing.ipynb", "does not exist"),
        ("empty", "holds no notebook and no student's folder: is it the right folder?"),
        ("hw1.xlsx", "is not a notebook: give an .ipynb, a percent-format .py, a folder, or an archive"),
    ],
)
def test_paths_that_hold_nothing_say_what_to_give(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty" / "read.me")
    write(tmp_path / "hw1.xlsx")
    good = write(tmp_path / "good.ipynb")
    with pytest.raises(SubmissionError) as refusal:
        collect([good, tmp_path / name], HOMEWORK)
    assert str(refusal.value).startswith(f"{tmp_path / name} {said}")


def test_a_path_longer_than_any_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"a+ cannot be opened: File name too long$"):
        collect([tmp_path / ("a" * 5_000)], HOMEWORK)


# ---------------------------------------------------------------- names


def test_names_that_collide_get_numbers_and_it_is_told(tmp_path: Path) -> None:
    for folder, name in (("1", "Kim"), ("2", "kim"), ("3", "KIM"), ("4", "kim-2"), ("5", "kim")):
        write(tmp_path / folder / f"{name}.ipynb", f"{folder}")
    students = found(*sorted(tmp_path.glob("*/*.ipynb")))
    texts = {name: s.answers["P1"].text for name, s in students.items()}
    assert texts == {"Kim": "1", "kim-2": "4", "kim-3": "2", "KIM-4": "3", "kim-5": "5"}
    assert students["Kim"].warnings == students["kim-2"].warnings == ()
    assert students["kim-3"].warnings == ("another hand-in has the name kim; this one is called kim-3",)


def test_composed_and_decomposed_names_are_one(tmp_path: Path) -> None:
    for folder, form in (("a", "NFC"), ("b", "NFD")):
        write(tmp_path / folder / unicodedata.normalize(form, "김서연.ipynb"), form)
    students = found(*sorted(tmp_path.glob("*/*.ipynb")))
    assert {name: s.answers["P1"].text for name, s in students.items()} == {"김서연": "NFC", "김서연-2": "NFD"}


def test_a_name_that_was_no_utf8_can_be_reported(tmp_path: Path) -> None:
    raw = b"kim\xb1\xe8"
    folder = tmp_path / (os.fsdecode(raw) if can_hold(tmp_path, raw) else "kim??")
    write(folder / "hw1.ipynb", "답")
    submission = only(tmp_path)
    assert submission.student == "kim??"
    assert submission.answers["P1"].text == "답"
    assert file_name(submission.student) == "kim__"


@pytest.mark.parametrize(
    ("student", "expected"),
    [
        ("김서연", "김서연"),
        ("Alex Kim (2)", "Alex Kim (2)"),
        (unicodedata.normalize("NFD", "김서연"), "김서연"),
        ("a/b\\c", "a_b_c"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "unnamed"),
        ("", "unnamed"),
        (" . ", "unnamed"),
        (".hidden", "hidden"),
        ("kim. ", "kim"),
        ('a:b*c?d"e<f>g|h', "a_b_c_d_e_f_g_h"),
        ("a\nb\tc\x00d\x7fe\x85f", "a_b_c_d_e_f"),
        ("a\u202eb\u200bc\u2028d\ufeffe", "a_b_c_d_e"),
        ("a\udcffb", "a_b"),
        ("a∕b／c⁄d", "a∕b／c⁄d"),
        ("con", "_con"),
        ("NUL.x", "_NUL.x"),
        ("console", "console"),
        ("com1", "_com1"),
        ("=1+2", "=1+2"),
        ("👩🏽 수업", "👩🏽 수업"),
    ],
)
def test_file_name(student: str, expected: str) -> None:
    assert file_name(student) == expected


@pytest.mark.parametrize("letter", ["a", "김", "é", "👩", "\U000e0041"])
def test_long_names_are_cut_by_bytes_and_stay_apart(tmp_path: Path, letter: str) -> None:
    names = [letter * 300 + end for end in ("", "1", "2", " 둘")]
    short = {file_name(name) for name in names}
    assert len(short) == len(names)
    for name in short:
        assert len(name.encode()) <= 140
        (tmp_path / f".{name}.ipynb.1234567.part").write_text("x")
    assert file_name(names[0]) == file_name(names[0])


def test_students_with_long_names_get_numbers_too(tmp_path: Path) -> None:
    for folder, name in (("1", "a" * 200), ("2", "a" * 200), ("3", "a" * 199 + "b")):
        write(tmp_path / folder / f"{name}.ipynb")
    students = found(*sorted(tmp_path.glob("*/*.ipynb")))
    assert list(students) == ["a" * 200, "a" * 200 + "-2", "a" * 199 + "b"]


def test_a_collected_class_is_json_and_back(tmp_path: Path) -> None:
    write(tmp_path / "kim" / "hw1.ipynb", "답")
    write(tmp_path / "kim" / "utils.py", "x = 1")
    write(tmp_path / "lee" / "hw1.txt")
    for submission in collect([tmp_path], HOMEWORK):
        assert Submission.model_validate_json(submission.model_dump_json()) == submission


# ---------------------------------------------------------------- a class of any size


def test_a_class_is_read_a_few_hand_ins_at_a_time(tmp_path: Path) -> None:
    for number in range(100):
        write(tmp_path / f"s{number:03}.ipynb", "답")
    theirs = collect_class([tmp_path], HOMEWORK)
    for _ in range(2):  # the line walks through a class, and then the comparison does
        alive: list[weakref.ref[Submission]] = []
        names = []
        for submission in theirs.submissions:
            names.append(submission.student)
            alive = [one for one in (*alive, weakref.ref(submission)) if one() is not None]
            assert len(alive) < 10
        assert names == list(theirs.students) == [f"s{number:03}" for number in range(100)]
    assert len(theirs.submissions) == 100


def test_what_disappears_before_it_is_read_is_reported(tmp_path: Path) -> None:
    for name in ("kim.ipynb", "lee.ipynb", "park/hw1.ipynb", "yoo.ipynb"):
        write(tmp_path / name, "답")
    theirs = collect_class([tmp_path], HOMEWORK)
    (tmp_path / "kim.ipynb").unlink()
    (tmp_path / "lee.ipynb").write_text("{")
    shutil.rmtree(tmp_path / "park")
    read = {one.student: one for one in theirs.submissions}
    assert [(name, one.notebook is None) for name, one in read.items()] == [
        *(("kim", True), ("lee", True), ("park", True), ("yoo", False))
    ]
    assert read["kim"].warnings == ("kim.ipynb cannot be opened: No such file or directory",)
    assert read["park"].warnings == ("hw1.ipynb cannot be opened: No such file or directory",)
    assert "not a whole notebook file" in read["lee"].warnings[0]
