"""What a notebook printed, read from its executed outputs: plain text by cell, and the numbers named in it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_R2 = (
    r"(?:r\s?\^\s?\{?2\}?|r\s?\*\*\s?2|r2(?!\.\d)|r\s2(?![.,]\d)|r[-_ ]?squared?|[r알]\s?제곱|결정\s?계수"
    r"|coefficient\sof\sdetermination)(?:[-_ ]?score)?(?![a-z0-9])"
)
_RMSE = (
    r"(?:rmses?|root[-_ ]mean[-_ ]squared?[-_ ]error|root[-_ ]mse|rms[-_ ]error|sqrt\s?\(\s?mse\s?\)|√\s?mse"
    r"|(?:제곱\s?)?평균\s?제곱근\s?(?:오차|편차)|평균\s?제곱\s?오차의\s?제곱근)(?![a-z])"
)
_OTHER = r"(?:mse|mae|mape|mean[-_ ](?:squared?|absolute)[-_ ]error|평균\s?(?:제곱|절대)\s?오차)(?![a-z])"
_WORD = r"(?:loss|cost|time|elapsed|epochs?|lr|acc|accuracy|손실|시간|정확도)(?![a-z])"  # ends the numbers of a label
_LABEL = re.compile(
    rf"(?:(?<![a-z0-9])|(?-i:(?<=[a-z])(?=R)))(?:(?P<r2>{_R2})|(?P<rmse>{_RMSE})|(?P<other>{_OTHER})|(?P<word>{_WORD}))",
    re.IGNORECASE,
)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?"
_NUMBER = re.compile(rf"(?<![a-z0-9_.])[-+]?{_DIGITS}(?:(?=\s?%)|(?![a-z_\d]|\.\d))", re.IGNORECASE)
_NO_VALUES = [  # numbers that name a setting, a bound or a spread
    re.compile(rf"(?<![-=])[<>≤≥]=?\s*[-+]?{_DIGITS}|(?:±|\+/-)\s*{_DIGITS}", re.IGNORECASE),
    re.compile(
        r"(?<![a-z])(?:epochs?|steps?|iter(?:ation)?s?|lr|n|k|fold|seed|model|layers?|에폭|모델)\s?[:=#]?\s?\d[\d,]*(?:\.\d+)?"
        r"(?:/\d+)?(?=\s?[:,)\]|]|\s)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<![\w.])\d[\d,]*(?:\.\d+)?\s?(?:epochs?|steps?|iter(?:ation)?s?|rows?|samples?|seconds?|secs?|s|ms|개|번|회|행|초|분|에폭)"
        r"(?![a-z])",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\w.])\d{1,3}\s?(?=[:=])"),
]
_WRAPPING = re.compile(
    r",\s*(?:device|dtype|grad_fn|requires_grad)\s*=\s*[^,()\n]*|(?:\b(?:np|numpy)\.)?\b(?:float|int|tensor|array)\d*(?=\()"
)
_ROOT = re.compile(
    r"squared\s*=\s*False|(?=.*(?:mse|mean_squared_error))(?:.*sqrt|.*\*\*\s*\(?(?:0?\.5|1\s*/\s*2))", re.DOTALL
)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_COLUMNS = [re.compile(separator) for separator in (r"\s*[|│┃║]\s*", r"\t+", r"\s*,\s*", r"\s{2,}", r"\s+")]
_REACH = 120  # characters from a label, or the last number after it, to the next number
_ROWS_BELOW = 50  # lines below a table's header
_MOST_CHARACTERS = 200_000  # of one cell's output; training logs are long, results are not


@dataclass(frozen=True)
class _Number:
    """A number as printed."""

    value: float
    whole: bool  # written without a decimal point or exponent
    percent: bool

    def as_metric(self, metric: str) -> float | None:
        """The value if it can be that metric's: an R² is at most 1 and has decimals, an RMSE is positive."""
        if not math.isfinite(self.value):
            return None
        if metric == "rmse":
            return self.value if self.value > 0 and not self.percent else None
        value = self.value / 100 if self.percent else self.value
        return value if value <= 1 and (self.percent or not self.whole) else None


def text_of(cell: dict[str, Any]) -> str:
    """Everything a reader sees as text under a cell; a bare number is preceded by the expression it is the value of."""
    parts = []
    for output in cell.get("outputs", []):
        if output.get("output_type") == "stream":
            parts.append(_joined(output.get("text")))
        elif output.get("output_type") in ("display_data", "execute_result"):
            data = output.get("data")
            data = data if isinstance(data, dict) else {}
            shown = _joined(data.get("text/markdown", data.get("text/plain")))
            if output["output_type"] == "execute_result" and _only_numbers(_plain(shown)):
                parts.append(_last_expression(_joined(cell.get("source"))))
            parts.append(shown)
    text = _ANSI.sub("", "\n".join(parts)).replace("\r\n", "\n").replace("\r", "\n")
    return text[-_MOST_CHARACTERS:]


