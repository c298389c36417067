"""Answers as Markdown, text, PDF, scans and pictures: words count by item, what cannot be read waits for a person."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest
from exports import notebook, pdf, picture
from test_intake import collected

from grader.grading import Graded
from grader.intake import pdf as reading
from grader.model import Assignment, Concept, Criterion, Execution, Item, Report, Submission, Text
from grader.results import Results
from grader.scoring import score

SAID = Text(ko="말", en="word")


def item(name: str, check: str = "mentions", **params: str) -> Item:
    criterion = Criterion(id=check, check=check, points=1, params=params)
    return Item(id=name, title=SAID, points=1, criteria=(criterion,))


HOMEWORK = Assignment(
    id="hw",
    title=SAID,
    total=4,
    items=(item("P1", "runs"), *(item(name, concept="relu") for name in ("P2", "P3.1", "P3.2"))),
    concepts={"relu": Concept(id="relu", ko=("기울기 소실",), en=("vanishing gradient",))},
    sha256="0" * 64,
)
CODE = notebook("#md # P1", "x = 1")
LONG = "시그모이드는 기울기 소실 문제가 있어서 깊은 신경망에 쓰기 어렵습니다."
WORD = "기울기 소실"


def handed_in(folder: Path, **files: bytes | str) -> Submission:
    """A student's folder with these files; `__` in a name stands for the dot before its suffix."""
    place = folder / "class" / "kim"
    place.mkdir(parents=True)
    for name, content in files.items():
        file = place / name.replace("__", ".")
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    (submission,) = collected(folder / "class", assignment=HOMEWORK).submissions
    return submission


def words(submission: Submission) -> dict[str, str]:
    return {item: answer.text for item, answer in submission.answers.items()}


def graded(submission: Submission) -> Report:
    return score(submission, executed(submission), HOMEWORK, "ko", dt.datetime(2024, 3, 2, tzinfo=dt.UTC))


def executed(submission: Submission) -> Execution:
    """As if each of its cells had run."""
    cells = [{**cell, "execution_count": 1} for cell in (submission.notebook or {"cells": []})["cells"]]
    return Execution(status="ok", submission_sha256=submission.sha256, notebook={"cells": cells})


def points(submission: Submission) -> dict[str, float | None]:
    return {score.item: score.points for score in graded(submission).scores}


# ---------------------------------------------------------------- text


def test_markdown_beside_a_notebook_counts_by_its_headings(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, hw1__ipynb=CODE, answers__md=f"# P2\n{LONG}\n\n## P3.1\n합성곱")
    assert words(submission) == {"P2": LONG, "P3.1": "합성곱"}
    assert submission.warnings == ("answers.md was read besides the notebook: words for P2, P3.1",)
    assert submission.answers["P2"].cells == (3,)
    assert submission.items_of_cells == ("P1", "P1", "P3.1")
    assert submission.notebook is not None
    assert submission.notebook["cells"][2]["source"].startswith("# P2")
    assert points(submission)["P2"] == 1


def test_markdown_without_headings_counts_by_its_lines(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, hw1__ipynb=CODE, answers__md=f"P2: {LONG}\n\nP3.1: 합성곱은 주변을 봅니다.")
    assert set(words(submission)) == {"P2", "P3.1"}


def test_a_short_text_keeps_the_words_behind_the_names(tmp_path: Path) -> None:
    said = words(handed_in(tmp_path, text__html="<p>P2: 기울기 소실</p><p>P3-1: 주변 픽셀</p><p>P3.2: 가장자리</p>"))
    assert {item: text.strip() for item, text in said.items()} == {
        "P2": "기울기 소실",
        "P3.1": "주변 픽셀",
        "P3.2": "가장자리",
    }


