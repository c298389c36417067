"""What a student bundle is made of: the names in it, and its list of contents."""

from __future__ import annotations

from pydantic import Field

from grader.model import KeptBack, Noun, Text

SUFFIX = ".grader.zip"
CONTENTS, README, RUBRIC, FILES = "bundle.json", "README.txt", "rubric.packed", "files"
KIND = "grader student bundle 1"  # the number rises when an older grader could not read it


class Asked(Noun):
    """An item as the list of contents shows it."""

    id: str
    title: Text
    points: float


class Contents(Noun):
    """`bundle.json`: what anybody may read, and by what the rest is found whole."""

    kind: str
    assignment: str
    title: Text
    grader: str = Field(description="version that made it")
    items: tuple[Asked, ...]
    kept_back: tuple[KeptBack, ...] = Field((), description="what is graded after handing in, without a word of it")
    sha256: dict[str, str] = Field(description="of the packed rubric and of every file that it needs")
