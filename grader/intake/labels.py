"""What the names of files and folders tell: who handed in, late or not, in which order."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.model import Identity
from grader.names import printable

# Canvas: name_LATE_user_attachment_file, or for a text or a link name_LATE_user_text.html; without names anon_id_…
_CANVAS = re.compile(
    r"(?P<name>.*?)(?P<late>_LATE)?_(?P<user>\d+)_(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<entry>text|link)\.html)",
    re.DOTALL,
)
_CANVAS_BLIND = re.compile(
    r"anon_(?P<user>[A-Za-z0-9]{5})(?P<late>_LATE)?_(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<entry>text|link)\.html)",
    re.DOTALL,
)
# Moodle: a folder, or in the flat form the beginning of a file's name; the number is the worksheet's, not the user's.
_MOODLE = re.compile(
    r"(?P<name>.*?)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<file>.*))?", re.DOTALL
)
_NUMBER = re.compile(r"(?<!\d)(?:\d{4}-\d{4,6}|[A-Za-z]?\d{7,10})(?!\d)")
_DATE = re.compile(r"20[0-3]\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])")
_BETWEEN = re.compile(r"[_\s\-\[\](){}.,+~·]+")
_OF_THE_HOMEWORK = re.compile(
    r"(?:hw|homework|assignment|assn|week|ver|v|p|part|final|submission|submit|report|copy|of|the|pytorch|seminar|colab"
    r"|과제|숙제|실습|제출|제출용|제출본|최종|최종본|진짜최종|수정|수정본|보고서|레포트|리포트|사본|의|복사본|딥러닝|파이토치|세미나|주차"
    r"|이론|코드|답안|학번|이름)*\d*(?:차|주차|번)?",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?P<base>.+?)(?:\s*\((?P<copy>\d{1,3})\)|-(?P<upload>\d{1,2}))", re.DOTALL)


@dataclass(frozen=True)
class Label:
    """One name of an export, taken apart. `file` is the name that the student gave, "" for a folder."""

    export: str
    identity: Identity
    shown: str  # who handed in, as far as the name tells
    file: str
    late: bool | None = None
    attachment: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What is one student's in one export."""
        return self.export, self.identity.lms_id


def canvas(name: str) -> Label | None:
    """A name in a Canvas submissions zip."""
    plain = nfc(name)
    blind = _CANVAS_BLIND.fullmatch(plain)
    found = blind or _CANVAS.fullmatch(plain)
    if found is None:
        return None
    told = "" if blind else found["name"]
    identity = Identity(name=told, lms_id=found["user"])
    file = found["file"] or f"{found['entry']}.html"
    shown = told or (f"anon {found['user']}" if blind else found["user"])
    return Label("canvas", identity, shown, file, found["late"] is not None, int(found["attachment"] or 0))


def moodle(name: str) -> Label | None:
    """A folder or a file of the flat form in a Moodle submissions zip."""
    found = _MOODLE.fullmatch(nfc(name))
    if found is None:
        return None
    told = found["name"].replace("_", " ").strip()
    return Label("moodle", Identity(name=told, lms_id=found["id"]), told or found["id"], (found["file"] or "").strip())


def without_name(label: Label) -> Label:
    """Of a blind export, where all names are the word for a participant."""
    identity = label.identity.model_copy(update={"name": ""})
    return Label(label.export, identity, f"{label.shown} {identity.lms_id}", label.file, label.late, label.attachment)


def of_name(name: str) -> tuple[str, Identity]:
    """Who handed in by the name of a file (without suffix) or folder: what to call them, and what is known.

    With a student's number (`20231234_김서연_hw1`) number and name; else the whole name, and nothing is known for sure.
    """
    whole = printable(nfc(name))
    numbers = [m[0] for m in _NUMBER.finditer(whole)]
    number = next((n for n in numbers if not _DATE.fullmatch(n)), "")
    dated = not number and bool(numbers)
    rest = whole.replace(number or (numbers[0] if dated else ""), " ")
    words = [w for w in _BETWEEN.split(rest) if w and not w.isdigit() and not _OF_THE_HOMEWORK.fullmatch(w)]
    korean = [w for w in words if re.fullmatch(r"[가-힣]{2,5}", w)]
    told = korean[0] if korean else " ".join(words[:3]) if all(w.isalpha() for w in words) else ""
    if dated and korean:  # `20230101` may be a number or a day: beside a name it is rather a number
        number = numbers[0]
    if not number:
        return whole, Identity()
    return f"{number} {told}".strip(), Identity(number=number, name=told)


def version(name: str) -> tuple[str, int]:
    """A file's name without the number of a copy or a repeated upload, and that number: `hw1-2.ipynb`, `hw1 (2).ipynb`.

    The number is 0 where there is none.
    """
    path = PurePosixPath(nfc(name))
    found = _VERSION.fullmatch(path.stem)
    if found is None:
        return path.as_posix(), 0
    return path.with_name(found["base"] + path.suffix).as_posix(), int(found["copy"] or found["upload"])


def is_of_the_homework(word: str) -> bool:
    """Whether a word names the homework, `hw1`, `과제1`, `최종`, rather than anybody."""
    return _OF_THE_HOMEWORK.fullmatch(word) is not None


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
