"""Names of archives."""

from __future__ import annotations

ZIPS = (".zip",)
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2")
UNREAD = {
    ".7z": "a 7z archive",
    ".rar": "a RAR archive",
    ".egg": "an ALZip archive",
    ".alz": "an ALZip archive",
    ".tar.xz": "an xz archive",
    ".xz": "an xz archive",
    ".gz": "a gzip file",
    ".bz2": "a bzip2 file",
    ".zst": "a Zstandard archive",
}


def is_archive(name: str) -> bool:
    """Whether a file's name says that it is an archive, be it one that is not opened."""
    return name.lower().endswith((*ZIPS, *TARS, *UNREAD))


def stem(name: str) -> str:
    """The name without the suffixes of an archive."""
    suffix = max((s for s in (*ZIPS, *TARS, *UNREAD) if name.lower().endswith(s)), key=len, default="")
    return name[: len(name) - len(suffix)]
