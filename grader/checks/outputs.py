"""What a notebook printed, read from its executed outputs: plain text by cell, and the numbers named in it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
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
_NUMBER = re.compile(rf"(?<![a-z0-9_.])[-+]?{_DIGITS}(?![a-z_\d]|\.\d)", re.IGNORECASE)
_LABEL_OR_NUMBER = re.compile(rf"{_LABEL.pattern}|(?P<number>{_NUMBER.pattern})", re.IGNORECASE)
_COUNTED = r"epochs?|steps?|iter(?:ation)?s?|rows?|samples?"
_NO_VALUE = re.compile(  # numbers that are a bound, a spread, a setting, a count or a name (`model 1: `)
    rf"(?<![-=])[<>≤≥]=?\s*[-+]?{_DIGITS}|(?:±|\+/-)\s*{_DIGITS}"
    rf"|(?<![a-z])(?:{_COUNTED}|n|k|에폭)\s?[:=]?\s?\d[\d,]{{0,12}}(?:/\d+)?(?![\d.])"
    rf"|(?<![\w.])\d[\d,]{{0,12}}\s?(?:{_COUNTED})(?![a-z])"
    r"|(?<![\w.])\d[\d,]{0,12}(?:개|번|회|행|에폭)|(?<![\w.,])\d[\d.]*\s?(?:seconds?|secs?|s|ms|초)(?![a-z])"
    r"|(?<![\w.,])\d{1,3}\s?(?=[:=])",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\s?\(([^()]*)\)(?=\s*[:=])")  # in `R2 (3000 rows): 0.62`
_WRAPPING = re.compile(
    r",\s*(?:device|dtype|grad_fn|requires_grad)\s*=\s*[^,()\n]*|(?:\b(?:np|numpy)\.)?\b(?:float|int|tensor|array)\d*(?=\()"
)
_SQUARED = re.compile(r"mse|mean_squared_error", re.IGNORECASE)
_ROOT = re.compile(r"sqrt|\*\*\s?\(?(?:0?\.5|1\s?/\s?2)")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_DRAWN = re.compile(r"\s*[\[(]?(?:<(?:matplotlib|Figure|Axes|seaborn)\b|(?:Text|Axes)\(|<[\w.]+ at 0x)")
_COLUMNS = [re.compile(separator) for separator in (r"[|│┃║]", r"\t+", r",", r"\s{2,}")]
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


Pairs = list[tuple[str, _Number]]  # the metric's name, and a number given for it


def text_of(cell: dict[str, Any]) -> str:
    """What a reader sees as text under a cell; a bare number is preceded by the metrics that its expression names."""
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


def words_of(cell: dict[str, Any]) -> str:
    """What a student may have written of the text under a cell: no warnings, no logs, no names of drawn things."""
    own = [output for output in cell.get("outputs", []) if output.get("name") != "stderr"]
    lines = text_of({**cell, "outputs": own}).split("\n")
    return "\n".join(line for line in lines if not _DRAWN.match(line))


def claims(text: str, metric: str) -> list[float]:
    """Numbers that `text` gives for "r2" or "rmse": after the label on its line, or in the rows below a header."""
    lines = _plain(text).split("\n")
    found: list[_Number] = []
    for place, line in enumerate(lines):
        if not any(match.lastgroup == metric for match in _LABEL.finditer(line)):
            continue
        pairs, unserved = _in_line(line)
        if metric in unserved:
            pairs += _below(line, unserved, lines[place + 1 : place + 1 + _ROWS_BELOW])
        found += [number for name, number in pairs if name == metric]
    values = [number.as_metric(metric) for number in found]
    return [value for value in values if value is not None]


def _joined(text: Any) -> str:
    """Notebook files may hold text as a list of lines."""
    return "".join(map(str, text)) if isinstance(text, list) else "" if text is None else str(text)


def _last_expression(source: str) -> str:
    """The metrics named in the last statement; `RMSE` where it takes the root of an MSE by other names."""
    lines = [line for line in source.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    start = next((i for i in range(len(lines) - 1, -1, -1) if lines[i][0] not in " \t)]}"), 0)
    expression = " ".join(lines[start:])
    if "squared=False" in expression or (_SQUARED.search(expression) and _ROOT.search(expression)):
        return "RMSE"
    return ", ".join(match.group() for match in _LABEL.finditer(expression) if match.lastgroup != "word")


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


def _in_line(line: str) -> tuple[Pairs, list[str]]:
    """Numbers by the label before them, and the labels at the end of the line that have none."""
    pairs: Pairs = []
    names: list[str] = []
    numbers: list[_Number] = []
    last = 0
    line = _without_settings(line)
    for match in _LABEL_OR_NUMBER.finditer(line):
        kind = str(match.lastgroup)
        if kind == "number":
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
    """The line with numbers that are no values blanked out, labels left alone."""
    kept = []
    place = 0
    for match in _LABEL.finditer(line):
        if match.lastgroup == "word" or match.start() < place:
            continue
        kept += [_NO_VALUE.sub(" ", line[place : match.start()]), match.group()]
        place = match.end()
        note = _NOTE.match(line, place)
        if note and not _LABEL.fullmatch(note[1].strip()):
            place = note.end()
    return "".join([*kept, _NO_VALUE.sub(" ", line[place:])])


def _shared_out(names: Sequence[str], numbers: Sequence[_Number]) -> Pairs:
    """`(RMSE, R2): (69937.1, 0.62)`: numbers in turn to the labels that stand together before them."""
    numbers = [number for number in numbers if not number.percent] or numbers
    labels = [name for before, name in zip(["", *names], names, strict=False) if name != before]
    if not labels or not numbers:
        return []
    labels = labels[-len(numbers) :]
    rest = numbers[len(numbers) % len(labels) :]
    return [(labels[i % len(labels)], number) for i, number in enumerate(rest)]


def _below(header: str, names: Sequence[str], lines: Sequence[str]) -> Pairs:
    """Numbers below a line of labels: as many as there are labels, or the rows of a table."""
    rows = (line for line in lines if re.search(r"\w", line))  # neither blank nor a rule
    first = next(rows, "")
    pairs = _by_column(header, first)
    if not pairs and _only_numbers(first) and len(numbers := _numbers(first)) == len(names):
        return list(zip(names, numbers, strict=True))
    # The first row may hold none: pandas writes the index's name there.
    others = takewhile(bool, (_by_column(header, row) for row in rows))
    return pairs + [pair for row in others for pair in row]


def _by_column(header: str, row: str) -> Pairs:
    """Numbers of a row by the labels of their columns, counted from the right: names of rows may lack a head."""
    if _LABEL.search(row):
        return []
    for separator in _COLUMNS:
        heads, cells = (separator.split(line.strip().strip("|│┃║ ")) for line in (header, row))
        if pairs := _matched(heads, cells):
            return pairs
    header = _LABEL.sub(lambda match: str(match.lastgroup), re.sub(r"\([^()]*\)", "", header))
    return _matched(header.split(), row.split(), columns_are_words=True)


def _matched(heads: Sequence[str], cells: Sequence[str], columns_are_words: bool = False) -> Pairs:
    more = len(cells) - len(heads)
    if more < 0 or (len(heads) == 1 and not (_LABEL.fullmatch(heads[0].strip()) and more <= 1)):
        return []
    pairs: Pairs = []
    for place, head in enumerate(heads):
        label = _LABEL.search(head)
        if label is None or label.lastgroup == "word":
            continue
        needed = cells[place + more :] if more or columns_are_words else [cells[place]]  # prose has no such rows
        if not all(_only_numbers(cell) for cell in needed) or len(numbers := _numbers(needed[0])) != 1:
            return []
        pairs.append((str(label.lastgroup), numbers[0]))
    return pairs
