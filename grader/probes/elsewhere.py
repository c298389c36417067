"""Modules that exist only on Colab, or only fetch what the network has: found last, when nothing else is found."""

import importlib.abc
import importlib.machinery
import os
import sys
import types

from .helps import TABLES, WORK, note
from .tables import base, choose, content_of

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


def fetch(kind, asked, path):
    """Put what is asked for at `path` if it is one of the course's tables; whether it is."""
    chosen = choose(asked) or (choose(path) if path else None)
    if chosen is None:
        note("command", kind)
        return None
    table, review = chosen
    path = os.path.join(path, base(asked)) if path and os.path.isdir(path) else path or base(asked)
    with _open(path, "wb") as file:
        file.write(content_of(table, path))
    note("download", kind, f"{table['told']} → {path}", review)
    return path


def _download(url="", output=None, *args, **kwargs):
    """gdown.download and wget.download."""
    return fetch(f"download({str(url)[:150]!r})", str(url or kwargs.get("id", "")), output or kwargs.get("out"))


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
    "gdown": {"download": _download},
    "wget": {"download": _download},
    "kagglehub": {"dataset_download": _dataset},
    "opendatasets": {"download": _dataset},
}
_EMPTY = ("koreanize_matplotlib",)  # imported for their effect on fonts alone
