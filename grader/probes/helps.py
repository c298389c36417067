"""The ledger of what was repaired in this kernel, and how a repair is put behind what may fail.

A repair acts where something has failed, or certainly would; a notebook in which nothing does meets the libraries as
they are. What stands in the ledger is a claim like all that comes out of here.
"""

import functools
import importlib.machinery
import os
import sys

from .observer import OBSERVER

_MOST = 100
_ENTRIES = {}
_HOME = os.path.expanduser("~")
TABLES = []  # what may be given in place of a table: dicts of name, file, told, also, columns, fits, loader, target
WORK = [os.getcwd()]  # the notebook's folder, wherever it goes


def note(kind, what, instead="", review=False):
    """Enter a repair, once for each thing; `what` and `instead` are cut short on the other side too."""
    try:
        what, instead = str(what).replace(_HOME, "~")[:300], str(instead)[:300]
        if len(_ENTRIES) < _MOST:
            entry = {"kind": kind, "run": OBSERVER.execution, "what": what, "instead": instead, "review": review}
            _ENTRIES.setdefault((kind, what, instead), entry)
    except Exception:  # whatever a path or a name does when printed
        return


def ledger(namespace, request):
    """All entries so far."""
    return {"repairs": list(_ENTRIES.values())}


def on_failure(owner, name, errors, mend):
    """Replace `owner.name` by one that, where it raises one of `errors`, does what `mend(error, args, kwargs)` returns,
    a function of no arguments; None leaves the error as it is. Returns the original, None if there is none."""
    original = getattr(owner, name, None)
    if original is None:
        return None

    @functools.wraps(original)
    def tried(*args, **kwargs):
        __tracebackhide__ = True
        try:
            return original(*args, **kwargs)
        except errors as error:
            again = _mended(mend, error, args, kwargs)
            if again is None:
                raise
        return again()

    setattr(owner, name, tried)
    return original


def _mended(mend, error, args, kwargs):
    try:
        return mend(error, args, kwargs)
    except Exception:  # what cannot be repaired fails as it would have without us
        return None


class _Finder:
    """Calls `then(module)` once a module that is not imported yet has been."""

    def __init__(self):
        self.then = {}

    def find_spec(self, name, path=None, target=None):
        if name not in self.then:
            return None
        then = self.then.pop(name)
        others = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next((found for finder in others if (found := finder.find_spec(name, path, target))), None)
        loader = getattr(spec, "loader", None)
        if not isinstance(loader, importlib.machinery.SourceFileLoader):
            return spec
        execute = loader.exec_module

        def exec_module(module):
            execute(module)
            then(module)

        loader.exec_module = exec_module
        return spec


_FINDER = _Finder()


def after_import(name, then):
    """Call `then(module)` now, if it is imported, or when it is."""
    if name in sys.modules:
        then(sys.modules[name])
        return
    _FINDER.then[name] = then
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)


def called_by_notebook():
    """Whether the nearest code that is not ours is a cell or a file beside the notebook, not a library."""
    frame = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(__package__):
        frame = frame.f_back
    if frame is None or frame.f_globals.get("__name__") == "__main__":
        return frame is not None
    file = frame.f_code.co_filename
    return not file.startswith("<") and os.path.abspath(file).startswith(WORK[0] + os.sep)


def install(settings, modules):
    """Put in place what the notebook calls for. `settings`: `tables` as above; `modules`: those of ours to install."""
    TABLES.extend(settings.get("tables", ()))
    WORK[0] = os.getcwd()
    for module in modules:
        try:
            module.install()
        except ImportError:  # a library that the environment lacks
            continue
