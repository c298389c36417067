"""Zip archives: their directory is judged before anything is unpacked, each entry before and while it is."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from grader.intake import caps, entries
from grader.intake.caps import Caps, EntryRefused, Refused, Unpacking

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)  # LZMA may ask for gigabytes of memory
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
_END, _END_64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_LOCAL_HEADER = 30  # bytes before the name of an entry


def unpack(file: Path, work: Unpacking) -> None:
    """Unpack what may be; the rest is in `work.refused`. Raises Refused for an archive that is not read at all."""
    _check_directory(file, work)
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            _check_entries(archive, infos, work)
            for info, name in zip(infos, entries.of_zip(infos), strict=True):
                _entry(archive, info, name, work)
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, EOFError, struct.error, ValueError) as error:
        raise _damaged(work.archive, str(error)) from None


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, work: Unpacking) -> None:
    path = work.place(name, folder=name.endswith(("/", "\\")) or info.is_dir())
    if path is None:
        return
    try:
        _check_entry(info, work.caps)
        with archive.open(info) as data:
            work.write(path, caps.chunks_of(data), caps.seconds(info.date_time))
    except EntryRefused as error:
        work.refuse(path, str(error))
    except _BROKEN as error:
        work.refuse(path, f"is damaged ({str(error) or type(error).__name__}): pack it again")


def _check_entry(info: zipfile.ZipInfo, limit: Caps) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise EntryRefused("is a link, and links are not followed: put the file itself in its place")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise EntryRefused("is a pipe or a device, not a file: hand in the file itself")
    if info.flag_bits & 0x1:
        raise EntryRefused("is encrypted: pack it again without a password")
    if info.compress_type not in _METHODS:
        mend = "pack it again as a usual zip"
        raise EntryRefused(f"is packed with a method that is not supported ({info.compress_type}): {mend}")
    if info.file_size > limit.entry_bytes:
        raise caps.entry_too_large(limit)
    if info.file_size > limit.grown_bytes and info.file_size > limit.growth * max(info.compress_size, 1):
        raise EntryRefused(f"unpacks to {info.file_size / max(info.compress_size, 1):,.0f} times its size, as bombs do")


def _check_entries(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], work: Unpacking) -> None:
    """Raises Refused for too many entries or bytes, and for entries that share bytes, which no packer writes."""
    if len(infos) > work.caps.entries:
        raise caps.too_many(work.archive, work.caps)
    wanted = sum(info.file_size for info in infos if info.file_size <= work.caps.entry_bytes)
    if wanted > work.caps.total_bytes:
        raise caps.too_large(work.archive, work.caps)
    caps.check_room(work.archive, work.target, wanted)
    reached = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < reached or info.header_offset + info.compress_size > archive.start_dir:
            raise Refused(f"{work.archive} has entries that overlap, as bombs do, so nothing of it was read")
        reached = info.header_offset + _LOCAL_HEADER + info.compress_size


def _check_directory(file: Path, work: Unpacking) -> None:
    """Raises Refused if the list of entries alone would fill the memory."""
    try:
        with file.open("rb") as data:
            size = _directory_bytes(data)
    except (OSError, struct.error) as error:
        raise _damaged(work.archive, str(error)) from None
    if size > work.caps.directory_bytes:
        raise caps.too_many(work.archive, work.caps)


def _directory_bytes(data: BinaryIO) -> int:
    """What the end of a zip says of the size of its directory; 0 if there is no end, for zipfile to complain."""
    length = data.seek(0, 2)
    start = max(0, length - 65_557)
    data.seek(start)
    tail = data.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        return 0
    (size,) = struct.unpack("<L", tail[at + 12 : at + 16])
    if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR:
        (place,) = struct.unpack("<Q", tail[at - 12 : at - 4])
        data.seek(min(place, length))
        record = data.read(56)
        if record[:4] == _END_64 and len(record) == 56:
            size = max(size if size != 0xFFFFFFFF else 0, struct.unpack("<Q", record[40:48])[0])
    return int(size)


def _damaged(archive: str, detail: str) -> Refused:
    return Refused(f"{archive} is not a whole zip archive ({detail}): download or pack it again")
