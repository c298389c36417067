"""Which of the course's tables is meant by a path or an address that cannot be had, and that table in a file."""

import fnmatch
import io
import os
import re
import tarfile
import unicodedata
import zipfile
from os.path import exists, isfile

from .helps import TABLES, WORK

_ENDINGS = (".csv", ".tsv", ".txt", ".data", ".dat", ".xls", ".xlsx", ".zip", ".tgz", ".gz", ".tar", "")
_FEWEST_COLUMNS = 2  # that the notebook's code names, for a table that its name does not tell
_SURE_COLUMNS = 3
_open = open


def is_address(text):
    return re.match(r"(?:https?|ftp|s3|gs)://", text, re.IGNORECASE) is not None


def base(asked):
    """The last part of a path of any system, or of an address."""
    if is_address(asked):
        asked = re.split(r"[?#]", asked)[0]
    return re.split(r"[\\/]", asked.rstrip("\\/"))[-1]


def _key(name):
    """A file's name without its ending, a copy's number, and what people write in place of one another."""
    name = unicodedata.normalize("NFKC", name).casefold()
    name = re.sub(r"(?:\.(?:csv|tsv|txt|data|dat|xlsx?|zip|tgz|tar|gz))+$", "", name)
    name = re.sub(r"\s*\(\d+\)$|\s*-?\s*(?:copy|복사본)$", "", name)
    return re.sub(r"[\s_\-.%]+", "_", name).strip("_")


def choose(asked):
    """(table, whether a person should look) for what is evidently one of the course's tables; else None.

    By name, the pattern that says most first; where names do not tell, by the columns that the code names.
    """
    name = _key(base(asked))
    named = min(((-said, place) for place, table in enumerate(TABLES) if (said := _said(table, name))), default=None)
    best = max(TABLES, key=lambda table: (len(table["fits"]), _shared(table, name)), default=None)
    fitting = len(best["fits"]) if best else 0
    if named:
        chosen = TABLES[named[1]]
        if not chosen["fits"] and fitting >= _FEWEST_COLUMNS:
            return best, True  # its name says one table, the columns that are used another
        return chosen, False
    ending = os.path.splitext(base(asked))[1].casefold()
    if fitting < _FEWEST_COLUMNS or (ending not in _ENDINGS and not is_address(asked)):
        return None
    if not ending and not is_address(asked):
        return None  # a folder, or a file of no kind that holds tables
    return best, fitting < _SURE_COLUMNS


def is_named(asked):
    """Whether the name alone says that one of the course's tables is meant."""
    return any(_said(table, _key(base(asked))) for table in TABLES)


def may_hold_table(asked):
    """Whether the ending is one of a table's or an archive's."""
    return os.path.splitext(base(asked))[1].casefold() in _ENDINGS[:-1]


def _said(table, name):
    """How many characters of `name` the best of the table's patterns spells out; 0 if none fits."""
    return max(
        (len(p.replace("*", "")) for p in map(_pattern, table["also"]) if fnmatch.fnmatchcase(name, p)), default=0
    )


def _pattern(written):
    return "*".join(_key(part) if part else "" for part in written.split("*"))


def _shared(table, name):
    """Words that a name shares with the table's own, such as `test`."""
    return len(set(name.split("_")) & set(_key(base(table["told"])).split("_")))


def local(asked):
    """A file of the notebook's folder under the longest end of the path that is there; None if none is."""
    parts = [part for part in re.split(r"[\\/]+", asked) if part not in ("", ".", "..", "~")]
    for start in range(len(parts)):
        found = os.path.join(WORK[0], *parts[start:])
        if isfile(found):
            return found
    return None


def file_of(table, asked):
    """A file with the table in the form that the name asks for: CSV, a spreadsheet, or an archive with CSV in it."""
    name = base(asked)
    lower = name.casefold()
    if not lower.endswith((".zip", ".tgz", ".tar.gz", ".tar", ".gz", ".xlsx", ".xls")):
        return table["file"]
    made = os.path.join(os.path.dirname(table["file"]), f"{table['name']}-{name}")
    if not exists(made):
        _pack(table["file"], lower, f"{name.split('.')[0]}.csv", made)
    return made


def content_of(table, asked):
    with _open(file_of(table, asked), "rb") as file:
        return file.read()


def _pack(source, lower, inside, made):
    if lower.endswith((".xlsx", ".xls")):
        import pandas

        pandas.read_csv(source).to_excel(made if lower.endswith("x") else made + "x", index=False)
    elif lower.endswith(".zip"):
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
            archive.write(source, inside)
    elif lower.endswith((".tgz", ".tar.gz", ".tar")):
        with tarfile.open(made, "w" if lower.endswith(".tar") else "w:gz", compresslevel=1) as archive:
            archive.add(source, inside)
    else:
        import gzip

        with _open(source, "rb") as plain, gzip.open(made, "wb", compresslevel=1) as packed:
            packed.write(plain.read())


def stream_of(table, asked):
    return io.BytesIO(content_of(table, asked))
