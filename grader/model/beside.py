"""What people write down beside decisions on points: second marks, and that repairs were looked at. Appended only."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from grader.model.nouns import Noun


class SecondMark(Noun):
    """The points that another person would give, who did not see the first one's. It changes no points."""

    student: str
    assignment: str
    number: int = Field(ge=1, description="place among all that was written down about this student, from 1")
    of_number: int = Field(ge=1, description="of the override that this is a second look at")
    item: str
    criterion: str | None = Field(None, description="None: the item as a whole")
    first: float = Field(description="points of that override")
    points: float = Field(ge=0)
    max_points: float = Field(gt=0)
    first_author: str
    author: str = Field(min_length=1)
    at: dt.datetime


class Look(Noun):
    """A person looked at the doubtful repairs of a hand-in and lets its grades stand; `undo` takes that back."""

    student: str
    assignment: str
    number: int = Field(ge=1, description="place among all that was written down about this student, from 1")
    action: Literal["set", "undo"]
    repairs_sha256: str = Field(description="of the doubtful repairs that the person saw")
    submission_sha256: str = Field(description="of the hand-in that the person saw graded")
    reason: str = Field(min_length=1, description="the student reads it")
    author: str = Field(min_length=1)
    at: dt.datetime
