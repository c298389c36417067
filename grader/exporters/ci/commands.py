"""Workflow commands: what a line on the output of a GitHub Actions job can make the runner do, and how it cannot."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from typing import TextIO

from grader.errors import GraderError

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def on_github(environ: Mapping[str, str]) -> bool:
    return environ.get("GITHUB_ACTIONS") == "true"


def command(name: str, message: str, **properties: object) -> str:
    """`::name key=value,…::message`, with the message and each value escaped."""
    listed = ",".join(f"{key}={str(value).translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name}{' ' if listed else ''}{listed}::{message.translate(_DATA)}"


@contextlib.contextmanager
def no_commands(stream: TextIO, environ: Mapping[str, str]) -> Iterator[None]:
    """Whatever is written to `stream` meanwhile is no command to the runner; a student's words may look like one.

    After anything but a GraderError commands stay off: what is printed of it may hold such words too.
    """
    if not on_github(environ):
        yield
        return
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", file=stream, flush=True)
    try:
        yield
    except GraderError:
        print(f"\n::{token}::", file=stream, flush=True)
        raise
    print(f"\n::{token}::", file=stream, flush=True)


def json_without_commands(document: str) -> str:
    """The same JSON, in which no line is a command: where `##[` stands in one, it stands within a string."""
    return document.replace("##[", "\\u0023#[")


def disarmed(text: str) -> str:
    """One line for others to print somewhere in a line of theirs, where the old form of commands still works."""
    return text.replace("##[", "# #[")
