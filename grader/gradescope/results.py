"""Every results.json but the one of a graded report, which grader/exporters/gradescope.py writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.gradescope.attempts import KEY
from grader.gradescope.settings import Settings
from grader.gradescope.words import word
from grader.model import Language

# Gradescope wants a score somewhere, or says that the autograder failed. A test that is not visible keeps the total
# from students, so that this one, which is no grade, is seen by staff alone.
_STAFF_ONLY = "after_published"


def not_graded(language: Language) -> dict[str, Any]:
    """True as long as nothing else is: no points, and no zero that a student would see."""
    title, said = word("not_graded", language), word("not_graded_said", language)
    return {
        "score": 0,
        "output": said,
        "output_format": "text",
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {KEY: {"graded": False}},
        "tests": [
            {"name": title, "output": said, "output_format": "text", "visibility": "visible"},
            {"name": title, "output": word("for_staff", language), "output_format": "text", "visibility": _STAFF_ONLY},
        ],
    }


def over_the_limit(last: Mapping[str, Any] | None, settings: Settings) -> dict[str, Any]:
    """The last grade once more, and why this submission got none of its own."""
    if last is None:
        alone = word("limit_alone", settings.language)
        return {**not_graded(settings.language), "output": alone}
    told = word("limit_per_day" if settings.per_day else "limit", settings.language, settings.submissions)
    return {**last, "output": _joined(told, str(last.get("output") or ""))}


def with_remarks(results: Mapping[str, Any], *remarks: str) -> dict[str, Any]:
    """With further lines about the submission as a whole."""
    return {**results, "output": _joined(str(results.get("output") or ""), *remarks)}


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
