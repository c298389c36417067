"""What was handed in, read but not run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from pydantic import Field

from grader.model.nouns import Document, Identity, Noun, Text


class Answer(Noun):
    """The words a student wrote for one item."""

    text: str = Field(description="NFC; the handout's own lines taken out")
    cells: tuple[int, ...] = Field((), description="numbers (from 1) of the cells it came from")


class Submission(Noun):
    """One student's hand-in, read but not run."""

    student: str
    identity: Identity = Identity()
    path: Path
    sha256: str = Field(description="of the notebook file's bytes, or of the document's that stands in its place")
    notebook: dict[str, Any] | None = Field(None, description="nbformat 4 JSON; None if unreadable")
    items_of_cells: tuple[str | None, ...] = Field((), description="for each cell the item it belongs to")
    headed: tuple[str, ...] = Field((), description="items that a heading or a tag names or is about")
    answers: dict[str, Answer] = Field(default_factory=dict, description="by item id")
    elsewhere: str = Field("", description="the student's own words under no item's heading")
    files: dict[str, Path] = Field(default_factory=dict, description="companions: path in the working directory")
    handed_in: dict[str, Path] = Field(default_factory=dict, description="all files of the hand-in: path in it")
    lost: str | None = Field(
        None, description="what could not be read, or not run as it is no Python: what it may hold is for a person"
    )
    work_beside: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="by item that the notebook does not answer by name: notebooks that may"
    )
    documents: tuple[Document, ...] = ()
    only_documents: bool = Field(False, description="no notebook file, so the cells are the documents' words")
    submitted_at: dt.datetime | None = Field(None, description="without an offset: by the clocks of a deadline")
    late: bool | None = None
    uploaded_as: str = Field("", description="its name in a Canvas or Moodle export, under which feedback goes back")
    warnings: tuple[str, ...] = ()
    said: tuple[Text, ...] = Field((), description="remarks as warnings are, in both languages")
    unsure: Text | None = Field(None, description="why a person has to say whether this is the hand-in that counts")
