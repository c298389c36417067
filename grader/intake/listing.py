"""What lies below one place, on a disk or in an archive: names, where their bytes are, and what could not be taken."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader import reading
from grader.intake.suffixes import is_archive
from grader.names import printable

LOCK = ".grader.lock"  # in a folder of results from the first moment of a run

ENVIRONMENT = "pyvenv.cfg"  # lies in every virtual environment, whatever it is called
_LEFTOVERS = {
    *("__pycache__", "__MACOSX", ".ipynb_checkpoints", "sample_data", "node_modules"),
    *("venv", "virtualenv", "site-packages", "dist-packages"),
}
_MOST_LOOKED_AT = 5_000  # names in a folder of tools, for notebooks to tell of
_LEFTOVER_FILES = {"thumbs.db", "desktop.ini", "icon\r"}
_TOOLS = re.compile(
    r"\.(?:git|github|hg|svn|ipynb_checkpoints|virtual_documents|ipython|jupyter|vscode|idea|v?env|local|config|conda|npm"
    r"|AppleDouble|DocumentRevisions-V100|Spotlight-V100|TemporaryItems|fseventsd|Trash(?:es|-\d+)?|.*cache)"
)


@dataclass(frozen=True)
class Listing:
    """Files by their path from the place, with `/` between names; folders, empty ones too; and refusals in sentences.

    `refused` is keyed by the path that was refused; "" is the place itself. `passed_over` are notebooks in folders of
    tools, such as a virtual environment's: they are nobody's work.
    """

    files: Mapping[str, Path] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)
    passed_over: frozenset[str] = frozenset()

    def directly(self) -> dict[str, Path]:
        """The files that lie in no folder below the place."""
        return {name: file for name, file in self.files.items() if "/" not in name}

    def by_folder(self) -> dict[str, Listing]:
        """A listing for each folder that lies directly in the place, sorted by name."""
        files: dict[str, dict[str, Path]] = {}
        refused: dict[str, dict[str, str]] = {}
        folders: dict[str, set[str]] = {}
        passed: dict[str, set[str]] = {}
        for name in self.passed_over:
            top, _, rest = name.partition("/")
            if not is_leftover(top):
                passed.setdefault(top, set()).add(rest)
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
        return {
            top: Listing(
                files.get(top, {}),
                frozenset(folders.get(top, ())),
                refused.get(top, {}),
                frozenset(passed.get(top, ())),
            )
            for top in sorted({*files, *folders, *refused, *passed})
        }

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
    passed_over: set[str] = set()
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
        kept = list(_kept(children, of_class=of_class and not prefix))
        left = set(children).difference(kept)
        passed_over |= {prefix + found for child in left for found in _notebook_in(child)}
        for child in kept:
            name = prefix + child.name
            said = odd(child)
            if said is not None:
                refused[name] = said
            elif _is_folder(child):
                folders.add(name)
                waiting.append((f"{name}/", child))
            elif child.is_file() and not child.is_symlink():
                files[name] = child
    return Listing(
        dict(sorted(files.items())), frozenset(folders), dict(sorted(refused.items())), frozenset(passed_over)
    )


def _notebook_in(folder: Path) -> Iterator[str]:
    """The first notebook in a folder of tools, by its path from where that lies."""
    if folder.is_symlink() or not folder.is_dir():
        return
    looked_at = 0
    for place, _, names in os.walk(folder):
        looked_at += len(names) + 1
        found = next((name for name in names if name.lower().endswith(".ipynb") and not is_leftover(name)), None)
        if found is not None:
            yield (Path(place) / found).relative_to(folder.parent).as_posix()
        if found is not None or looked_at > _MOST_LOOKED_AT:
            return


def is_passed_over(path: str) -> bool:
    """Whether a path leads to a notebook in a folder of tools."""
    *folders, name = path.split("/")
    return name.lower().endswith(".ipynb") and not is_leftover(name) and any(map(is_leftover, folders))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not is_outcome(path)


def _kept(children: list[Path], *, of_class: bool) -> Iterator[Path]:
    for child in children:
        lenient = of_class and child.is_dir() and not child.is_symlink()
        left = is_tools(child.name) if lenient else is_leftover(child.name)
        if not left and not (child / ENVIRONMENT).is_file():
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
