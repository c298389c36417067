"""A course list in a CSV: a university's own, a Canvas gradebook, or a Moodle grading worksheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from grader.errors import GraderError
from grader.intake.roster import Roster
from grader.model import Deadline, Extension, Identity
from grader.names import printable
from grader.times import duration, moment

_HEADERS = {
    "number": (
        "학번",
        "학생번호",
        "학생학번",
        "수험번호",
        "studentnumber",
        "studentno",
        "studentid",
        "idnumber",
        "id번호",
        "sid",
    ),
    "sis": ("sisuserid",),
    "lms_id": ("id", "identifier", "식별자", "식별번호", "canvasid", "userid"),
    "name": (
        *("전체이름", "성명", "성함", "이름", "한글이름", "학생이름", "학생명", "학생", "이름성", "성이름"),
        *("fullname", "name", "student", "studentname", "firstnamelastname", "firstnamesurname", "lastnamefirstname"),
    ),
    "first": ("firstname", "givenname"),
    "last": ("lastname", "surname", "familyname", "성"),
    "login": ("아이디", "login", "loginid", "sisloginid", "username", "사용자이름", "github", "githubusername"),
    "group": ("조", "조이름", "조번호", "팀", "팀이름", "팀명", "모둠", "group", "groupname", "team", "teamname"),
    "extension": ("연장", "마감연장", "연장마감", "기한연장", "연장기한", "마감", "extension", "deadline", "duedate"),
    "submitted": ("제출시각", "제출일시", "제출시간", "submittedat", "submitted", "submissiontime"),
    "email": ("이메일", "이메일주소", "메일", "전자메일", "전자우편", "email", "emailaddress", "mail"),
}
_COLUMN = {header: kind for kind, headers in _HEADERS.items() for header in headers}
# parts of longer headers, such as `사용자 전체 이름`, where no column has the name itself
_PARTS = {"email": ("이메일", "email"), "name": ("전체이름", "fullname", "성명"), "number": ("학번", "idnumber")}
_PARTICIPANT = re.compile(r"\D+\s?(\d+)")  # `Participant 12345`, in the language of the site
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_MOST_ABOVE = 10  # lines before the header, such as the name of the course
_MAX_BYTES = 10_000_000
_LONGEST_EXTENSION = 61  # days; more is sooner a slip of the pen
_NO_EXTENSION = ("", "-", "0", "0.0", "x", "no", "none", "없음")
_LATE, _IN_TIME = ("late", "지각"), ("in time", "제때")  # of who handed in at a time that is not known
_NO_GROUP = ("", "-", "없음", "none", "None")
_LARGEST_GROUP = 12
_NOT_A_STUDENT = re.compile(r"points possible|student, test|test student|학생, 테스트", re.IGNORECASE)


def read(file: Path, deadline: Deadline | None = None) -> Roster:
    """Read a roster. Raises GraderError, with the mend, for a file that is none, and for an extension that is none.

    `deadline`: an extension that ends before it is a slip of the pen; times are by its clocks.
    """
    rows = _rows(file)
    at, columns = _header(rows)
    if not columns:
        mend = "give a CSV with a header line that names a column 학번, 이름, name, ID or e-mail"
        raise GraderError(f"{file}: no column of a roster is recognised: {mend}")
    students: dict[tuple[str, ...], Identity] = {}
    owners: dict[str, tuple[int, Identity]] = {}
    times: dict[Identity, dt.datetime | bool] = {}
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        student = _student(row, columns)
        if student is None or _NOT_A_STUDENT.search(student.name):
            continue
        told, where = _told(row, columns), f"{file}: line {number}"
        extended = _extensions(where, told.get("extension", ""), deadline)
        student = student.model_copy(update={"extensions": extended})
        if (handed_in := _submitted(where, told.get("submitted", ""), deadline)) is not None:
            times[student] = handed_in
        students.setdefault((student.number, student.lms_id, student.login, student.email, student.name), student)
        line, owner = owners.setdefault(student.number or f"line {number}", (number, student))
        if owner != student:
            mend = "correct one of them"
            raise GraderError(f"{file}: lines {line} and {number} have one number, {student.number}: {mend}")
    if not students:
        raise GraderError(f"{file}: no student below the header line: is it the right file?")
    _check_groups(file, students.values())
    return Roster(list(students.values()), times)


def identities(rows: Sequence[Sequence[str]]) -> dict[int, Identity]:
    """What each line below the header tells of its student, by the line's place; lines of nobody are left out."""
    at, columns = _header(rows)
    told = {place: _student(row, columns) for place, row in enumerate(rows) if place > at}
    return {
        place: student
        for place, student in told.items()
        if student is not None and not _NOT_A_STUDENT.search(student.name)
    }