def test_words_of_the_notebook_and_of_a_document_count_together(tmp_path: Path) -> None:
    own = notebook("#md # P1", "x = 1", "#md # P2\n공책의 답")
    submission = handed_in(tmp_path, hw1__ipynb=own, more__pdf=pdf(f"P2\n{LONG}"))
    assert words(submission) == {"P2": f"공책의 답\n\n{LONG}"}
    assert submission.answers["P2"].cells == (3, 4)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_plain_text_with_items_at_the_beginning_of_lines(tmp_path: Path, encoding: str) -> None:
    text = f"P2. {LONG}\n둘째 줄\n\nP3\n(1) 지역성 때문에 합성곱을 씁니다.\n1. 목록\n2. 목록\n(2) 크기를 유지합니다.\n"
    submission = handed_in(tmp_path, 답안__txt=text.encode(encoding))
    assert words(submission) == {
        "P2": f"{LONG}\n둘째 줄",
        "P3.1": "지역성 때문에 합성곱을 씁니다.\n1. 목록\n2. 목록",
        "P3.2": "크기를 유지합니다.",
    }


@pytest.mark.parametrize("name", ["P2__md", "hw1_P2__txt", "김서연_p2__pdf", "문제 2__md"])
def test_the_name_of_a_file_is_its_heading(tmp_path: Path, name: str) -> None:
    content: bytes | str = pdf(LONG) if name.endswith("pdf") else LONG
    submission = handed_in(tmp_path, hw1__ipynb=CODE, **{name: content})
    assert words(submission) == {"P2": LONG}


def test_notes_that_name_no_item_stay_what_they_are(tmp_path: Path) -> None:
    files = {
        "hw1__ipynb": CODE,
        "README__md": "# P2\n설명",
        "requirements__txt": "torch",
        "notes__txt": "P2와 같이 합니다",
    }
    submission = handed_in(tmp_path, **files)
    assert (words(submission), submission.documents, submission.warnings) == ({}, (), ())
    assert set(submission.files) == {"README.md", "requirements.txt", "notes.txt"}


def test_html_is_read_without_its_scripts(tmp_path: Path) -> None:
    page = f"<html><style>P3.1</style><script>P3.1</script><h1>P2</h1><p>{LONG}</p><ul><li>하나<li>둘</ul></html>"
    submission = handed_in(tmp_path, onlinetext__html=page)
    assert words(submission) == {"P2": f"{LONG}\n\n- 하나\n- 둘"}


def test_pages_of_a_pdf_are_one_text(tmp_path: Path) -> None:
    submission = handed_in(
        tmp_path, hw1__ipynb=CODE, hw1__pdf=pdf(f"문제 2\n{LONG}", "이어지는 둘째 쪽의 글이 여기에 더 있습니다")
    )
    assert words(submission) == {"P2": f"{LONG}\n이어지는 둘째 쪽의 글이 여기에 더 있습니다"}


def test_only_documents_leave_the_code_to_a_person(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, hw1__pdf=pdf(f"P2\n{LONG}"))
    assert submission.only_documents
    assert points(submission) == {"P1": None, "P2": 1, "P3.1": 0, "P3.2": 0}
    review = next(score.needs_review for score in graded(submission).scores if score.item == "P1")
    assert review == "runs: 노트북 없이 문서만 제출했습니다: hw1.pdf"


@pytest.mark.parametrize(
    "entry",
    [
        '<p>과제 제출합니다 <a href="https://colab.research.google.com/drive/1abc">제 노트북</a></p>',
        '<meta http-equiv="refresh" content="0; url=https://colab.research.google.com/drive/1abc"><p></p>',
        "<p>https://colab.research.google.com/drive/1abc</p>",
    ],
)
def test_an_entry_that_only_holds_a_link_is_called_so_and_earns_no_zero(tmp_path: Path, entry: str) -> None:
    submission = handed_in(tmp_path, text__html=entry)
    assert set(points(submission).values()) == {None}
    review = str(graded(submission).scores[0].needs_review)
    assert "링크(https://colab.research.google.com/drive/1abc)만" in review
    assert "문서만" not in review
    assert "only holds a link" in submission.warnings[0]


