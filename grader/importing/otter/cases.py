"""A question's test cases, whatever they were written as."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from grader.model.nouns import Noun


class Case(Noun):
    """One test: it passes or it does not."""

    name: str
    kind: Literal["doctest", "function"]
    code: str = Field(description="a doctest, or a module whose last function is the test")
    setup: str = Field("", description="a doctest that is run before it; its outputs do not count")
    teardown: str = Field("", description="a doctest that is run after it, whatever came of it")
    points: float = Field(ge=0)
    hidden: bool
    success: str | None = Field(None, description="said to the student when it passes")
    failure: str | None = Field(None, description="said to the student when it does not")


class Tested(Noun):
    """A question with its cases."""

    name: str
    cases: tuple[Case, ...]
    all_or_nothing: bool = False
