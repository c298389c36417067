"""What lies below one place, on a disk or in an archive: names, where their bytes are, and what could not be taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader import reading
from grader.intake.suffixes import is_archive
from grader.names import printable

LOCK = ".grader.lock"  # in a folder of results from the first moment of a run

_LEFTOVERS = {"__pycache__", "__MACOSX", ".ipynb_checkpoints", "sample_data", "node_modules"}
_LEFTOVER_FILES = {"thumbs.db", "desktop.ini", "icon\r"}
_TOOLS = re.compile(
    r"\.(?:git|github|hg|svn|ipynb_checkpoints|virtual_documents|ipython|jupyter|vscode|idea|v?env|local|config|conda|npm"
    r"|AppleDouble|DocumentRevisions-V100|Spotlight-V100|TemporaryItems|fseventsd|Trash(?:es|-\d+)?|.*cache)"
)


@dataclass(frozen=True)
class Listing:
    """Files by their path from the place, with `/` between names; folders, empty ones too; and refusals in sentences.

    `refused` is keyed by the path that was refused; "" is the place itself.
    """

    files: Mapping[str, Path] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)

    def directly(self) -> dict[str, Path]:
        """The files that lie in no folder below the place."""
        return {name: file for name, file in self.files.items() if "/" not in name}

    def by_folder(self) -> dict[str, Listing]:
        """A listing for each folder that lies directly in the place, sorted by name."""
        files: dict[str, dict[str, Path]] = {}
        refused: dict[str, dict[str, str]] = {}
        folders: dict[str, set[str]] = {}
        for name in self.folders:
            top, _, rest = name.partition("/")
            folders.setdefault(top, set()).update([rest] if rest else [])
        for name, file in self.files.items():
            top, slash, rest = name.partition("/")
            if slash:
                files.setdefault(top, {})[rest] = file
        for name, said in self.refused.items():
            top, slash, rest = name.partition("/")
            if slash or top in folders:
                refused.setdefault(top, {})[rest] = said
        tops = sorted({*files, *folders, *refused})
        return {t: Listing(files.get(t, {}), frozenset(folders.get(t, ())), refused.get(t, {})) for t in tops}

    def refused_directly(self) -> dict[str, str]:
        """Refusals of what lies directly in the place and is no folder."""
        return {name: said for name, said in self.refused.items() if "/" not in name and name not in self.folders}


def is_leftover(name: str) -> bool:
    """What machines leave in a student's folder: caches, hidden files, previews."""
    return name in _LEFTOVERS or name.startswith(".") or name.casefold() in _LEFTOVER_FILES


def is_tools(name: str) -> bool:
    """Folders of tools. In a class's folder, another name that begins with a dot may be a student's."""
    return name in _LEFTOVERS or name.casefold() in _LEFTOVER_FILES or _TOOLS.fullmatch(name) is not None


def is_outcome(folder: Path) -> bool:
    """Whether a folder is what an earlier run wrote, be it that it was killed in the middle."""
    made = any((folder / name).is_file() for name in ("gradebook.csv", LOCK))
    return made and (folder / "reports").is_dir()


def of_folder(root: Path, *, of_class: bool) -> Listing:
    """Everything below a folder but leftovers, links and devices. Raises OSError if the folder cannot be opened.

    A folder of a class may hold students' folders whose names begin with a dot.
    """
    files: dict[str, Path] = {}
    folders: set[str] = set()
    refused: dict[str, str] = {}
    waiting = [("", root)]
    while waiting:
        prefix, folder = waiting.pop()
        try:
            children = sorted(folder.iterdir())
        except OSError as error:
            if not prefix:
                raise
            refused[prefix.rstrip("/")] = f"the folder {printable(folder.name)}/ cannot be opened: {error.strerror}"
            continue
        for child in _kept(children, of_class=of_class and not prefix):
            name = prefix + child.name
            said = odd(child)
            if said is not None:
                refused[name] = said
            elif _is_folder(child):
                folders.add(name)
                waiting.append((f"{name}/", child))
            elif child.is_file() and not child.is_symlink():
                files[name] = child
    return Listing(dict(sorted(files.items())), frozenset(folders), dict(sorted(refused.items())))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not is_outcome(path)


def _kept(children: list[Path], *, of_class: bool) -> Iterator[Path]:
    for child in children:
        lenient = of_class and child.is_dir() and not child.is_symlink()
        if not (is_tools(child.name) if lenient else is_leftover(child.name)):
            yield child


def odd(path: Path) -> str | None:
    """Why a link, or a pipe or device with a notebook's name, is not read; None for everything else."""
    named = bool(reading.suffix(path.name))
    if path.is_symlink():
        of_a_student = named or is_archive(path.name) or path.is_dir() or not (path.suffix or path.exists())
        said = f"{printable(path.name)} is a link, and links are not followed: put the files themselves in its place"
        return said if of_a_student else None
    if not named or path.is_file() or path.is_dir() or not path.exists():
        return None
    return f"{printable(path.name)} is a pipe or a device, not a file: hand in an .ipynb or a percent-format .py"
