"""A question's test cases, whatever they were written as."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from grader.model.nouns import Noun

NOTHING = ">>> None"  # a doctest that everybody passes, where there is no example


class Case(Noun):
    """One test: it passes or it does not."""

    name: str
    kind: Literal["doctest", "function"]
    code: str = Field(description="examples `>>> ...` with what they print, or a function")
    setup: str = Field("", description="examples that come before it, or what the function needs beside it")
    teardown: str = Field("", description="examples that come after it")
    points: float = Field(ge=0)
    hidden: bool
    success: str | None = Field(None, description="said to the student when it passes")
    failure: str | None = Field(None, description="said to the student when it does not")


class Tested(Noun):
    """A question with its cases."""

    name: str
    cases: tuple[Case, ...]
    all_or_nothing: bool = False
