"""A Gradescope export: folders or files, and `submission_metadata.yml`, which says whose each of them is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from grader.errors import SubmissionError
from grader.model import Identity

METADATA = "submission_metadata.yml"
_MAX_BYTES = 50_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # both build plain values only; the one in C reads in seconds


@dataclass(frozen=True)
class Submitted:
    """Who handed in one folder or file of the export, and when."""

    people: tuple[Identity, ...]
    at: dt.datetime | None
    late: bool | None


def read(file: Path) -> dict[str, Submitted]:
    """By the name of the folder or file. Raises SubmissionError if the file is no YAML mapping."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise SubmissionError(f"{METADATA} has more than {_MAX_BYTES / 1e6:.0f} MB: export the submissions again")
        content = yaml.load(file.read_bytes(), Loader=_LOADER)
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
        detail = " ".join(str(error).split())[:200]
        raise SubmissionError(f"{METADATA} cannot be read ({detail}): export the submissions again") from None
    if not isinstance(content, dict):
        raise SubmissionError(f"{METADATA} does not say whose the submissions are: export them again")
    return {str(name): _submitted(entry) for name, entry in content.items() if isinstance(entry, dict)}


def _submitted(entry: Mapping[Any, Any]) -> Submitted:
    people = _value(entry, "submitters")
    found = [_identity(person) for person in people if isinstance(person, dict)] if isinstance(people, list) else []
    at, late = _value(entry, "created_at"), _value(entry, "late")
    return Submitted(tuple(found), _moment(at), late if isinstance(late, bool) else None)


def _identity(person: Mapping[Any, Any]) -> Identity:
    told = {key: _value(person, key) for key in ("name", "sid", "email")}
    words = {key: "" if value is None else str(value).strip() for key, value in told.items()}
    return Identity(name=words["name"], number=words["sid"], email=words["email"])


def _value(mapping: Mapping[Any, Any], key: str) -> Any:
    """The keys are Ruby symbols, `:name`; other exports write plain ones."""
    return mapping.get(f":{key}", mapping.get(key))


def _moment(value: object) -> dt.datetime | None:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value.replace(" UTC", "+00:00"))
        except ValueError:
            return None
    if not isinstance(value, dt.datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
