"""What a notebook printed, read from its executed outputs: plain text by cell, and the numbers named in it."""

from __future__ import annotations

import re
from typing import Any

_R2 = r"r\s?[2²]|r\s?\^\s?\{?2\}?|r\s?\*\*\s?2|r[-_ ]?squared|r2_score|결정\s?계수"
_RMSE = r"rmse|root[- ]mean[- ]squared?[- ]error|평균\s?제곱근\s?오차"
_LABELS = {"r2": re.compile(rf"(?<![a-z0-9])(?:{_R2})(?![a-z0-9])", re.IGNORECASE)}
_LABELS["rmse"] = re.compile(rf"(?<![a-z])(?:{_RMSE})(?![a-z])", re.IGNORECASE)
_ANY_LABEL = re.compile(rf"(?<![a-z0-9])(?:{_R2}|{_RMSE}|mse|mae)(?![a-z0-9])", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?(?![A-Za-z_\d]|\.\d)", re.IGNORECASE
)
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_REACH = 120  # characters after a label in which its number stands
_ROWS_BELOW = 6  # lines below a table's header
_MOST_CHARACTERS = 200_000  # of one cell's output; training logs are long, results are not


def text_of(cell: dict[str, Any]) -> str:
    """Everything a reader sees as text under a cell; a bare last expression is preceded by its source line."""
    parts = []
    for output in cell.get("outputs", []):
        if output.get("output_type") == "stream":
            parts.append(str(output.get("text", "")))
        elif output.get("output_type") in ("display_data", "execute_result"):
            data = output.get("data", {})
            shown = str(data.get("text/markdown", data.get("text/plain", "")))
            last_line = cell.get("source", "").rstrip().rsplit("\n", 1)[-1]
            is_number = output["output_type"] == "execute_result" and _NUMBER.fullmatch(shown.strip()) is not None
            parts.append(f"{last_line} {shown}" if is_number else shown)
    return _ANSI.sub("", "\n".join(parts))[-_MOST_CHARACTERS:]


def claims(text: str, metric: str) -> list[float]:
    """Numbers that `text` gives for "r2" or "rmse": after the label on its line, or in the rows below a header."""
    numbers: list[float] = []
    for match in _LABELS[metric].finditer(text):
        rest = text[match.end() : match.end() + _REACH]
        line = rest.split("\n", 1)[0]
        following = _ANY_LABEL.search(line)
        found = _numbers(line[: following.start()] if following else line)
        if not found:
            below = text[match.end() :].split("\n")[1 : 1 + _ROWS_BELOW]
            found = [number for row in below for number in _numbers(row)]
        numbers += found
    if metric == "r2":
        return [number for number in numbers if number <= 1 and number != int(number)]
    return [number for number in numbers if number > 0]


def _numbers(text: str) -> list[float]:
    return [float(match.group().replace(",", "")) for match in _NUMBER.finditer(text)]