def test_an_answer_with_a_link_in_it_is_an_answer(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, text__html=f"<h1>P2</h1><p>{LONG} https://x.org/y</p>")
    assert points(submission)["P2"] == 1


def test_a_broken_notebook_does_not_cost_the_document(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, hw1__ipynb="{", answers__md=f"# P2\n{LONG}")
    assert points(submission) == {"P1": None, "P2": 1, "P3.1": None, "P3.2": None}  # it may hold these
    assert any("hw1.ipynb is not a whole notebook" in warning for warning in submission.warnings)


# ---------------------------------------------------------------- what only a person can read


def test_a_scanned_pdf_waits_for_a_person_with_its_picture(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, hw1__ipynb=CODE, scan__pdf=pdf(picture()))
    assert points(submission) == {"P1": 1, "P2": None, "P3.1": None, "P3.2": None}
    assert (
        graded(submission).scores[1].needs_review
        == "mentions: scan.pdf을(를) 읽고 채점해 주세요. 글자가 없는 스캔 PDF입니다."
    )
    assert submission.warnings == ("scan.pdf is for a person to read: the PDF is scanned: it has no text",)
    assert len(submission.documents[0].pictures) == 1
    page = page_of(tmp_path / "out", submission)
    assert 'href="../documents/kim/1.pdf"' in page
    assert "data:image/jpeg;base64," in page
    assert (tmp_path / "out" / "documents" / "kim" / "1.pdf").read_bytes().startswith(b"%PDF")


def test_a_picture_that_names_an_item_is_held_back_for_that_item_only(tmp_path: Path) -> None:
    submission = handed_in(
        tmp_path, hw1__ipynb=notebook("#md # P1", "x = 1", f"#md # P2\n{WORD}"), **{"P3-1__jpg": picture()}
    )
    assert points(submission) == {"P1": 1, "P2": 1, "P3.1": None, "P3.2": 0}


def test_plots_beside_a_notebook_are_no_answers(tmp_path: Path) -> None:
    own = notebook("#md # P1", "plt.savefig('loss.png')", f"#md # P2\n{WORD}\n![](shown.png)")
    pictures = {f"{name}__png": picture("PNG") for name in ("loss", "shown", "other")}
    submission = handed_in(tmp_path, hw1__ipynb=own, **pictures)
    assert submission.documents == ()
    assert points(submission) == {"P1": 1, "P2": 1, "P3.1": 0, "P3.2": 0}


def test_a_photo_beside_a_notebook_without_a_written_answer_is_held_back(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, hw1__ipynb=CODE, IMG_2041__heic=b"\0\0\0\x18ftypheic")
    assert points(submission) == {"P1": 1, "P2": None, "P3.1": None, "P3.2": None}


def test_large_and_false_pictures_are_linked_not_embedded(tmp_path: Path) -> None:
    files = {"P2__png": b"<svg onload=alert(1)>", "P3__jpg": picture() + bytes(1_100_000)}
    submission = handed_in(tmp_path, hw1__ipynb=CODE, **files)
    assert {document.name: document.items for document in submission.documents} == {
        "P2.png": ("P2",),
        "P3.jpg": ("P3.1", "P3.2"),
    }
    page = page_of(tmp_path / "out", submission)
    assert "<img" not in page
    assert "onload" not in page
    assert 'href="../documents/kim/2.jpg"' in page


def test_a_page_of_a_students_never_opens_as_one(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, P2__html="<script>alert(1)</script>" + "x" * 300_000)
    page = page_of(tmp_path / "out", submission)
    assert 'href="../documents/kim/1.txt"' in page
    assert [file.name for file in (tmp_path / "out" / "documents" / "kim").iterdir()] == ["1.txt"]


