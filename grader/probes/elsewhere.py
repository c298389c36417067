"""Modules that exist only on Colab, or only fetch what the network has: found last, when nothing else is found."""

import importlib.abc
import importlib.machinery
import os
import sys
import types
from os.path import isdir

from .files import is_foreign
from .helps import TABLES, WORK, note
from .tables import base, choose, content_of, is_named

_open = open


def install():
    sys.meta_path.append(_Last())


class _Last(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The finder after all others, and the loader of what it finds."""

    def find_spec(self, name, path=None, target=None):
        first = name.partition(".")[0]
        if name == "google" or name.startswith("google.colab") or name in _MODULES or first in _EMPTY:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return types.ModuleType(spec.name)

    def exec_module(self, module):
        name = module.__name__
        if name in _EMPTY:
            note("font", name)
        vars(module).update(_MODULES.get(name, {}))
        if name.startswith("google.colab") or name in _EMPTY:
            module.__getattr__ = lambda missing: _part(name, missing)
        if name == "google.colab":
            note("colab", name)


def _part(module, name):
    """What nobody foresaw of Colab's: a function that does nothing."""
    if name.startswith("__"):
        raise AttributeError(name)
    found = f"{module}.{name}"
    if found in _MODULES or module == "google.colab":
        import importlib

        return importlib.import_module(found)
    return _idle(found)


def _idle(name, returned=None):
    def idle(*args, **kwargs):
        note("colab", name)
        return returned

    idle.__name__ = name.rpartition(".")[2]
    return idle


class _Uploads(dict):
    """File name -> content, as `files.upload()` gives it: the first of the course's tables, others by their name."""

    def __missing__(self, name):
        chosen = choose(str(name))
        if chosen is None:
            raise KeyError(name)
        table, review = chosen
        note("data", name, table["told"], review)
        self[name] = content_of(table, str(name))
        return self[name]


def _upload(*args, **kwargs):
    note("colab", "files.upload()", TABLES[0]["told"] if TABLES else "")
    return _Uploads({base(table["told"]): content_of(table, table["told"]) for table in TABLES[:1]})


def _imshow(image):
    """The picture, with the channels as OpenCV orders them."""
    from IPython.display import display
    from PIL import Image

    array = image.clip(0, 255).astype("uint8")
    note("colab", "cv2_imshow", "PIL")
    display(Image.fromarray(array[..., ::-1] if array.ndim == 3 and array.shape[-1] == 3 else array))


def fetch(kind, asked, name=None, folder=None):
    """Put what is asked for under `name`, a file's or a folder's, if it is one of the course's tables; returns where.

    What cannot be told by what is asked, such as a number of Google Drive's, is told by the name that it is to have.
    """
    telling = name if name and is_named(name) and not is_named(asked) else asked
    chosen = choose(telling) or (choose(name) if name else None)
    if chosen is None:
        note("command", kind)
        return None
    table, review = chosen
    path = _place(asked, name, folder)
    with _open(path, "wb") as file:
        file.write(content_of(table, path))
    note("download", kind, f"{table['told']} → {os.path.relpath(path, WORK[0])}", review)
    return path


def _place(asked, name, folder):
    """A path that can be written: what should go to a place of another machine goes into the notebook's folder."""
    path = os.path.join(folder or "", name or "")
    if not name or name.endswith(("/", "\\")) or isdir(path):
        path = os.path.join(path, base(asked))
    if is_foreign(path):
        return os.path.join(WORK[0], base(path))
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    except OSError:
        return os.path.join(WORK[0], base(path))
    return path


def _download(url="", output=None, *args, **kwargs):
    """gdown.download, gdown.cached_download and wget.download."""
    asked = str(url or kwargs.get("id") or kwargs.get("url") or "")
    output = output or kwargs.get("out") or kwargs.get("path")
    return fetch(f"download({asked[:150]!r})", asked, None if output is None else os.fspath(output))


def _folder(url="", output=None, *args, **kwargs):
    """gdown.download_folder: the files that it brought."""
    asked = str(url or kwargs.get("id") or "")
    found = fetch(f"download_folder({asked[:150]!r})", asked, None, output)
    return [] if found is None else [found]


def _dataset(handle, *args, **kwargs):
    """kagglehub.dataset_download and opendatasets.download: a folder."""
    fetch(f"download({str(handle)[:150]!r})", f"{base(str(handle))}.csv", None)
    return WORK[0]


_MODULES = {
    "google": {},
    "google.colab": {},
    "google.colab.drive": {
        "mount": _idle("drive.mount"),
        "flush_and_unmount": _idle("drive.flush_and_unmount"),
    },
    "google.colab.files": {"upload": _upload, "download": _idle("files.download"), "view": _idle("files.view")},
    "google.colab.userdata": {"get": _idle("userdata.get", "")},
    "google.colab.patches": {"cv2_imshow": _imshow},
    "gdown": {"download": _download, "cached_download": _download, "download_folder": _folder},
    "wget": {"download": _download},
    "kagglehub": {"dataset_download": _dataset},
    "opendatasets": {"download": _dataset},
}
_EMPTY = ("koreanize_matplotlib",)  # imported for their effect on fonts alone
