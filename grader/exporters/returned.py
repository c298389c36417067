"""Feedback files in a zip, named so that the learning system knows whose each is."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from grader.exporters.exported import Upload
from grader.exporters.grades import BULLET, Grades
from grader.files import zipped
from grader.intake import labels
from grader.names import file_name


def canvas_zip(uploads: Sequence[Upload], out: Path) -> tuple[bytes, list[str]]:
    """Under the names that the submissions' zip had, and the students without such a name.

    Canvas finds student and upload by the two numbers in a name and shows what comes back under the upload's own name:
    so a notebook comes back as a notebook, the feedback in front.
    """
    entries: dict[str, bytes] = {}
    not_packed = []
    for upload in uploads:
        name = upload.grades.uploaded_as.partition("/")[0]
        label = labels.canvas(name) if labels.moodle(name) is None else None
        if label is None or not label.attachment:
            not_packed.append(upload.grades.student)
        elif name.lower().endswith(".ipynb"):
            entries[name] = _notebook(upload.grades, out)
        else:
            entries[f"{PurePosixPath(name).stem}.html"] = page(upload.grades, out)
    return zipped(entries), not_packed


def moodle_zip(uploads: Sequence[Upload], out: Path) -> tuple[bytes, list[str]]:
    """`name_number_assignsubmission_file_feedback.html`, which every version takes, and who has no number."""
    entries: dict[str, bytes] = {}
    not_packed = []
    for upload in uploads:
        original = labels.moodle(upload.grades.uploaded_as.partition("/")[0])
        number = upload.lms_id
        if not number:
            not_packed.append(upload.grades.student)
            continue
        kind = "onlinetext" if "_assignsubmission_onlinetext" in upload.grades.uploaded_as else "file"
        told = (original.identity.name if original else "") or upload.name or "Participant"
        name = re.sub(r"[_/\\]+", " ", told).strip(" .~")  # signs that the importer splits at, or hides files by
        entries[f"{name}_{number}_assignsubmission_{kind}_feedback.html"] = page(upload.grades, out)
    return zipped(entries), not_packed


def nbgrader_zip(everybody: Sequence[Grades], out: Path, called: Mapping[str, str]) -> bytes:
    """The course tree's `feedback/student/assignment/`."""
    entries = {}
    for grades in everybody:
        student = file_name(called[grades.student])
        entries[f"feedback/{student}/{file_name(grades.assignment)}/feedback.html"] = page(grades, out)
    return zipped(entries)


def page(grades: Grades, out: Path) -> bytes:
    """The feedback page of the run, or where there is none the words alone."""
    try:
        return (out / "feedback" / f"{file_name(grades.student)}.html").read_bytes()
    except FileNotFoundError:
        title = html.escape(grades.student)
        words = html.escape(grades.words)
        return f'<!doctype html><meta charset="utf-8"><title>{title}</title><pre>{words}</pre>\n'.encode()


def _notebook(grades: Grades, out: Path) -> bytes:
    """The executed notebook under a cell with the feedback."""
    notebook: dict[str, object] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    try:
        file = out / "executed" / f"{file_name(grades.student)}.ipynb"
        notebook |= json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        pass  # it could not be run: the feedback says why
    total = "?" if grades.grade is None else f"{grades.grade:g}"
    words = html.escape(grades.words, quote=False)
    head = f"# {html.escape(grades.title.in_language(grades.language))}: {total}/{grades.max_points:g}"
    first: dict[str, object] = {"cell_type": "markdown", "metadata": {}, "source": f"{head}\n\n{_paragraphs(words)}"}
    if notebook["nbformat_minor"] not in (0, 1, 2, 3, 4):
        first["id"] = "feedback"
    cells = notebook["cells"]
    notebook["cells"] = [first, *(cells if isinstance(cells, list) else [])]
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode(errors="replace")


def _paragraphs(words: str) -> str:
    """As Markdown: items in bold, criteria as a list."""
    heads = re.sub(rf"^(?!{BULLET})(.+)$", r"**\1**\n", words, flags=re.MULTILINE)
    return re.sub(rf"^{BULLET}", "- ", heads, flags=re.MULTILINE)
