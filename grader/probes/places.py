"""What a notebook asks of a place that other machines have before it reads there: whether a file is there, and which.

The answers are those that opening the files would give: what `open` finds, or is given, is there.
"""

import fnmatch
import functools
import glob
import os
import pathlib
import re
import shutil
import sys
from os.path import exists, isdir

from .files import folder_for, is_foreign, place_for, replacement
from .helps import TABLES, WORK, called_by_notebook, note, on_failure
from .tables import base, choose, local, may_hold_table

_DRIVE = re.compile(r"/(?:content/(?:g?drive)|gdrive)\b")
_COLAB = re.compile(r"/content/?$")


def install():
    for owner in (os.path, pathlib.Path):
        for kind, names in _QUESTIONS.items():
            for name in names:
                _watch_question(owner, name, kind)
    _watch_lists()
    _watch_files()


_QUESTIONS = {
    "any": ("exists", "lexists"),
    "file": ("isfile", "is_file"),
    "folder": ("isdir", "is_dir"),
}


def _watch_question(owner, name, kind):
    original = getattr(owner, name, None)
    if original is None:
        return

    @functools.wraps(original)
    def asked(path, *args, **kwargs):
        __tracebackhide__ = True
        return original(path, *args, **kwargs) or (_concerns_us(path) and _is_there(_text(path), kind))

    setattr(owner, name, asked)


def _text(path):
    try:
        return os.fspath(path)
    except TypeError:
        return None


def _concerns_us(path):
    return is_foreign(_text(path)) and called_by_notebook()


def _is_there(path, kind):
    if kind != "folder" and (found := local(path)):
        note("path", path, os.path.relpath(found, WORK[0]))
        return True
    if kind != "folder" and may_hold_table(path) and (chosen := choose(path)) and not chosen[1]:
        note("data", path, chosen[0]["told"])
        return True
    return kind != "file" and _is_folder(path)


def _is_folder(path):
    """A folder of the notebook's own at the end of the path; or, once it has asked for Colab's drive, one there."""
    if _own_folder(path):
        folder_for(path)
        return True
    mounted = "google.colab" in sys.modules and not os.path.splitext(base(path))[1]
    if mounted and (_DRIVE.match(path) or _COLAB.match(path)):
        note("path", path, ".")
        return True
    return False


def _own_folder(path):
    parts = [part for part in re.split(r"[\\/]+", path) if part not in ("", ".", "..", "~")]
    return next((end for n in range(1, len(parts)) if isdir(end := os.path.join(WORK[0], *parts[n:]))), None)


# ---------------------------------------------------------------- lists of files


def _watch_lists():
    list_folder, find, walk, below = os.listdir, glob.glob, os.walk, pathlib.Path.glob

    @functools.wraps(list_folder)
    def listdir(path="."):
        __tracebackhide__ = True
        if _concerns_us(path) and not isdir(path):
            return _names_in(_text(path), list_folder)
        return list_folder(path)

    @functools.wraps(find)
    def found(pathname, *args, **kwargs):
        __tracebackhide__ = True
        return find(pathname, *args, **kwargs) or (_matching(pathname, find, kwargs) if _concerns_us(pathname) else [])

    @functools.wraps(walk)
    def walked(top, *args, **kwargs):
        if _concerns_us(top) and not isdir(top):
            return _walked(_text(top), walk, args, kwargs)
        return walk(top, *args, **kwargs)

    def path_glob(self, pattern, *args, **kwargs):
        __tracebackhide__ = True
        if not _concerns_us(self) or isdir(self):
            return below(self, pattern, *args, **kwargs)
        return iter([pathlib.Path(name) for name in glob.glob(os.path.join(self, pattern), recursive=True)])

    os.listdir, glob.glob, os.walk, pathlib.Path.glob = listdir, found, walked, path_glob
    glob.iglob = _lazily(glob.iglob)
    pathlib.Path.rglob = _rglob(pathlib.Path.rglob)
    pathlib.Path.iterdir = _iterdir(pathlib.Path.iterdir)


def _lazily(original):
    @functools.wraps(original)
    def iglob(pathname, *args, **kwargs):
        __tracebackhide__ = True
        return (
            iter(glob.glob(pathname, *args, **kwargs))
            if _concerns_us(pathname)
            else original(pathname, *args, **kwargs)
        )

    return iglob


def _rglob(original):
    @functools.wraps(original)
    def rglob(self, pattern, *args, **kwargs):
        __tracebackhide__ = True
        return self.glob(f"**/{pattern}") if _concerns_us(self) else original(self, pattern, *args, **kwargs)

    return rglob


def _iterdir(original):
    @functools.wraps(original)
    def iterdir(self):
        __tracebackhide__ = True
        if _concerns_us(self) and not isdir(self):
            return iter([self / name for name in os.listdir(self)])
        return original(self)

    return iterdir


def _names_in(path, list_folder):
    """What lies in the folder that stands for it, and the course's tables where no table lies there."""
    own = folder_for(path)
    if own is None:
        return list_folder(path)
    return _with_tables(path, list_folder(own))


def _with_tables(path, names):
    tables = any(name.casefold().endswith((".csv", ".zip", ".xlsx")) for name in names)
    return names if tables or _COLAB.match(path) or _own_folder(path) else [*names, *_table_names()]


def _table_names(pattern="*"):
    """Names of the course's tables: as they are shown, else, for other forms of them, as notebooks call them."""
    shown = [base(table["told"]) for table in TABLES]
    shown = [name for name in shown if name.endswith(".csv") and fnmatch.fnmatch(name, pattern)]
    called = [f"{name}.csv" for table in TABLES for name in table["also"] if "*" not in name and "." not in name]
    return list(dict.fromkeys(shown)) or [name for name in called if fnmatch.fnmatch(name, pattern)][:1]


def _matching(pattern, find, options):
    """Paths, as the pattern would have given them, that opening finds or is given something for."""
    pattern = _text(pattern)
    parts = [part for part in re.split(r"[\\/]+", pattern) if part]
    for start in range(1, len(parts)):
        if there := find(os.path.join(WORK[0], *parts[start:]), **options):
            head = pattern[: pattern.index(parts[start - 1]) + len(parts[start - 1])]
            found = [os.path.join(head, os.path.relpath(name, WORK[0])) for name in there]
            note("path", pattern, os.path.relpath(there[0], WORK[0]))
            return found
    folder = re.split(r"[*?\[]", pattern)[0].rpartition("/")[0]
    found = [os.path.join(folder, name) for name in _table_names(base(pattern))]
    if found:
        note("data", pattern, ", ".join(map(base, found)))
    return found


def _walked(top, walk, args, kwargs):
    own = folder_for(top)
    for folder, folders, files in walk(own, *args, **kwargs) if own else ():
        if folder == own:
            yield top, folders, _with_tables(top, files)
        else:
            yield os.path.join(top, os.path.relpath(folder, own)), folders, files


# ---------------------------------------------------------------- what looks at a file before it opens it


def _watch_files():
    def sized(error, args, kwargs):
        found = replacement(_text(args[0])) if is_foreign(_text(args[0])) else None
        return None if found is None else lambda: size(found)

    size = on_failure(os.path, "getsize", OSError, sized)
    for name in ("copyfile", "copy", "copy2"):
        _watch_copy(name)


def _watch_copy(name):
    def mend(error, args, kwargs):
        source, target = (_text(value) for value in args[:2])
        if not exists(source):
            source = replacement(source)
        if is_foreign(target):
            target = place_for(target)
        return None if source is None else lambda: original(source, target, **kwargs)

    original = on_failure(shutil, name, OSError, mend)
