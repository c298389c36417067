"""What a student's function or list holds, as plain numbers: read by the libraries' own methods for its type.

An object may lie about its shape, its length or its `__array__`; a type that is none of the usual ones is refused
by name, and nothing but float64 arrays of numpy's own type leaves this module.
"""

import array
import collections
import contextlib

from .common import Fault, is_a, name_of, np, pd, torch

_NESTED = 4  # brackets around one number that are looked through


def _methods(kind, *names):
    return {name: getattr(kind, name) for name in names}


# Bound before the notebook runs, and called on the value: a subclass cannot put its own in their place.
_TENSOR = _methods(
    torch.Tensor, "as_subclass", "cpu", "dequantize", "detach", "double", "is_complex", "numpy", "to_dense"
)
_PANDAS = {kind: kind.to_numpy for kind in (pd.Series, pd.DataFrame, pd.Index, pd.api.extensions.ExtensionArray)}
_SEQUENCES = (list, tuple, collections.deque, array.array)
_array, _masked_as, _filled = np.array, np.ma.MaskedArray.astype, np.ma.filled
_plain_tensors = getattr(torch._C, "DisableTorchFunctionSubclass", contextlib.nullcontext)  # since torch 2.0


def one_per_row(value, rows):
    """Predictions as float64 of shape (rows,), (rows, 1) or (1, rows). Raises Fault for anything else."""
    if value is None:
        raise Fault("nothing")
    found = _numbers(value)
    if found.size != rows or found.ndim > 2:
        raise Fault("unusable", f"shape {list(found.shape)} for {rows} rows")
    return found


def floats(value, at_most=1_000_000):
    """A student's sequence of numbers -> list of floats: lists, tensors, arrays, Series, deques."""
    if not is_a(value, torch.Tensor, np.ndarray, *_PANDAS, *_SEQUENCES):
        value = _listed(value)
    found = _numbers(value, text=True)
    if found.ndim == 0:
        raise Fault("wrong_type", name_of(type(value)))
    if found.size > at_most:
        raise Fault("unusable", f"{found.size} entries")
    return found.reshape(-1).tolist()


def _listed(value):
    """Any other sequence, such as a UserList or a range; never one that could be endless."""
    kind = type(value)
    if issubclass(kind, str | bytes | dict | set) or not (hasattr(kind, "__len__") and hasattr(kind, "__getitem__")):
        raise Fault("wrong_type", name_of(kind))
    return [value[place] for place in range(min(len(value), 1_000_001))]


def _numbers(value, text=False):
    """float64 array; `text`: numbers written as text count too. Raises Fault where there is something else."""
    if is_a(value, torch.Tensor):
        found = tensor(value)
    elif is_a(value, np.ma.MaskedArray):
        found = _filled(_masked_as(value, np.float64), np.nan)
    elif is_a(value, *_PANDAS):
        found = next(to_numpy(value) for kind, to_numpy in _PANDAS.items() if is_a(value, kind))
    elif is_a(value, np.ndarray, np.generic):
        found = value
    elif is_a(value, *_SEQUENCES):
        found = _of_entries(_entries(value), value, text)
    else:
        found = _array(_number(value, value, text))
    found = _array(found, subok=False)
    if found.dtype.kind == "O":
        found = _of_entries(found.reshape(-1).tolist(), value, text).reshape(found.shape)
    if found.dtype.kind not in "fiu":
        raise Fault("wrong_type", f"{name_of(type(value))} of {found.dtype}")
    return found.astype(np.float64)


def tensor(value):
    """A tensor of whatever layout, precision, device or subclass -> numpy, float64."""
    with _plain_tensors():
        plain = value if type(value) is torch.Tensor else _TENSOR["as_subclass"](value, torch.Tensor)
        plain = _TENSOR["detach"](plain)
        if plain.is_quantized:
            plain = _TENSOR["dequantize"](plain)
        if plain.layout != torch.strided:
            plain = _TENSOR["to_dense"](plain)
        if plain.dtype == torch.bool or _TENSOR["is_complex"](plain):
            raise Fault("wrong_type", f"{name_of(type(value))} of {plain.dtype}")
        return _TENSOR["numpy"](_TENSOR["cpu"](_TENSOR["double"](plain)))


def _entries(value):
    """What a list really holds, whatever its subclass says."""
    return next([*kind.__iter__(value)] for kind in _SEQUENCES if is_a(value, kind))


def _of_entries(entries, whole, text):
    """Numbers one by one, each in any brackets; or one list in a list."""
    if len(entries) == 1 and is_a(entries[0], *_SEQUENCES) and len(_entries(entries[0])) > 1:
        return _array([[_number(entry, whole, text) for entry in _entries(entries[0])]])
    return _array([_number(entry, whole, text) for entry in entries], dtype=np.float64)


def _number(entry, whole, text):
    """A float from a number that may stand in brackets, an array or a tensor of one element."""
    for _ in range(_NESTED):
        if is_a(entry, torch.Tensor):
            entry = tensor(entry)
        if is_a(entry, np.ndarray) and _array(entry, subok=False).size == 1:
            entry = _array(entry, subok=False).reshape(-1)[0]
        elif is_a(entry, *_SEQUENCES) and len(_entries(entry)) == 1:
            (entry,) = _entries(entry)
        else:
            break
    if entry is None or entry is pd.NA:
        return float("nan")
    numeric = is_a(entry, int, float, np.integer, np.floating) and not is_a(entry, bool)
    if numeric or (text and is_a(entry, str)):
        try:
            return float(entry)
        except OverflowError:
            return float("inf")
        except ValueError:
            pass
    names = [name_of(type(whole)), *([name_of(type(entry))] if entry is not whole else [])]
    raise Fault("wrong_type", " of ".join(names))
