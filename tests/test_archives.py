"""Odd archives: every one has a defined status within a second, none crashes the class, none is skipped."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from exports import notebook, zipped
from pace import costing_less_than
from test_submissions import HOMEWORK

from grader.errors import SubmissionError
from grader.intake import caps
from grader.intake.room import Room
from grader.submissions import Class, collect_class

GOOD = notebook("#md # P1\n답")


@dataclass(frozen=True)
class Odd:
    """A hand-in `이름.zip` (or with another suffix) of a student, and what becomes of it.

    `says` stands in a warning of the student's; `graded` tells whether a notebook was found all the same.
    """

    suffix: str
    data: bytes
    says: str = ""
    graded: bool = False


def entry(name: str, data: bytes = GOOD, **told: int) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    for key, value in told.items():
        setattr(info, key, value)
    return info, data


def made(*entries: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for info, content in entries:
            archive.writestr(info, content)
    return data.getvalue()


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    return entry(name, target.encode(), create_system=3, external_attr=(stat.S_IFLNK | 0o777) << 16)


def patched(data: bytes, local: int, central: int, value: bytes) -> bytes:
    """The same bytes at a place of every local header and of every entry of the directory."""
    raw = bytearray(data)
    for mark, at in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        place = raw.find(mark)
        while place >= 0:
            raw[place + at : place + at + len(value)] = value
            place = raw.find(mark, place + 4)
    return bytes(raw)


def overlapping() -> bytes:
    """Fifty entries of the directory lead to one local header, as in the better zip bombs."""
    raw = zipped({"hw1.ipynb": GOOD})
    start = raw.find(b"PK\x01\x02")
    end = raw.find(b"PK\x05\x06")
    directory = raw[start:end] * 50
    return raw[:start] + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 50, 50, len(directory), start, 0)


def bomb(megabytes: int) -> bytes:
    return zipped({"zeros.csv": bytes(megabytes << 20), "hw1.ipynb": GOOD})


def claims(size: int) -> bytes:
    """An entry that says it is larger than it is."""
    return patched(zipped({"hw1.ipynb": GOOD}), 22, 24, struct.pack("<L", size))


def many(count: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            archive.writestr(f"{number}.txt", b"")
    return data.getvalue()


def nested(depth: int) -> bytes:
    data = GOOD
    for number in range(depth):
        data = zipped({f"{number}.zip" if number else "hw1.ipynb": data})
    return data


def tarred(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return data.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def backwards() -> bytes:
    """A header whose size is negative: some readers go round in a circle."""
    raw = bytearray(tarred((member("hw1.ipynb"), b"x" * 600), (member("b.ipynb"), GOOD)))
    raw[124:136] = b"\xff" * 11 + b"\x00"
    raw[148:156] = b"        "
    raw[148:155] = b"%06o\0" % sum(raw[:512])
    return bytes(raw)


def long_header() -> bytes:
    """A tar.gz of a few kB whose first header claims gigabytes."""
    head = bytearray(tarfile.TarInfo("x").tobuf(tarfile.GNU_FORMAT))
    head[156:157] = b"x"
    head[124:136] = b"77777777777\0"
    head[148:156] = b"        "
    head[148:155] = b"%06o\0" % sum(head)
    return gzip.compress(bytes(head) + bytes(20 << 20))


LINKS = tarred((member("hw1.ipynb"), GOOD), (member("a.ipynb", tarfile.SYMTYPE, "/etc/passwd"), b""))
HARD = tarred((member("hw1.ipynb"), GOOD), (member("b.ipynb", tarfile.LNKTYPE, "../../secret"), b""))
DEVICE = tarred((member("hw1.ipynb", tarfile.CHRTYPE), b""), (member("pipe.ipynb", tarfile.FIFOTYPE), b""))
WHOLE = zipped({"hw1.ipynb": GOOD})
BAD_CRC = patched(WHOLE, 14, 16, b"\0\0\0\0")

CORPUS: dict[str, Callable[[], Odd]] = {
    "plain": lambda: Odd(".zip", WHOLE, graded=True),
    "plain tar": lambda: Odd(".tar", tarred((member("hw1.ipynb"), GOOD)), graded=True),
    "tar.gz": lambda: Odd(".tar.gz", gzip.compress(tarred((member("hw1.ipynb"), GOOD))), graded=True),
    "tgz": lambda: Odd(".tgz", gzip.compress(tarred((member("hw1.ipynb"), GOOD))), graded=True),
    "tar.bz2": lambda: Odd(".tar.bz2", bz2.compress(tarred((member("hw1.ipynb"), GOOD))), graded=True),
    "zip in zip": lambda: Odd(".zip", nested(2), graded=True),
    "zip in zip in zip": lambda: Odd(".zip", nested(3), graded=True),
    "nested too deep": lambda: Odd(".zip", nested(6), "too deep to be opened"),
    "empty file": lambda: Odd(".zip", b"", "is an empty file"),
    "empty archive": lambda: Odd(".zip", zipped({}), "no notebook in"),
    "no archive": lambda: Odd(".zip", b"hello", "is not a whole zip archive"),
    "cut off": lambda: Odd(".zip", WHOLE[: len(WHOLE) // 2], "is not a whole zip archive"),
    "cut off in the directory": lambda: Odd(".zip", WHOLE[:-30], "is not a whole zip archive"),
    "wrong checksum": lambda: Odd(".zip", BAD_CRC, "is damaged (Bad CRC-32"),
    "broken stream": lambda: Odd(
        ".zip", WHOLE.replace(zlib.compress(GOOD)[2:12], b"\xff" * 10), "hw1.ipynb in 김서연.zip is damaged"
    ),
    "encrypted": lambda: Odd(
        ".zip", patched(WHOLE, 6, 8, b"\x01\x00"), "is encrypted: pack it again without a password"
    ),
    "deflate64": lambda: Odd(
        ".zip", patched(WHOLE, 8, 10, b"\x09\x00"), "is packed with a method that is not supported (9)"
    ),
    "lzma": lambda: Odd(
        ".zip", patched(WHOLE, 8, 10, b"\x0e\x00"), "is packed with a method that is not supported (14)"
    ),
    "bomb": lambda: Odd(".zip", bomb(60), "times its size, as bombs do", graded=True),
    "bomb in a bomb": lambda: Odd(".zip", zipped({"a.zip": bomb(60)}), "times its size, as bombs do", graded=True),
    "entry too large": lambda: Odd(".zip", claims(0xF0000000), "is larger than 200 MB"),
    "entry shorter than it says": lambda: Odd(".zip", claims(9_000_000), graded=True),
    "entries overlap": lambda: Odd(".zip", overlapping(), "has entries that overlap, as bombs do"),
    "too many entries": lambda: Odd(".zip", many(20_001), "has more than 20000 entries"),
    "parent folders": lambda: Odd(".zip", made(entry("../../../evil.ipynb")), "leads outside with `..`"),
    "absolute": lambda: Odd(".zip", made(entry("/etc/cron.d/evil.ipynb")), "has an absolute path"),
    "drive": lambda: Odd(".zip", made(entry("C:\\windows\\evil.ipynb")), "has an absolute path"),
    "backslashes": lambda: Odd(".zip", made(entry("hw\\sub\\hw1.ipynb")), graded=True),
    "backslashes to parents": lambda: Odd(".zip", made(entry("..\\..\\hw1.ipynb")), "leads outside with `..`"),
    "one bad path among good": lambda: Odd(".zip", made(entry("../x.ipynb"), entry("hw1.ipynb")), "`..`", graded=True),
    "very long name": lambda: Odd(".zip", made(entry("가" * 400 + "/hw1.ipynb")), graded=True),
    "path too long": lambda: Odd(".zip", made(entry("a/" * 600 + "hw1.ipynb")), "far too long"),
    "nul in the name": lambda: Odd(
        ".zip", made(entry("hw1.ipynb")).replace(b"hw1.ipynb", b"hw1.ip\0nb"), "no notebook in"
    ),
    "link": lambda: Odd(".zip", made(link("hw1.ipynb", "/etc/passwd")), "is a link, and links are not followed"),
    "link beside work": lambda: Odd(".zip", made(link("data", ".."), entry("hw1.ipynb")), "is a link", graded=True),
    "pipe": lambda: Odd(
        ".zip",
        made(entry("hw1.ipynb", b"", create_system=3, external_attr=stat.S_IFIFO << 16)),
        "is a pipe or a device",
    ),
    "twice the same name": lambda: Odd(".zip", _twice(), "the newest, hw1 (2).ipynb, counts", graded=True),
    "names that differ in case": lambda: Odd(
        ".zip", zipped({"HW1.ipynb": GOOD, "hw1.ipynb": GOOD}), "several", graded=True
    ),
    "a file and a folder of one name": lambda: Odd(".zip", zipped({"hw1": b"", "hw1/a.ipynb": GOOD}), graded=True),
    "leftovers of machines": lambda: Odd(
        ".zip",
        zipped({"__MACOSX/._hw1.ipynb": b"x", ".DS_Store": b"", "Thumbs.db": b"", "hw1.ipynb": GOOD}),
        graded=True,
    ),
    "checkpoints": lambda: Odd(
        ".zip", zipped({".ipynb_checkpoints/hw1-checkpoint.ipynb": GOOD * 2, "hw1.ipynb": GOOD}), graded=True
    ),
    "with bytes before it": lambda: Odd(".zip", b"#!/bin/sh\n" + WHOLE, graded=True),
    "7z": lambda: Odd(".7z", b"7z\xbc\xaf\x27\x1c\0\4", "is a 7z archive, which is not opened"),
    "7z called zip": lambda: Odd(".zip", b"7z\xbc\xaf\x27\x1c\0\4", "is a 7z archive, which is not opened"),
    "rar": lambda: Odd(".rar", b"Rar!\x1a\x07\x01\0", "is a RAR archive, which is not opened"),
    "alzip": lambda: Odd(".egg", b"EGGA\0\1", "is an ALZip archive, which is not opened"),
    "xz": lambda: Odd(".tar.xz", lzma.compress(b"x"), "is an xz archive, which is not opened"),
    "gzipped notebook": lambda: Odd(".ipynb.gz", gzip.compress(GOOD), "is a gzip file, which is not opened"),
    "no tar": lambda: Odd(".tar", b"hello" * 300, "is not a whole tar archive"),
    "no gzip": lambda: Odd(".tar.gz", b"\x1f\x8bnothing", "is not a whole tar archive"),
    "tar cut off": lambda: Odd(".tar", tarred((member("hw1.ipynb"), GOOD * 30))[:1024], "is not a whole tar archive"),
    "tar link": lambda: Odd(".tar", LINKS, "a.ipynb in 김서연.tar is a link", graded=True),
    "tar hard link": lambda: Odd(".tar", HARD, "b.ipynb in 김서연.tar is a link", graded=True),
    "tar device": lambda: Odd(".tar", DEVICE, "is a pipe, a device or has holes"),
    "tar to parents": lambda: Odd(".tar", tarred((member("../../hw1.ipynb"), GOOD)), "leads outside with `..`"),
    "tar absolute": lambda: Odd(".tar", tarred((member("/root/hw1.ipynb"), GOOD)), "has an absolute path"),
    "tar that runs backwards": lambda: Odd(".tar", backwards(), "김서연.tar"),
    "tar header of gigabytes": lambda: Odd(".tar.gz", long_header(), "김서연.tar.gz"),
}


def _twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return made(entry("hw1.ipynb", notebook("#md # P1\n옛")), entry("hw1.ipynb", notebook("#md # P1\n새것")))


def collected(path: Path) -> Class:
    with Room() as room:
        theirs = collect_class([path], HOMEWORK, room=room)
        return replace(theirs, submissions=tuple(theirs.submissions))


@pytest.mark.parametrize("name", CORPUS)
def test_an_odd_archive_has_a_defined_status(name: str, tmp_path: Path) -> None:
    odd = CORPUS[name]()
    (tmp_path / f"김서연{odd.suffix}").write_bytes(odd.data)
    (tmp_path / "이도윤.zip").write_bytes(WHOLE)
    with costing_less_than(10):
        found = {submission.student: submission for submission in collected(tmp_path).submissions}
    assert len(found) == 2
    assert found["이도윤"].notebook is not None
    (theirs,) = [submission for student, submission in found.items() if student != "이도윤"]
    assert theirs.student.startswith("김서연")
    assert (theirs.notebook is not None) == odd.graded
    assert bool(theirs.warnings) == bool(odd.says)
    assert any(odd.says in warning for warning in theirs.warnings) or not odd.says
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([f"김서연{odd.suffix}", "이도윤.zip"])


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 30


@pytest.mark.parametrize("name", ["empty file", "no archive", "entries overlap", "7z", "tar that runs backwards"])
def test_the_same_given_by_itself_is_one_sentence(name: str, tmp_path: Path) -> None:
    odd = CORPUS[name]()
    file = tmp_path / f"class{odd.suffix}"
    file.write_bytes(odd.data)
    with pytest.raises(SubmissionError) as refusal:
        collected(file)
    assert str(refusal.value).startswith(str(file))
    assert odd.says.replace("김서연", "class") in str(refusal.value)


def test_too_many_bytes_in_all_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = caps.Caps(entries=100, total_bytes=3_000, entry_bytes=2_000, directory_bytes=10_000)
    monkeypatch.setattr("grader.intake.room.OF_STUDENT", small)
    content = bytes(range(256)) * 7
    (tmp_path / "kim.zip").write_bytes(zipped({"a.bin": content, "b.bin": content, "hw1.ipynb": GOOD}))
    (tmp_path / "lee.tar").write_bytes(tarred((member("a.bin"), content), (member("b.bin"), content)))
    (tmp_path / "park.zip").write_bytes(zipped({"a.bin": content * 2, "hw1.ipynb": GOOD}))
    found = {submission.student: submission for submission in collected(tmp_path).submissions}
    for student in ("kim", "lee"):
        assert found[student].notebook is None
        assert "unpacks to more than 0.003 MB, so nothing of it was read" in found[student].warnings[-1]
    assert found["park"].notebook is not None
    assert "a.bin in park.zip is larger than" in found["park"].warnings[0]


def test_one_bad_entry_of_a_class_costs_its_student_only(tmp_path: Path) -> None:
    file = tmp_path / "class.zip"
    good = [entry(f"{name}/hw1.ipynb") for name in ("강민재", "박하준")]
    file.write_bytes(made(*good, link("이도윤/hw1.ipynb", "/etc/passwd"), entry("../최지우/hw1.ipynb")))
    found = {submission.student: submission for submission in collected(file).submissions}
    assert {name: submission.notebook is not None for name, submission in found.items()} == {
        "강민재": True,
        "박하준": True,
        "이도윤": False,
        "최지우": False,
    }
    assert "is a link" in found["이도윤"].warnings[-1]
    assert "leads outside" in found["최지우"].warnings[-1]


def test_the_temporary_folder_goes_with_the_room(tmp_path: Path) -> None:
    (tmp_path / "kim.zip").write_bytes(WHOLE)
    with Room() as room:
        (submission,) = collect_class([tmp_path], HOMEWORK, room=room).submissions
        assert submission.path.read_bytes() == GOOD
        assert tmp_path not in submission.path.parents
    assert not submission.path.exists()


def test_without_a_room_nothing_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "kim.zip").write_bytes(WHOLE)
    (submission,) = collect_class([tmp_path], HOMEWORK).submissions
    assert submission.notebook is None
    assert submission.warnings == ("kim.zip is an archive, which is not opened here: hand in the notebook itself",)
    with pytest.raises(SubmissionError, match=r"kim\.zip is an archive, which is not opened here: give the folder"):
        collect_class([tmp_path / "kim.zip"], HOMEWORK)
