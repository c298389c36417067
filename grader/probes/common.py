"""What the probes share: faults, and numbers on their way out."""

import base64
import math


class Fault(Exception):
    """Why there is no answer. `kind` is missing, wrong_type, raised or unusable; the judge finds the words."""

    def __init__(self, kind, message=""):
        super().__init__(message)
        self.kind = kind
        self.message = message


def lookup(namespace, name):
    if name not in namespace:
        raise Fault("missing")
    return namespace[name]


def lookup_module(namespace, name):
    import torch

    value = lookup(namespace, name)
    if not isinstance(value, torch.nn.Module):
        raise Fault("wrong_type", type(value).__name__)
    return value


def describe(error):
    """`TypeError: ...`, whatever the student's exception class does when printed."""
    try:
        text = str(error)
    except BaseException:  # a hostile __str__ must not become our crash
        text = "(its message cannot be printed)"
    return f"{type(error).__name__}: {text}"[:500]


def finite_or_none(value):
    """JSON has no NaN; the judge reads None as 'not a finite number'."""
    value = float(value)
    return value if math.isfinite(value) else None


def encode(array):
    """float32 array -> base64 text, little endian, C order."""
    return base64.b64encode(array.astype("<f4").tobytes()).decode("ascii")


def decode(text, columns):
    """base64 text of little-endian float64 -> array of shape (rows, columns)."""
    import numpy as np

    return np.frombuffer(base64.b64decode(text), dtype="<f8").reshape(-1, columns)


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


def floats(value, at_most=1_000_000):
    """A student's sequence of numbers -> list of floats: lists, tensors, arrays, Series, deques."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if hasattr(value, "tolist"):
        value = value.tolist()
    is_sequence = hasattr(value, "__len__") and hasattr(value, "__iter__")
    if not is_sequence or isinstance(value, str | bytes | dict):
        raise Fault("wrong_type", type(value).__name__)
    if len(value) > at_most:
        raise Fault("unusable", f"{len(value)} entries")
    numbers = []
    for entry in value:
        try:
            numbers.append(_number(entry))
        except (TypeError, ValueError):
            raise Fault("wrong_type", f"list of {type(entry).__name__}") from None
    return numbers


def _number(entry):
    """A number, also where it is wrapped in a tensor or array of one element."""
    if hasattr(entry, "detach"):
        entry = entry.detach().cpu()
    if hasattr(entry, "tolist"):
        entry = entry.tolist()
    while isinstance(entry, list) and len(entry) == 1:
        entry = entry[0]
    return float(entry)