def test_a_notebook_printed_as_pdf_does_not_double_the_answer(tmp_path: Path) -> None:
    own = notebook("#md # P1", "x = 1", f"#md # P2\n{LONG}")
    printed = pdf(f"P1\nx = 1\nP2\n{LONG[:20]}\n{LONG[20:]}")
    assert words(handed_in(tmp_path, hw1__ipynb=own, hw1__pdf=printed))["P2"] == LONG


@pytest.mark.parametrize("name", ["answers.docx", "답안.hwp", "hw1.hwpx", "hw1.pages"])
def test_office_files_have_a_sentence_with_the_mend(tmp_path: Path, name: str) -> None:
    submission = handed_in(tmp_path, **{name: b"PK\x03\x04"})
    assert all(earned is None for earned in points(submission).values())
    assert "is for a person to read: a" in submission.warnings[0]
    assert submission.warnings[0].endswith("document is not read: save it as PDF or Markdown")


def test_an_answer_that_is_there_is_judged_whatever_lies_beside(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, hw1__ipynb=notebook("#md # P2\n기울기 소실"), scan__pdf=pdf(picture()))
    assert points(submission)["P2"] == 1


# ---------------------------------------------------------------- PDFs that nobody should trust


def test_a_page_that_is_a_picture_among_pages_of_text(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, hw1__ipynb=CODE, a__pdf=pdf(f"P2\n{LONG}", picture()))
    assert points(submission) == {"P1": 1, "P2": 1, "P3.1": None, "P3.2": None}
    assert submission.warnings == ("a.pdf is for a person to read: page 2 of the PDF is a picture",)


def test_letters_without_a_table_are_not_taken_for_text(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, hw1__ipynb=CODE, a__pdf=pdf("P2\n" + "\ue0a1\ue0b2\ue0c3" * 20))
    assert points(submission)["P2"] is None
    assert "cannot be read, because of its fonts" in submission.warnings[0]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4\n", b"hello", b"%PDF-1.4\n" + b"\0" * 999, pdf(LONG)[:300]])
def test_damaged_pdfs_are_told(tmp_path: Path, data: bytes) -> None:
    submission = handed_in(tmp_path, hw1__ipynb=CODE, P2__pdf=data)
    assert points(submission) == {"P1": 1, "P2": None, "P3.1": 0, "P3.2": 0}
    assert submission.warnings[0].startswith("P2.pdf is for a person to read: the PDF")


def test_a_pdf_that_leads_in_a_circle_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_SECONDS", 2)
    data = pdf(LONG).replace(b"/Kids[7 0 R]", b"/Kids[2 0 R]").replace(b"/Count 1", b"/Count 9")
    assert b"/Kids[2 0 R]" in data
    file = tmp_path / "a.pdf"
    file.write_bytes(data)
    assert reading.read(file).unread is not None


def test_a_reader_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = tmp_path / "endless.py"
    endless.write_text(
        "import resource, sys, json\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass\n"
    )
    monkeypatch.setattr(reading, "_WORKER", endless)
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf(LONG))
    found = reading.read(file)
    assert found.unread is not None
    assert "could not be read within" in found.unread.en


def test_a_reader_that_waits_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def waits(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("worker", 1)

    monkeypatch.setattr(reading, "_reply", waits)
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf(LONG))
    assert "could not be read within" in str(reading.read(file).unread)


def test_many_pages_are_cut_and_it_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf(*[f"{number} {LONG}" for number in range(70)]))
    found = reading.read(file)
    assert len(found.pages) == 60
    assert found.unread is not None
    assert found.unread.en == "only 60 of the PDF's 70 pages were read"


def page_of(folder: Path, submission: Submission) -> str:
    """The student's feedback page as a run writes it."""
    Results(folder, HOMEWORK).add(Graded(submission, executed(submission), graded(submission)))
    return (folder / "feedback" / "kim.html").read_text(encoding="utf-8")
