"""What a file is that has a notebook's name and is none, and how to get the notebook instead."""

from __future__ import annotations

import re

from grader.errors import Unreadable

_DOWNLOAD = "hand in the notebook itself (File > Download > Download .ipynb)"
_SIGNATURES = {
    b"PK\x03\x04": "is a ZIP archive, not a notebook; unpack it and hand in the .ipynb inside",
    b"PK\x05\x06": "is an empty ZIP archive, not a notebook; " + _DOWNLOAD,
    b"Rar!": "is a RAR archive, not a notebook; unpack it and hand in the .ipynb inside",
    b"7z\xbc\xaf\x27\x1c": "is a 7z archive, not a notebook; unpack it and hand in the .ipynb inside",
    b"\x1f\x8b": "is a gzip archive, not a notebook; unpack it and hand in the .ipynb inside",
    b"%PDF": "is a PDF, not a notebook; " + _DOWNLOAD,
    b"\x89PNG": "is a picture, not a notebook; " + _DOWNLOAD,
    b"\xff\xd8\xff": "is a picture, not a notebook; " + _DOWNLOAD,
    b"GIF8": "is a picture, not a notebook; " + _DOWNLOAD,
    b"\xd0\xcf\x11\xe0": "is a Word or HWP document, not a notebook; " + _DOWNLOAD,
    b"{\\rtf": "is an RTF document, not a notebook; " + _DOWNLOAD,
    b"bplist00": "is a shortcut of macOS to a web page, not a notebook; " + _DOWNLOAD,
    b"version https://git-lfs": "is a pointer to a file in Git LFS, not the notebook; run `git lfs pull` first",
}
_LONGEST_HEAD = 200_000  # characters of a page that are looked at
_PAGE = re.compile(r"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype|html|head|body|meta|title|script|\?xml)\b", re.I | re.S)
_LINK = re.compile(r"\s*(?:\[InternetShortcut\]\s+\w+=)?https?://\S+\s*$")
_PAGES = (  # the first that is met
    (
        re.compile(r"jp-Notebook|jp-Cell|nbconvert|text_cell_render"),
        "is a notebook exported to HTML, which cannot be run; " + _DOWNLOAD,
    ),
    (
        re.compile(r"github\.githubassets|content=\"GitHub\"|//github\.com/[^\"' ]{1,200}\.ipynb", re.I),
        "is GitHub's page about a notebook, not the notebook; use the button `Download raw file` there",
    ),
    (
        re.compile(r"\blog[ -]?in|\bsign[ -]?in|password|로그인|비밀번호", re.I),
        "is a login page that was saved in place of the notebook; log in, download the notebook again and open it once",
    ),
    (
        re.compile(r"jupyter|colab", re.I),
        "is the web page that showed the notebook, not the notebook; " + _DOWNLOAD,
    ),
)


def refuse_binary(data: bytes) -> None:
    """Raises Unreadable for files of other kinds that their first bytes give away."""
    start = data[:1000].lstrip()
    for signature, sentence in _SIGNATURES.items():
        if start.startswith(signature):
            raise Unreadable(sentence)


def refuse_page(text: str) -> None:
    """Raises Unreadable for web pages and for files that hold nothing but a link."""
    head = text[:_LONGEST_HEAD]
    if _PAGE.match(head):
        known = (sentence for words, sentence in _PAGES if words.search(head))
        raise Unreadable(next(known, "is a web page (HTML), not a notebook; " + _DOWNLOAD))
    if len(text) < 2_000 and _LINK.match(text):
        raise Unreadable("holds only a link, and links are not followed; " + _DOWNLOAD)
