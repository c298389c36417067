"""What was chosen when the bundle was made."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from grader.model import Language, Noun
from grader.walls.plan import Tier

FILE, ASSIGNMENT, FIRST = "settings.json", "assignment/assignment.json", "not-graded.json"


class Settings(Noun):
    """`settings.json` in the bundle."""

    language: Language = "en"
    minutes: float = Field(10, ge=2, description="after which Gradescope ends us; we end ourselves sooner")
    least_walls: Tier = Field("reduced", description="without which nothing is run; the best that can be had are used")
    submissions: int | None = Field(None, ge=1, description="of each student that are graded; None: any number")
    per_day: bool = Field(False, description="whether that many are graded within 24 hours, rather than in all")


def read(source: Path) -> Settings:
    """Of the unpacked bundle. Raises OSError or ValueError."""
    return Settings.model_validate_json((source / FILE).read_bytes())
