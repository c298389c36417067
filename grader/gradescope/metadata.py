"""submission_metadata.json: who handed in, when, until when, and what came before. What is not there is unknown."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.model import Extension, Identity

NAME = "submission_metadata.json"


@dataclass(frozen=True)
class Earlier:
    """A submission before this one; `results` is what the autograder left of it, where Gradescope tells."""

    at: dt.datetime | None
    failed: bool
    results: Mapping[str, Any] | None


@dataclass(frozen=True)
class HandedIn:
    """This submission. `own_due`: where the students have more time than the class."""

    at: dt.datetime | None = None
    due: dt.datetime | None = None
    own_due: dt.datetime | None = None
    people: tuple[Identity, ...] = ()
    earlier: tuple[Earlier, ...] = ()

    @property
    def late(self) -> bool | None:
        """By Gradescope's own due date; None where there is none."""
        due = self.own_due or self.due
        return None if self.at is None or due is None else self.at > due

    @property
    def identity(self) -> Identity:
        """Of the first who handed in, with everything that a group has been given."""
        first = self.people[0] if self.people else Identity()
        more = (Extension(until=self.own_due),) if self.own_due is not None else ()
        return first.model_copy(update={"extensions": more})


def read(file: Path) -> HandedIn:
    """Of a file that is not there, or not as it should be, nothing is known."""
    try:
        told = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return HandedIn()
    assignment = _mapping(told, "assignment")
    due = moment(assignment.get("due_date"))
    users = [user for user in _list(told, "users") if isinstance(user, dict)]
    own = [at for user in users if (at := moment(_mapping(user, "assignment").get("due_date"))) is not None]
    latest = max(own, default=None)
    return HandedIn(
        at=moment(_mapping(told).get("created_at")),
        due=due,
        own_due=latest if latest is not None and (due is None or latest > due) else None,
        people=tuple(Identity(name=_text(user, "name"), email=_text(user, "email")) for user in users),
        earlier=_in_order(_list(told, "previous_submissions")),
    )


def moment(value: object) -> dt.datetime | None:
    """A time with its offset."""
    try:
        at = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=dt.UTC)


def _in_order(listed: list[Any]) -> tuple[Earlier, ...]:
    """From the first to the last; those without a time come first."""
    found = [_earlier(entry) for entry in listed if isinstance(entry, dict)]
    start = dt.datetime.min.replace(tzinfo=dt.UTC)
    return tuple(sorted(found, key=lambda one: one.at or start))


def _earlier(entry: Mapping[str, Any]) -> Earlier:
    results = entry.get("results")
    return Earlier(
        at=moment(entry.get("submission_time")),
        failed=entry.get("autograder_error") is True,
        results=results if isinstance(results, dict) else None,
    )


def _mapping(value: object, key: str | None = None) -> Mapping[str, Any]:
    found = value if key is None else value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _list(value: object, key: str) -> list[Any]:
    found = _mapping(value).get(key)
    return found if isinstance(found, list) else []


def _text(user: Mapping[str, Any], key: str) -> str:
    value = user.get(key)
    return value.strip() if isinstance(value, str) else ""
