"""Where in a notebook's namespace a value can be reached: in containers, attributes and closures too."""

import collections
import itertools
import types

from .common import Module, is_a, np, pd, torch

_MOST_VALUES, _DEEPEST, _MOST_ENTRIES = 20_000, 3, 64
_IPYTHON = {"In", "Out", "exit", "quit", "get_ipython", "open"}
_LEAVES = (str, bytes, int, float, bool, complex, type, types.ModuleType, type(None))
_ARRAYS = (torch.Tensor, np.ndarray, pd.Series, pd.DataFrame, pd.Index)


def reachable(namespace):
    """Yields (how it is written, value), nearest first: `losses`, `history['train']`, `trainer.losses`, `nets[0]`."""
    seen = set()
    names = [name for name in namespace if not name.startswith("_") and name not in _IPYTHON]
    waiting = collections.deque((name, namespace[name], 0) for name in names)
    while waiting and len(seen) < _MOST_VALUES:
        path, value, depth = waiting.popleft()
        if is_a(value, *_LEAVES) or id(value) in seen:
            continue
        seen.add(id(value))
        yield path, value
        if depth < _DEEPEST:
            waiting.extend((*entry, depth + 1) for entry in _within(path, value))


def _within(path, value):
    """What a container, an object or a function holds; never by code of the student's."""
    if is_a(value, dict):
        entries = itertools.islice(dict.items(value), _MOST_ENTRIES)
        return [(f"{path}[{key!r}]"[:100], entry) for key, entry in entries if is_a(key, str, int, float)]
    if is_a(value, list, tuple):
        kind = list if is_a(value, list) else tuple
        if all(is_a(entry, float, int) for entry in itertools.islice(kind.__iter__(value), 3)):
            return []  # numbers: a leaf
        return [(f"{path}[{i}]"[:100], e) for i, e in enumerate(itertools.islice(kind.__iter__(value), _MOST_ENTRIES))]
    if is_a(value, types.FunctionType):
        cells = zip(value.__code__.co_freevars, value.__closure__ or (), strict=False)
        return [(f"{path}.{name}"[:100], content) for name, cell in cells for content in _content(cell)]
    if is_a(value, *_ARRAYS, Module) or type(value).__module__.partition(".")[0] in ("torch", "numpy", "pandas"):
        return []
    attributes = getattr(type(value), "__dict__", None) and _attributes(value)
    return [
        (f"{path}.{name}"[:100], entry) for name, entry in itertools.islice((attributes or {}).items(), _MOST_ENTRIES)
    ]


def _content(cell):
    try:
        return [cell.cell_contents]
    except ValueError:
        return []


def _attributes(value):
    try:
        found = object.__getattribute__(value, "__dict__")
    except (AttributeError, TypeError):
        return {}
    return {name: entry for name, entry in dict.items(found) if is_a(name, str)} if is_a(found, dict) else {}


def names_of_modules(namespace):
    """id(module) -> how it is written, for all modules that can be reached."""
    found = {}
    for path, value in reachable(namespace):
        if is_a(value, Module):
            found.setdefault(id(value), path)
    return found
