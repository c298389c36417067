"""Files and addresses that are not here: found elsewhere in the notebook's folder, or one of the course's tables."""

import builtins
import email.message
import errno
import io
import os
import re
import sys
import urllib.request
import urllib.response
from os.path import isdir  # as it is before a notebook's questions are answered (places.py)

from .helps import WORK, after_import, called_by_notebook, note, on_failure
from .tables import base, choose, content_of, file_of, local

_NOT_HERE = {errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.EROFS, errno.EINVAL}
# places that only other machines have: Colab's, Kaggle's, those of Windows and macOS, a mounted drive
_FOREIGN = re.compile(r"/(?:content|kaggle|gdrive|Users)\b|~|[A-Za-z]:[\\/]|(?:\./)?drive/My ?Drive")
_SYSTEM = ("/usr", "/etc", "/proc", "/sys", "/dev", "/lib", "/lib64", "/bin", "/sbin", "/run", "/var", "/opt")
ASKING = []  # while a library asks for its own files, which are nobody's tables


def replacement(path):
    """What stands in for a file that cannot be read, after a note; None if nothing does."""
    if ASKING or not isinstance(path, str) or _is_the_systems(path):
        return None
    found = local(path)
    if found is not None and os.path.abspath(path) != found:
        note("path", path, os.path.relpath(found, WORK[0]))
        return found
    chosen = choose(path)
    if chosen is None:
        return None
    table, review = chosen
    note("data", path, table["told"], review)
    return file_of(table, path)


def _is_the_systems(path):
    """Whether a path leads into Python's or the system's own folders: what a library looks for there is no table, and
    that it is missing is an answer to the library."""
    if not os.path.isabs(path) or _FOREIGN.match(path):
        return False
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, *_SYSTEM, *filter(os.path.isabs, sys.path)} - {WORK[0]}
    return any(path == place or path.startswith(place.rstrip("/") + "/") for place in places)


def is_foreign(path):
    """Whether a path leads into a place that only other machines have."""
    return isinstance(path, str) and _FOREIGN.match(path) is not None


def place_for(path):
    """Where to write what should go to a place that other machines have; None if it is not such a place."""
    if not is_foreign(path):
        return None
    place = os.path.join(WORK[0], base(path))
    note("path", path, base(path))
    return place


def _plain(path):
    try:
        path = os.fspath(path)
    except TypeError:
        return None
    return path if isinstance(path, str) else None


def _mend_open(error, args, kwargs):
    if getattr(error, "errno", None) not in _NOT_HERE and not isinstance(error, FileNotFoundError):
        return None
    path = _plain(args[0] if args else kwargs.pop("file", None))
    mode = str(args[1] if len(args) > 1 else kwargs.get("mode", "r"))
    found = place_for(path) if re.search("[wax]", mode) else replacement(path) if path else None
    return None if found is None else lambda: _open(found, *args[1:], **kwargs)


_open = open


def _watch_open():
    on_failure(builtins, "open", OSError, _mend_open)
    io.open = builtins.open  # pathlib, and most of the standard library
    from IPython.core import interactiveshell

    if getattr(interactiveshell, "io_open", None) is _open:
        interactiveshell.io_open = builtins.open  # behind what a cell knows as `open`
    after_import("tarfile", lambda module: setattr(module, "bltn_open", builtins.open))


def _watch_numpy():
    from numpy.lib import _datasource

    def mend(error, args, kwargs):
        found = replacement(_plain(args[1]))
        return None if found is None else lambda: original(args[0], found, *args[2:], **kwargs)

    original = on_failure(_datasource.DataSource, "open", OSError, mend)


def _watch_addresses():
    def mend(error, args, kwargs):
        asked = args[0] if args else kwargs["url"]
        asked = asked if isinstance(asked, str) else asked.full_url
        if ASKING or (chosen := choose(asked)) is None:
            return None
        table, review = chosen
        note("data", asked, table["told"], review)
        return lambda: _response(asked, content_of(table, asked))

    on_failure(urllib.request, "urlopen", OSError, mend)
    after_import("requests.sessions", _watch_requests)


def _response(address, content):
    headers = email.message.Message()
    headers["Content-Length"] = str(len(content))
    return urllib.response.addinfourl(io.BytesIO(content), headers, address, 200)


def _watch_requests(sessions):
    import requests

    def mend(error, args, kwargs):
        asked = str(args[2] if len(args) > 2 else kwargs["url"])
        if (chosen := choose(asked)) is None:
            return None
        table, review = chosen
        note("data", asked, table["told"], review)
        return lambda: _answer(requests.Response(), asked, content_of(table, asked))

    on_failure(sessions.Session, "request", OSError, mend)  # a RequestException is one


def _answer(response, address, content):
    response.status_code, response.reason, response.url, response.encoding = 200, "OK", address, "utf-8"
    response.raw = io.BytesIO(content)
    return response


def _watch_writers():
    """What looks for the folder before it writes: the file goes where `open` will put it."""
    import pandas.io.common

    from .common import torch

    def checked(error, args, kwargs):
        return (lambda: None) if _FOREIGN.match(str(args[0])) else None

    def saved(error, args, kwargs):
        place = place_for(_plain(args[1])) if len(args) > 1 else None
        return None if place is None else lambda: original(args[0], place, *args[2:], **kwargs)

    on_failure(pandas.io.common, "check_parent_directory", OSError, checked)
    original = on_failure(torch, "save", (OSError, RuntimeError), saved)


def _watch_folders():
    """Folders of Colab and Kaggle stand for the notebook's own."""

    def staying(error, args, kwargs):
        return (lambda: None) if folder_for(_plain(args[0])) else None

    def listing(error, args, kwargs):
        found = folder_for(_plain(args[0])) if args else None
        return (lambda: original_list(found)) if found else None

    on_failure(os, "chdir", OSError, staying)
    original_list = on_failure(os, "listdir", OSError, listing)
    for name in ("makedirs", "mkdir"):
        on_failure(os, name, OSError, staying)


def folder_for(path):
    """The folder of the notebook's own that a place on another machine stands for, after a note."""
    if path is None or not _FOREIGN.match(path) or isdir(path) or not called_by_notebook():
        return None
    parts = [part for part in re.split(r"[\\/]+", path) if part not in ("", ".", "..", "~")]
    ends = (os.path.join(WORK[0], *parts[start:]) for start in range(1, len(parts)))
    found = next((end for end in ends if isdir(end)), WORK[0])
    note("path", path, os.path.relpath(found, WORK[0]))
    return found


def install():
    for watch in (_watch_open, _watch_numpy, _watch_addresses, _watch_writers, _watch_folders):
        try:
            watch()
        except ImportError:  # another release of a library, or none
            continue
