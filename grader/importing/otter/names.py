"""Questions' names as ids here."""

from __future__ import annotations

import re


def id_of(name: str) -> str:
    return re.sub(r"[^\w.\- ]+", "-", name).strip("- ") or "question"
