"""Questions' names as ids here, and their titles."""

from __future__ import annotations

import re

_LONGEST_TITLE = 80


def id_of(name: str) -> str:
    return re.sub(r"[^\w.\- ]+", "-", name).strip("- ") or "question"


def first_line(words: str) -> str:
    """The beginning of a question's words, without Markdown's signs."""
    plain = re.sub(r"<!--.*?-->", "", words, flags=re.DOTALL)
    lines = (re.sub(r"^#+\s*|\*\*|__|`", "", line).strip() for line in plain.splitlines())
    first = next((line for line in lines if re.search(r"\w", line)), "")
    return first if len(first) <= _LONGEST_TITLE else f"{first[: _LONGEST_TITLE - 1].rstrip()}…"
