"""The temporary folder that archives are unpacked into; it lives as long as a run."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from types import TracebackType

from grader.intake import tars, zips
from grader.intake.caps import OF_CLASS, OF_STUDENT, Refused, Unpacking
from grader.intake.listing import Listing
from grader.intake.suffixes import TARS, UNREAD, ZIPS
from grader.kernels.leftovers import OwnedFolder
from grader.names import printable

_MAGIC = {
    b"7z\xbc\xaf\x27\x1c": ".7z",
    b"Rar!\x1a\x07": ".rar",
    b"\xfd7zXZ": ".xz",
    b"EGGA": ".egg",
    b"ALZ\x01": ".alz",
}
_DEEPEST = 3  # archives in archives


class Room:
    """A fresh folder for what archives hold, removed at the end of the context; made when it is first needed."""

    def __init__(self) -> None:
        self._folder: OwnedFolder | None = None
        self._numbers = count(1)

    def __enter__(self) -> Room:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def unpack(self, file: Path, shown: str, *, of_class: bool = False, depth: int = 0) -> Listing:
        """What an archive holds, unpacked; `shown` is what sentences call it, `depth` the archives around it.

        Raises Refused, with a sentence, for an archive that is not read at all.
        """
        if depth >= _DEEPEST:
            raise Refused(f"{shown} lies in {depth} other archives, too deep to be opened: pack it only once")
        unread = _unread(file, shown)
        if unread is not None:
            raise Refused(unread)
        if self._folder is None:
            self._folder = OwnedFolder("grader-intake-")
        target = self._folder.path / str(next(self._numbers))
        target.mkdir()
        work = Unpacking(shown, target, OF_CLASS if of_class else OF_STUDENT)
        reader = tars.unpack if file.name.lower().endswith(TARS) else zips.unpack
        reader(file, work)
        return work.listing()


def _unread(file: Path, shown: str) -> str | None:
    try:
        with file.open("rb") as data:
            magic = data.read(8)
    except OSError as error:
        return f"{printable(shown)} cannot be opened: {error.strerror}"
    if not magic:
        return f"{shown} is an empty file: download or pack it again"
    by_content = next((suffix for start, suffix in _MAGIC.items() if magic.startswith(start)), None)
    name = file.name.lower()
    by_name = next((s for s in sorted(UNREAD, key=len, reverse=True) if name.endswith(s)), None)
    if name.endswith((*ZIPS, *TARS)):
        by_name = None
    suffix = by_content or by_name
    if suffix is None:
        return None
    return f"{shown} is {UNREAD[suffix]}, which is not opened: hand in the notebook itself or a .zip"
