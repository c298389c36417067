"""PDFs are read in a process of its own with little time and memory: one can be made to keep a reader busy for ever."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.checks.decision import say
from grader.model import Text

_WORKER = Path(__file__).with_name("pdf_worker.py")
_SECONDS = 20
_MAX_BYTES = 50_000_000
_LIMITS = {"megabytes": 1_500, "pages": 60, "characters": 300_000, "picture_bytes": 750_000}
_MAX_REPLY = 16_000_000  # bytes: four pictures and the text
_A_WORD = 20  # letters on a page that holds text rather than a page number


@dataclass(frozen=True)
class Pdf:
    """Text by page. `unread` says why a person has to look all the same; `pictures` are base64 of JPEGs."""

    pages: tuple[str, ...] = ()
    unread: Text | None = None
    pictures: tuple[str, ...] = ()


def read(file: Path) -> Pdf:
    """Never raises: what cannot be read is for a person, with the reason."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            return Pdf(unread=_TOO_LARGE.filled(f"{_MAX_BYTES / 1e6:.0f}"))
        reply = _reply(file)
    except subprocess.TimeoutExpired:
        return Pdf(unread=_TOO_SLOW.filled(_SECONDS))
    except (OSError, ValueError) as error:
        return Pdf(unread=_DAMAGED.filled(str(error)[:100]))
    fault = reply.get("fault")
    if fault is not None:
        return Pdf(unread=_ENCRYPTED if fault == "encrypted" else _DAMAGED.filled(str(fault)))
    return _judged(reply)


def _reply(file: Path) -> dict[str, Any]:
    """Raises TimeoutExpired, OSError, or ValueError for a worker that died or said no JSON."""
    limits = json.dumps({**_LIMITS, "seconds": _SECONDS})
    command = [sys.executable, "-I", str(_WORKER), str(file.absolute()), limits]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            said, _ = process.communicate(timeout=_SECONDS + 10)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    if process.returncode < 0:
        raise subprocess.TimeoutExpired(command, _SECONDS)
    reply = json.loads(said[:_MAX_REPLY])
    if not isinstance(reply, dict):
        raise ValueError("no answer")
    return reply


def _judged(reply: dict[str, Any]) -> Pdf:
    pages = tuple(_plain(page) for page in reply["pages"])
    pictures = tuple(reply["pictures"])
    letters = [sum(map(str.isalnum, page)) for page in pages]
    scanned = [n for n, count in enumerate(letters, start=1) if count < _A_WORD and n in reply["pictured"]]
    empty = [n for n, count in enumerate(letters, start=1) if not count and n not in scanned]
    if _gibberish("".join(pages)):
        return Pdf(unread=_GIBBERISH, pictures=pictures)
    if len(scanned) + len(empty) == len(pages):
        return Pdf(unread=_SCANNED, pictures=pictures)
    if scanned:
        return Pdf(pages, _PARTLY.filled(", ".join(map(str, scanned))), pictures)
    if reply["count"] > len(pages):
        return Pdf(pages, _TOO_LONG.filled(len(pages), reply["count"]))
    return Pdf(pages)


def _plain(page: str) -> str:
    return page.encode("utf-8", "replace").decode().replace("\0", " ").strip("\n")


def _gibberish(text: str) -> bool:
    """Whether a font without a table of its letters has made the text unreadable."""
    odd = sum(sign == "\ufffd" or "\ue000" <= sign <= "\uf8ff" or (sign < " " and not sign.isspace()) for sign in text)
    return odd > 0.2 * max(1, sum(not sign.isspace() for sign in text))


_TOO_LARGE = say("{0} MB보다 큰 PDF는 읽지 않습니다.", "a PDF of more than {0} MB is not read")
_TOO_SLOW = say("{0}초 안에 읽을 수 없는 PDF입니다.", "the PDF could not be read within {0} seconds")
_DAMAGED = say("PDF가 손상되어 읽을 수 없습니다({0}). 다시 저장해 주세요.", "the PDF is damaged ({0}): save it again")
_ENCRYPTED = say("암호가 걸린 PDF입니다. 암호 없이 저장해 주세요.", "the PDF has a password: save it without one")
_SCANNED = say("글자가 없는 스캔 PDF입니다.", "the PDF is scanned: it has no text")
_GIBBERISH = say(
    "PDF의 글꼴 때문에 글자를 읽을 수 없습니다.", "the letters of the PDF cannot be read, because of its fonts"
)
_PARTLY = say("PDF의 {0}쪽은 그림입니다.", "page {0} of the PDF is a picture")
_TOO_LONG = say("PDF의 {1}쪽 중 {0}쪽까지만 읽었습니다.", "only {0} of the PDF's {1} pages were read")
