"""The base of the nouns, the small ones that stand inside others, and the two languages of the course."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["ko", "en"]


class Noun(BaseModel):
    """Base of every type here: frozen, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Text(Noun):
    """One sentence in the two languages of the course."""

    ko: str
    en: str

    def filled(self, *values: object) -> Text:
        """The sentence with `{0}`, `{1}`, ... replaced in both languages."""
        return Text(ko=self.ko.format(*values), en=self.en.format(*values))

    def in_language(self, language: Language) -> str:
        return self.ko if language == "ko" else self.en


def texts(**rows: tuple[str, str]) -> Mapping[str, Text]:
    """Sentences by name, each given as (Korean, English)."""
    return MappingProxyType({name: Text(ko=ko, en=en) for name, (ko, en) in rows.items()})


class Duration(Noun):
    """A length of time: days by the clock, whatever summer time makes of them, and seconds besides."""

    days: int = Field(0, ge=0)
    seconds: int = Field(0, ge=0)


class Extension(Noun):
    """More time for one student: until a moment, or by a length of time."""

    until: dt.datetime | None = Field(None, description="without an offset: by the clocks where the deadline is")
    by: Duration = Duration()


class Identity(Noun):
    """Who handed in, as far as a file's name, an export or the roster tells; "" for what is not known."""

    name: str = Field("", description="NFC")
    number: str = Field("", description="the university's student number")
    lms_id: str = Field("", description="Canvas user id or Moodle participant number, digits")
    login: str = ""
    email: str = ""
    enrolled: bool | None = Field(None, description="stands in the roster; None where no roster was given")
    group: str = Field("", description="whose members hand in together, as the roster or the export calls it")
    extensions: tuple[Extension, ...] = Field((), description="of the student and of all in the group")


class Document(Noun):
    """A file with answers beside a notebook, or in its place."""

    name: str = Field(description="path inside the hand-in")
    path: Path
    items: tuple[str, ...] = Field((), description="items that its name names")
    unread: Text | None = Field(None, description="why only a person can read it; None where its words are read")
    pictures: tuple[str, ...] = Field((), description="base64 of JPEGs found in it, small ones and few")
