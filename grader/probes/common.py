"""What the probes share: faults, libraries as they were before the notebook, and numbers on their way out."""

import base64
import binascii
import builtins
import json
import math
import struct
import sys
import zlib

# Held from before the first cell: a notebook that clears `sys.modules` or binds another object to `np` changes nothing.
import numpy as np
import pandas as pd
import torch

pd.set_option("display.max_columns", 20)  # what pandas chooses in a notebook; imported here it takes us for a terminal

Conv1d, Conv2d, Linear, Module = torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Linear, torch.nn.Module
_to_base64, _from_base64, _decompress = binascii.b2a_base64, binascii.a2b_base64, zlib.decompress
_LIBRARIES = {library.__name__: library for library in (base64, builtins, json, np, pd, struct, sys, torch)}

# What predictions, inputs and gradients pass through, here or in the libraries' own code.
_WATCHED = {
    "builtins": "__import__ abs float getattr hasattr int isinstance len list max min range repr sum tuple type zip",
    "base64": "b64encode b64decode",
    "json": "dumps loads",
    "struct": "pack unpack",
    "sys": "modules",
    "numpy": "array asarray frombuffer isfinite mean ndarray sum",
    "pandas": "DataFrame Series",
    "pandas.DataFrame": "__init__ to_numpy values",
    "torch": "Tensor equal no_grad randn tensor",
    "torch.Tensor": "__array__ backward cpu detach item numpy tolist",
    "torch.autograd": "backward grad",
    "torch.nn": "Linear Module",
    "torch.nn.functional": "linear mse_loss",
    "torch.nn.Linear": "forward",
    "torch.nn.Module": "__call__ forward load_state_dict modules named_parameters parameters state_dict",
}


_BEFORE = {}


def _meanings():
    """(owner, name) -> what it means now."""
    meanings = {}
    for path, names in _WATCHED.items():
        first, *rest = path.split(".")
        owner = _LIBRARIES[first]
        for name in rest:
            owner = getattr(owner, name, None)
        meanings |= {(path, name): getattr(owner, name, None) for name in names.split()}
    return meanings


def remember():
    """Note what the watched names mean; called once all of ours is installed."""
    _BEFORE.update(_meanings())


def replaced():
    """Names of Python and the libraries that mean something else than before the notebook, such as `numpy.asarray`."""
    changed = [f"{path}.{name}" for (path, name), now in _meanings().items() if _BEFORE.get((path, name)) is not now]
    gone = [name for name, library in _LIBRARIES.items() if sys.modules.get(name) is not library]
    return [*changed, *(f"sys.modules['{name}']" for name in gone)]


class Fault(Exception):
    """Why there is no answer. `kind` is missing, wrong_type, raised, unusable or nothing; the judge finds the words."""

    def __init__(self, kind, message=""):
        super().__init__(message)
        self.kind = kind
        self.message = message


BOUND = {}  # the rubric's names -> what the grader found to be meant, in a notebook that uses other names


def lookup(namespace, name):
    if name in BOUND:
        return BOUND[name]
    if name not in namespace:
        raise Fault("missing")
    return namespace[name]


def is_a(value, *kinds):
    """`isinstance` by the type alone, which an object cannot lie about as it can with `__class__`."""
    return any(issubclass(type(value), kind) for kind in kinds)


def lookup_module(namespace, name):
    value = lookup(namespace, name)
    if not is_a(value, Module):
        raise Fault("wrong_type", name_of(type(value)))
    return value


def name_of(kind):
    """The name that a class was given, whatever its metaclass says."""
    return type.__dict__["__name__"].__get__(kind)[:100]


def describe(error):
    """`TypeError: ...`, whatever the student's exception class does when printed."""
    name = name_of(type(error))
    try:
        return f"{name}: {error}"[:500]
    except BaseException:  # a hostile __str__ must not become our crash
        return f"{name}: (its message cannot be printed)"


def finite_or_none(value):
    """JSON has no NaN; the judge reads None as 'not a finite number'."""
    value = float(value)
    return value if math.isfinite(value) else None


def encode(array):
    """float32 array -> base64 text, little endian, C order. What float32 cannot hold becomes infinite."""
    with np.errstate(all="ignore"):
        return _to_base64(array.astype("<f4").tobytes(), newline=False).decode("ascii")


def decode(text, columns):
    """base64 text of zlib's, of little-endian float64 -> array of shape (rows, columns)."""
    return np.frombuffer(_decompress(_from_base64(text)), dtype="<f8").reshape(-1, columns)


def summary(values):
    """What identifies a curve: its length, ends, range and means. `values`: a list of floats."""
    finite = [v for v in values if math.isfinite(v)]
    head = max(1, min(5, len(finite) // 4))
    tail = max(1, len(finite) // 10)
    every = max(1, -(-len(values) // 200))
    return {
        "length": len(values),
        "not_finite": len(values) - len(finite),
        "first": [finite_or_none(v) for v in values[:3]],
        "last": [finite_or_none(v) for v in values[-3:]],
        "lowest": min(finite, default=None),
        "highest": max(finite, default=None),
        "head_mean": finite_or_none(sum(finite[:head]) / head) if finite else None,
        "tail_mean": finite_or_none(sum(finite[-tail:]) / tail) if finite else None,
        "sample": [finite_or_none(v) for v in values[::every]],
        "every": every,
    }