def claims(text: str, metric: str) -> list[float]:
    """Numbers that `text` gives for "r2" or "rmse": after the label on its line, or in the rows below a header."""
    lines = _plain(text).split("\n")
    found: list[_Number] = []
    for place, line in enumerate(lines):
        if not any(match.lastgroup == metric for match in _LABEL.finditer(line)):
            continue
        pairs, unserved = _in_line(line)
        if metric in unserved:
            pairs = pairs + list(_below(line, unserved, lines[place + 1 : place + 1 + _ROWS_BELOW]))
        found += [number for name, number in pairs if name == metric]
    values = [number.as_metric(metric) for number in found]
    return [value for value in values if value is not None]


def _joined(text: Any) -> str:
    """Notebook files may hold text as a list of lines."""
    return "".join(map(str, text)) if isinstance(text, list) else "" if text is None else str(text)


def _last_expression(source: str) -> str:
    """The last statement without its numbers; `RMSE` where it takes the root of an MSE by other names."""
    lines = [line for line in source.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    start = next((i for i in range(len(lines) - 1, -1, -1) if lines[i][0] not in " \t)]}"), 0)
    expression = " ".join(lines[start:])
    return "RMSE" if _ROOT.search(expression) else _NUMBER.sub("", expression)


def _plain(text: str) -> str:
    return _WRAPPING.sub("", unicodedata.normalize("NFKC", text).replace("−", "-"))


def _numbers(text: str) -> list[_Number]:
    return [_number(text, match) for match in _NUMBER.finditer(text)]


def _number(text: str, match: re.Match[str]) -> _Number:
    written = match.group().replace(",", "")
    percent = text[match.end() : match.end() + 2].lstrip().startswith("%")
    return _Number(float(written), written.lstrip("+-").isdigit(), percent)


def _only_numbers(text: str) -> bool:
    rest, found = _NUMBER.subn(" ", text)
    return found > 0 and re.search(r"\w", rest) is None


Pairs = list[tuple[str, _Number]]


def _in_line(line: str) -> tuple[Pairs, list[str]]:
    """Numbers by the label before them, and the labels at the end of the line that have none."""
    pairs: Pairs = []
    names: list[str] = []
    numbers: list[_Number] = []
    last = 0
    line = _without_settings(line)
    for match in sorted([*_LABEL.finditer(line), *_NUMBER.finditer(line)], key=lambda m: m.start()):
        kind = match.lastgroup
        if kind is None:
            if names and match.start() - last <= _REACH:
                numbers.append(_number(line, match))
                last = match.end()
            continue
        if numbers:
            pairs += _shared_out(names, numbers)
            names, numbers = [], []
        if kind != "word":
            names.append(kind)
            last = match.end()
    return pairs + _shared_out(names, numbers), [] if numbers else names


def _without_settings(line: str) -> str:
    """The line with numbers that are no values blanked out, among them those of `R2 (3000 rows): `."""
    for match in _LABEL.finditer(line):
        note = re.compile(r"\s?\(([^()]*)\)(?=\s*[:=])").match(line, match.end())
        if note and not _LABEL.fullmatch(note[1].strip()):
            line = line[: note.start()] + " " * len(note[0]) + line[note.end() :]
    for pattern in _NO_VALUES:
        line = pattern.sub(lambda match: " " * len(match.group()), line)
    return line


def _shared_out(names: Sequence[str], numbers: Sequence[_Number]) -> Pairs:
    """`(RMSE, R2): (69937.1, 0.62)`: numbers in turn to the labels that stand together before them."""
    numbers = [number for number in numbers if not number.percent] or numbers
    labels = [name for before, name in zip(["", *names], names, strict=False) if name != before]
    if not labels or not numbers:
        return []
    if len(numbers) < len(labels):
        labels = labels[-len(numbers) :]
    rest = numbers[len(numbers) % len(labels) :]
    return [(labels[i % len(labels)], number) for i, number in enumerate(rest)]


def _below(header: str, names: list[str], lines: Sequence[str]) -> Iterator[tuple[str, _Number]]:
    """Numbers in the rows below a line of labels, by its columns counted from the right (row names may lack a head)."""
    misfits = 0
    served = False
    for row in lines:
        if not re.search(r"\w", row):
            continue
        numbers = _numbers(row)
        if not served and _only_numbers(row) and len(numbers) % len(names) == 0 and not _has_more_columns(header, row):
            yield from zip(names * (len(numbers) // len(names)), numbers, strict=True)
            return
        pairs = _by_column(header, row)
        if not pairs:
            misfits += 1
            if served or misfits > 1:
                return
        served |= bool(pairs)
        yield from pairs