def _rows(file: Path) -> list[list[str]]:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise GraderError(f"{file} has more than {_MAX_BYTES / 1e6:.0f} MB: is it the roster?")
        raw = file.read_bytes()
    except OSError as error:
        raise GraderError(f"{file} cannot be opened: {error.strerror}") from None
    if raw[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise GraderError(f"{file} is a spreadsheet: save it as CSV")
    text = _decoded(file, raw)
    first = text.splitlines()[:_MOST_ABOVE]
    delimiter = max(",;\t", key=lambda sign: max((line.count(sign) for line in first), default=0))
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise GraderError(f"{file} is not a CSV ({error}): save it again as CSV") from None


def _decoded(file: Path, raw: bytes) -> str:
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise GraderError(f"{file} is neither UTF-8 nor CP949: save it as `CSV UTF-8`")


def _header(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The header's place and its columns by kind: that with most of them among the first lines."""
    best: tuple[int, dict[str, int]] = (0, {})
    for at, row in enumerate(rows[:_MOST_ABOVE]):
        columns = _columns(row, rows[at + 1 :])
        if columns and "lms_id" not in columns and _are_participants(rows[at + 1 : at + 4]):
            columns["lms_id"] = 0
        if len(columns) > len(best[1]):
            best = (at, columns)
    return best


def _columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """Columns by kind: by the whole header, the names that tell most first, else by a part of it.

    Below a name stand names: a column of e-mail addresses is none, whatever its header says.
    """
    plain = [re.sub(r"[\s_.\-'\"()/]+", "", unicodedata.normalize("NFKC", cell)).casefold() for cell in header]
    columns: dict[str, int] = {}
    for place in sorted(range(len(plain)), key=lambda place: _rank(plain[place])):
        kind = _COLUMN.get(plain[place])
        if kind == "name" and _are_addresses(rows, place):
            kind = "email"
        if kind is not None:
            columns.setdefault(kind, place)
    for kind, parts in _PARTS.items():
        fitting = [place for place, told in enumerate(plain) if any(part in told for part in parts)]
        free = [place for place in fitting if place not in columns.values()]
        if kind not in columns and free and not (kind == "name" and _are_addresses(rows, free[0])):
            columns[kind] = free[0]
    return columns


def _rank(header: str) -> int:
    names = _HEADERS["name"]
    return names.index(header) if header in names else len(names)


def _are_addresses(rows: Sequence[Sequence[str]], place: int) -> bool:
    cells = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
    return bool(cells) and all(_ADDRESS.fullmatch(cell) for cell in cells)


def _are_participants(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first cells are a word and a number, under whatever header: Moodle's identifier."""
    cells = [row[0].strip() for row in rows if row and row[0].strip()]
    return bool(cells) and all(_PARTICIPANT.fullmatch(cell) for cell in cells)


def _extensions(where: str, cell: str, deadline: Deadline | None) -> tuple[Extension, ...]:
    """`+2d`, `2일`, `2` (days), or a date with or without a time."""
    if cell.casefold() in _NO_EXTENSION:
        return ()
    until = moment(cell)
    by = duration(f"{cell} days" if re.fullmatch(r"\+?\d+(\.\d+)?", cell) else cell) if until is None else None
    if by is not None and by.days >= _LONGEST_EXTENSION:
        mend = "write fewer, or the date until when"
        raise GraderError(f"{where}: an extension by {by.days} days (`{printable(cell)}`): {mend}")
    if by is None and until is None:
        mend = "write days (`+2d`, `2일`) or a date and time (`2026-04-05 23:59`)"
        raise GraderError(f"{where}: `{printable(cell)}` is no extension: {mend}")
    extension = Extension(by=by) if by is not None else Extension(until=until[0] if until else None)
    if deadline is not None and extension.until and deadline.moment(extension.until) < deadline.due():
        told = f"the extension to {cell} ends before the deadline, {deadline.due():%Y-%m-%d %H:%M %Z}"
        raise GraderError(f"{where}: {told}: correct it")
    return (extension,)


def _submitted(where: str, cell: str, deadline: Deadline | None) -> dt.datetime | bool | None:
    """When a student handed in, by the clocks of the deadline, or whether late.

    Without a deadline a moment is as it is written, and nobody asks about what is none.
    """
    if cell.casefold() in (*_LATE, *_IN_TIME):
        return cell.casefold() in _LATE
    found = moment(cell)
    if cell in ("", "-") or (deadline is None and not (found and found[1])):
        return None
    if found is None or not found[1]:
        mend = "write date and time (`2026-04-03 23:59`), `late` or `in time`, or nothing where they are not known"
        raise GraderError(f"{where}: `{printable(cell)}` is no moment: {mend}")
    return deadline.moment(found[0]) if deadline is not None else found[0]


def _check_groups(file: Path, students: Iterable[Identity]) -> None:
    """A column of sections would give everybody in one the work of somebody else."""
    sizes = Counter(student.group for student in students if student.group)
    largest, size = max(sizes.items(), key=lambda pair: pair[1], default=("", 0))
    if size > _LARGEST_GROUP:
        mend = f"at most {_LARGEST_GROUP} can be one; name a column of sections `section` or `분반`"
        raise GraderError(f"{file}: the {size} students of {printable(largest)} would hand in as one group: {mend}")


def _told(row: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    return {kind: _plain(row[place]) if place < len(row) else "" for kind, place in columns.items()}


def _student(row: Sequence[str], columns: Mapping[str, int]) -> Identity | None:
    told = _told(row, columns)
    lms_id = told.get("lms_id", "")
    participant = _PARTICIPANT.fullmatch(lms_id)
    number, group = told.get("number") or told.get("sis") or "", told.get("group", "")
    if not number and "number" not in columns and "sis" not in columns and not participant:
        number = lms_id if re.fullmatch(r"[A-Za-z]?[\d-]{7,11}", lms_id) else ""  # a plain `ID` may be either
    name = _name(told.get("name", ""), told.get("last", ""), told.get("first", ""))
    found = Identity(
        name="" if _ADDRESS.fullmatch(name) else name,
        number=re.sub(r"\.0$", "", number),
        lms_id=participant[1] if participant else lms_id,
        login=told.get("login", ""),
        email=told.get("email", "") or (name if _ADDRESS.fullmatch(name) else ""),
        group=re.sub(r"^(\d+)\.0$", r"\1", group) if group not in _NO_GROUP else "",
    )
    return found if any((found.name, found.number, found.lms_id, found.login, found.email)) else None


def _plain(cell: str) -> str:
    """A cell without what spreadsheets put around a number: `="2023"`, `'2023`."""
    text = unicodedata.normalize("NFC", cell).strip()
    guarded = re.fullmatch(r'="?(.*?)"?', text)
    return " ".join((guarded[1] if guarded else text).lstrip("'").split())


def _name(name: str, last: str, first: str) -> str:
    """`이름` is a whole name, or beside `성` the given one."""
    if name and last and not first and last not in name:
        return _whole_name(last, name)
    return name or _whole_name(last, first)


def _whole_name(last: str, first: str) -> str:
    """Korean names are written together, family name first."""
    if re.fullmatch(r"[가-힣]+", last + first):
        return last + first
    return f"{first} {last}".strip()
