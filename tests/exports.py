"""Made-up exports of learning systems, and documents: a class of 30 Korean students as Canvas and Moodle pack it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

_FAMILY = ("김", "이", "박", "최", "정", "강", "조", "윤", "장", "임")
_GIVEN = ("서연", "도윤", "하준", "지우", "예은", "민재", "채원", "우진", "수빈", "태양")


@dataclass(frozen=True)
class Student:
    """One of the class. `user` is Canvas's number, `participant` Moodle's."""

    number: str
    name: str
    user: int
    participant: int

    @property
    def called(self) -> str:
        return f"{self.number} {self.name}"


def students(count: int = 30) -> list[Student]:
    """The class; the 11th and the 21st have the name of the first, as happens."""
    names = [f"{_FAMILY[n % 10]}{_GIVEN[(n + n // 10) % 10]}" if n % 10 else "김서연" for n in range(count)]
    return [Student(f"2023{1000 + n}1", name, 41_000 + 7 * n, 900_100 + n) for n, name in enumerate(names)]


def roster(file: Path, members: Iterable[Student], encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    """A course list as a university gives it, the learning systems' numbers beside."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter=delimiter)
    writer.writerow(["번호", "학번", "이름", "이메일", "ID"])
    for n, one in enumerate(members, start=1):
        writer.writerow([n, one.number, one.name, f"{one.number}@univ.example", one.user])
    file.write_bytes(table.getvalue().encode(encoding))
    return file


def notebook(*sources: str, size: int = 0) -> bytes:
    """A notebook; a source that starts with `#md ` is Markdown. At least `size` bytes long."""
    cells = []
    for source in sources:
        kind = {"cell_type": "markdown"} if source.startswith("#md ") else {"cell_type": "code", "outputs": []}
        cells.append({**kind, "metadata": {}, "source": source.removeprefix("#md ")})
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}, ensure_ascii=False)
    return (text + " " * max(0, size - len(text))).encode()


def packed(file: Path, entries: Mapping[str, bytes]) -> Path:
    """A plain zip of these entries."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file


def zipped(entries: Mapping[str, bytes]) -> bytes:
    """The bytes of a plain zip."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return data.getvalue()


def renamed(data: bytes, old: bytes, new: bytes, *, utf8: bool | None = None) -> bytes:
    """A zip's bytes with a name in another encoding of the same length, and the flag for UTF-8 set or not."""
    assert len(old) == len(new)
    raw = bytearray(data.replace(old, new))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.find(mark)
        while utf8 is not None and place >= 0:
            raw[place + at + 1] = raw[place + at + 1] & ~0x08 | (0x08 if utf8 else 0)
            place = raw.find(mark, place + 4)
    return bytes(raw)


# ---------------------------------------------------------------- documents


def pdf(*pages: str | bytes) -> bytes:
    """A PDF with a page for each text (lines of any language), or for each JPEG as a scanner leaves it."""
    objects: list[bytes] = [b"", b""]
    kids = []
    for page in pages:
        resources, content = _text(objects, page) if isinstance(page, str) else _scan(objects, page)
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        made = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<%s>>/Contents %d 0 R>>"
        objects.append(made % (resources, len(objects)))
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (len(objects) + 1, table, len(objects) + 1, len(out))


def _text(objects: list[bytes], page: str) -> tuple[bytes, bytes]:
    chars = "\n".join(f"<{ord(sign):04X}> <{ord(sign):04X}>" for sign in sorted(set(page) - {"\n"}))
    count = len(set(page) - {"\n"})
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <0000> <FFFF> "
        f"endcodespacerange\n{count} beginbfchar\n{chars}\nendbfchar\nendcmap end end"
    ).encode()
    objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap))
    objects.append(
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Any/CIDSystemInfo<</Registry(A)/Ordering(I)>>/DW 1000>>"
    )
    font = b"<</Type/Font/Subtype/Type0/BaseFont/Any/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
    objects.append(font % (len(objects), len(objects) - 1))
    lines = "".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -18 Td " for line in page.split("\n"))
    return b"/Font<</F1 %d 0 R>>" % len(objects), f"BT /F1 12 Tf 50 780 Td {lines}ET".encode()


def _scan(objects: list[bytes], jpeg: bytes) -> tuple[bytes, bytes]:
    head = b"<</Type/XObject/Subtype/Image/Width 8/Height 8/ColorSpace/DeviceRGB/BitsPerComponent 8"
    objects.append(head + b"/Filter/DCTDecode/Length %d>>stream\n%s\nendstream" % (len(jpeg), jpeg))
    return b"/XObject<</I1 %d 0 R>>" % len(objects), b"q 500 0 0 700 40 40 cm /I1 Do Q"


def picture(form: str = "JPEG", size: int = 8) -> bytes:
    """A small picture."""
    data = io.BytesIO()
    Image.new("RGB", (size, size), "white").save(data, form)
    return data.getvalue()
