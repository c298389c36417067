"""A student bundle -> the assignment in it. Its files are unpacked once, into a folder named by what it holds."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from grader import __version__
from grader.bundles.contents import CONTENTS, FILES, KIND, RUBRIC, SUFFIX
from grader.errors import Complaint, RubricError
from grader.files import file_sha256
from grader.intake import zips
from grader.intake.caps import Caps, Refused, Unpacking
from grader.kernels.leftovers import OwnedFolder
from grader.model import Assignment
from grader.rubric import stored

_NAME = re.compile(rf"{RUBRIC}|{FILES}/[^/\\:]+")
_CAPS = Caps(entries=1_000, total_bytes=4_000_000_000, entry_bytes=2_000_000_000, directory_bytes=1_000_000)
_MOST_BYTES = 50_000_000  # of a rubric, which has a few hundred thousand
_WANTED = "give the `.grader.zip` that your course hands out, or a rubric's YAML"
_AGAIN = "download it again"


def is_bundle(file: Path) -> bool:
    """Whether this is to be opened here: a zip, or the folder that a browser made of one of ours."""
    return file.suffix.lower() == ".zip" or (file / CONTENTS).is_file()


def bundles(folders: Iterable[Path]) -> list[Path]:
    """Those in the folders, one of all that hold the same: a browser calls a second download `hw1.grader (1).zip`, and
    some unpack what they download."""
    names = f"*{SUFFIX.removesuffix('.zip')}*"
    found = [file for folder in folders for file in sorted(folder.glob(names)) if is_bundle(file)]
    return list({_told(file): file for file in reversed(found)}.values())[::-1]


def _told(file: Path) -> object:
    """Its list of contents, which has a hash of all that is in it; the path of one that is damaged."""
    try:
        if file.is_dir():
            return (file / CONTENTS).read_bytes()
        with zipfile.ZipFile(file) as archive:
            return archive.read(CONTENTS)
    except (OSError, KeyError, zipfile.BadZipFile):
        return file


def load(file: Path) -> Assignment:
    """The assignment of a student bundle. Raises RubricError, with a sentence, for a damaged one and for anything else.

    The unpacked files stay in this user's cache; where that cannot be written, they go when this process ends.
    """
    if file.is_dir():
        return _assignment(file, file)
    try:
        folder = _cache() / file_sha256(file)[:32]
        if not _is_whole(folder):
            folder = _unpacked(file, folder)
    except Refused as error:
        raise _refusal(file, "cannot be used", str(error)) from None
    except OSError as error:
        raise _refusal(file, f"cannot be read: {error.strerror}", "check the path") from None
    return _assignment(folder, file)


def _cache() -> Path:
    return platformdirs.user_cache_path("grader", appauthor=False) / "bundles"


def _unpacked(file: Path, folder: Path) -> Path:
    """Where the bundle is now: in `folder`, whole whatever else happens meanwhile, or in one that does not last."""
    with contextlib.suppress(OSError):  # the cache, or what is damaged in it, cannot be written
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=folder.parent, ignore_cleanup_errors=True) as making:
            _unpack(file, Path(making))
            shutil.rmtree(folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # another grader was sooner
                os.replace(Path(making, "bundle"), folder)
        if _is_whole(folder):
            return folder
    passing = OwnedFolder("grader-intake-")
    atexit.register(passing.remove)
    _unpack(file, passing.path)
    return passing.path / "bundle"


def _unpack(file: Path, place: Path) -> None:
    """Into `place / "bundle"`. Raises Refused for what is damaged, no bundle or far too large."""
    room = place / "entries"
    room.mkdir()
    work = Unpacking(file.name, room, _CAPS)
    zips.unpack(file, work)
    refused = next(iter(work.refused.values()), None)
    if refused is not None:
        raise Refused(refused)
    entries = _at_the_top(work.files)
    if CONTENTS not in entries:
        raise Refused(f"{file.name} is a zip, but no student bundle: {_WANTED}")
    (place / "bundle" / FILES).mkdir(parents=True)
    for name, entry in entries.items():
        if name == CONTENTS or _NAME.fullmatch(name):
            os.replace(entry, place / "bundle" / name)


def _at_the_top(entries: dict[str, Path]) -> dict[str, Path]:
    """By their names in the bundle, also where it was unpacked and packed again with the folder around it."""
    tops = {name.partition("/")[0] for name in entries}
    if CONTENTS in entries or len(tops) != 1:
        return entries
    return {name.partition("/")[2]: entry for name, entry in entries.items()}


# ---------------------------------------------------------------- reading what was unpacked


def _is_whole(folder: Path) -> bool:
    """Whether all is there as it was packed."""
    try:
        told = json.loads((folder / CONTENTS).read_bytes())["sha256"]
        return bool(told) and all(_NAME.fullmatch(n) and file_sha256(folder / n) == mark for n, mark in told.items())
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def _assignment(folder: Path, file: Path) -> Assignment:
    """`file` is what sentences name."""
    _check_kind(folder, file)
    if not _is_whole(folder):
        raise _refusal(file, "is damaged: what it holds is not what was packed", _AGAIN)
    try:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress((folder / RUBRIC).read_bytes(), _MOST_BYTES)
        assignment = stored.parsed(content, folder / FILES)
    except (OSError, zlib.error, ValueError):
        raise _refusal(file, "is damaged: its rubric cannot be read", _AGAIN) from None
    place = Path(os.path.realpath(folder / FILES))
    if any(path.parent != place or not path.is_file() for path in stored.files(assignment)):
        raise _refusal(file, "is damaged: it names files that are not in it", _AGAIN)
    return assignment


def _check_kind(folder: Path, file: Path) -> None:
    try:
        told = json.loads((folder / CONTENTS).read_bytes())
        kind = told.get("kind") if isinstance(told, dict) else None
    except (OSError, ValueError):
        raise _refusal(file, "is damaged: its list of contents cannot be read", _AGAIN) from None
    if kind == KIND:
        return
    if str(kind).startswith(KIND.rpartition(" ")[0]):
        made_by = f"grader {told.get('grader', '')}".strip()
        raise _refusal(file, f"was made by {made_by}, and this is {__version__}", "install a newer grader")
    raise _refusal(file, "is no student bundle", _WANTED)


def _refusal(file: Path, problem: str, mend: str) -> RubricError:
    return RubricError([Complaint(file, 1, problem, mend)])
