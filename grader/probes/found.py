"""Models that a notebook trained under names of its own: what they are, what they were fed, and which is meant.

The grader decides which of them answers an item; `bind` tells the other probes, so that they find it by the rubric's
name. Everything answered here is raw: rows, losses, layers. What it means is decided elsewhere.
"""

from .arrays import floats
from .common import BOUND, Fault, Linear, Module, describe, encode, is_a, name_of, np, torch
from .modules import bends, in_precision, layers
from .observer import OBSERVER
from .predictions import INPUTS
from .search import names_of_modules, reachable

_MOST_NUMBERS = 500_000  # of one matrix that crosses
_MOST_VECTORS = 12
_MOST_UNUSED = 16
_ASKED_AGAIN = 256  # rows of an evaluation
_FEWEST_LOSSES, _MOST_LOSSES, _MOST_UNSEEN = 5, 200_000, 10_000
_AGREEING = 0.5  # share of a list's values that must be losses that were seen


def models(namespace, request):
    """Every model that was called, in the order of first calls; `named`: which of the names wanted exist, and how."""
    OBSERVER.trainings.settle(OBSERVER.execution)
    paths = names_of_modules(namespace)
    found = [_facts(training, paths.get(id(training.model))) for training in OBSERVER.trainings.of.values()]
    return {
        "models": found,
        "named": {name: _kind(namespace[name]) for name in request["names"] if name in namespace},
        "odd": len(OBSERVER.trainings.odd),
        "unused": _unused(namespace),
        "loose_losses": sum(not called for _, called in OBSERVER.losses),
    }


def _unused(namespace):
    """Modules with Linear layers of which no part was ever called."""
    found = []
    for path, value in reachable(namespace):
        if len(found) < _MOST_UNUSED and is_a(value, Module):
            parts = list(Module.modules(value))
            linear = sum(is_a(part, Linear) for part in parts)
            if linear and not any(part in OBSERVER.initial for part in parts):
                found.append({"path": path, "type": name_of(type(value)), "linear": linear})
    return found


def _kind(value):
    if is_a(value, Module):
        return "module"
    return "function" if callable(value) else "value"


def _facts(training, path):
    model = training.model
    inputs = _some_inputs(training)
    if inputs is not None:
        INPUTS[id(model)] = (model, inputs[:64])
    losses = OBSERVER.losses_of(model)
    return {
        "path": path,
        "type": name_of(type(model)),
        "layers": layers(model),
        "parameters": OBSERVER.parameters(model),
        "bends": _bent(model, inputs),
        "losses": len(losses),
        "first_loss": _finite(losses[:1]),
        "last_loss": _finite(losses[-1:]),
        "cells": training.cells,
        "columns": None if inputs is None else inputs.shape[1],
        "outputs": _outputs(training),
        "evaluations": [
            {"rows": sum(len(x) for x, _ in calls), "after": after, "cell": cell}
            for after, calls, cell in training.evaluations
        ],
    }


def _finite(losses):
    return next((float(loss) for loss in losses if np.isfinite(loss)), None)


def _some_inputs(training):
    calls = [batch[0] for batch in training.batches] or [x for _, calls, _ in training.evaluations for x, _ in calls]
    return max(calls, key=len, default=None)


def _outputs(training):
    calls = [batch[1] for batch in training.batches] or [o for _, calls, _ in training.evaluations for _, o in calls]
    return int(calls[-1].numel() // max(1, len(calls[-1]))) if calls else None


def _bent(model, inputs):
    if inputs is None or len(inputs) < 2:
        return {"fault": "raised", "message": "it was never fed rows"}
    try:
        with torch.enable_grad():
            return in_precision(model, lambda twin, dtype: bends(twin, inputs[:64].cpu().to(dtype, copy=True)))
    except Exception as error:
        return {"fault": "raised", "message": describe(error)}


# ---------------------------------------------------------------- what one of them was fed


def fed(namespace, request):
    """Rows that model `handle` was trained on last (else evaluated on), what its loss was made from, and evaluations.

    `targets`: tensors of one number per row, of which one may be the target or its difference from the output.
    """
    training = _training(request["handle"])
    batches = list(training.batches)
    if not batches:
        last = max(training.evaluations, key=lambda e: sum(len(x) for x, _ in e[1]), default=None)
        batches = [(x, o, []) for x, o in last[1]] if last else []
    if not batches:
        raise Fault("nothing")
    inputs = _joined([x for x, _, _ in batches])
    saved = _saved_by_place(batches)
    every = max(1, -(-inputs.size // _MOST_NUMBERS))
    vectors = _vectors(namespace, len(inputs)) if not saved else []
    return {
        "rows": len(inputs),
        "every": every,
        "inputs": _block(inputs[::every]),
        "outputs": _block(_joined([o.reshape(len(o), -1)[:, :1] for _, o, _ in batches])[::every]),
        "targets": [_block(vector.reshape(-1, 1)[::every]) for vector in [*saved, *vectors]],
        "evaluations": [_evaluation(training.model, *evaluation) for evaluation in training.evaluations],
    }


def changed(namespace, request):
    """Of each evaluation of model `handle`, whether the model gives something else for the same rows now."""
    training = _training(request["handle"])
    return {"changed": [_changed_since(training.model, *calls[0]) for _, calls, _ in training.evaluations]}


def _training(handle):
    return list(OBSERVER.trainings.of.values())[handle]


def _joined(tensors):
    return np.concatenate([_plain(tensor) for tensor in tensors]).astype(np.float64)


def _plain(tensor):
    return tensor.detach().cpu().double().numpy()


def _saved_by_place(batches):
    """The tensors of each batch's loss, joined over the batches by their place among the saved ones."""
    count = min(len(saved) for _, _, saved in batches)
    return [np.concatenate([_per_row(saved[place], len(x)) for x, _, saved in batches]) for place in range(count)]


def _per_row(tensor, rows):
    """One number per row; of a square that broadcasting made, its first row, which is the target's own."""
    plain = _plain(tensor)
    if plain.size == rows:
        return plain.reshape(-1)
    square = plain.reshape(rows, rows)
    return square[0] if np.ptp(square[:, 0]) == 0 else square[:, 0]


def _vectors(namespace, rows):
    """Lists, arrays and tensors that hold one number per row, for a training whose loss was never sent backward."""
    found = []
    for _, value in reachable(namespace):
        if len(found) < _MOST_VECTORS and getattr(value, "shape", None) is not None and 0 < len(value.shape) <= 2:
            try:
                if int(np.prod(value.shape)) == rows:
                    found.append(np.array(floats(value)))
            except (Fault, TypeError, ValueError):
                continue
    return [vector for vector in found if np.isfinite(vector).all()]


def _evaluation(model, after, calls, cell):
    inputs = _joined([x for x, _ in calls])
    outputs = _joined([o.reshape(len(o), -1)[:, :1] for _, o in calls])
    every = max(1, -(-inputs.size // (_MOST_NUMBERS // 4)))
    blocks = {"inputs": _block(inputs[::every]), "outputs": _block(outputs[::every])}
    return {"after": after, "cell": cell, "changed": _changed_since(model, *calls[0]), **blocks}


def _changed_since(model, inputs, outputs):
    """Whether the model gives something else for the same rows now, as after another training; None if it cannot."""
    was_training = model.training
    try:
        with torch.no_grad():
            again = model.eval()(inputs[:_ASKED_AGAIN]).reshape(-1)
        before = outputs[:_ASKED_AGAIN].reshape(-1)
        return not torch.allclose(
            again, before, rtol=1e-3, atol=1e-3 * float(before.std()) if len(before) > 1 else 1e-6
        )
    except Exception:
        return None
    finally:
        model.train(was_training)


def _block(array):
    return {"shape": list(array.shape), "values": encode(array)}


# ---------------------------------------------------------------- which one is meant


def bind(namespace, request):
    """From now on `model` names the model `handle`, and `losses` the list of its losses, if there is one."""
    training = _training(request["handle"])
    BOUND[request["model"]] = training.model
    told = {"losses": None}
    if request.get("losses"):
        path, values = _loss_list(namespace, training.history or _history_of_kin(training))
        if values is not None:
            BOUND[request["losses"]] = values
            told["losses"] = path
    return told


def _history_of_kin(training):
    """Of a model of the same form whose weights a model that was never trained may hold: the last one's."""
    sizes = [p.shape for p in Module.parameters(training.model)]
    kin = [t for t in OBSERVER.trainings.of.values() if [p.shape for p in Module.parameters(t.model)] == sizes]
    return next((other.history for other in reversed(kin) if other.history), [])


def _loss_list(namespace, observed):
    """Where the losses of a training are kept: the list that agrees best with those observed, else a drawn curve."""
    best, chosen = 0.0, (None, None)
    other, fallback = 0.0, (None, None)
    kept = ((path, value) for path, value in reachable(namespace) if hasattr(type(value), "__len__"))
    drawn = ((f"the curve {label!r}", heights) for label, heights in OBSERVER.curves)
    for path, value in (*kept, *drawn):
        if not is_a(value, list, tuple, torch.Tensor, np.ndarray) and "pandas" not in type(value).__module__:
            continue
        try:
            values = floats(value, _MOST_LOSSES)
        except (Fault, TypeError, ValueError, RuntimeError):
            continue
        if len(values) < _FEWEST_LOSSES:
            continue
        share = _agreement(values, observed) if observed else 0.0
        if share > best:
            best, chosen = share, (path, values)
        looks = _looks_like_losses(path, values)
        if looks > other and not _are_anothers(values, observed):
            other, fallback = looks, (path, values)
    if best >= _AGREEING:
        return chosen
    return fallback if other > (0.5 if observed else 0.0) else (None, None)  # a part of the loss, perhaps: not seen


def _are_anothers(values, observed):
    """Whether a list holds the losses of another training than that which `observed` are of."""
    histories = [training.history for training in OBSERVER.trainings.of.values()]
    return any(h and h is not observed and _agreement(values, h) >= _AGREEING for h in histories)


def _looks_like_losses(path, values):
    """For a training whose loss never went backward: a list that falls and is called so."""
    named = any(word in path.lower() for word in ("loss", "cost", "mse", "err", "hist", "손실", "오차"))
    tenth = max(1, len(values) // 10)
    falls = np.isfinite(values).all() and np.mean(values[-tenth:]) < np.mean(values[:tenth])
    return 0.5 + 0.5 * named if falls and len(values) <= _MOST_UNSEEN and min(values) >= 0 else 0.0


def _agreement(values, observed):
    """Share of `values` that are observed losses, roots of them, or means over parts of equal length (epochs)."""
    known = {f"{loss:.6g}" for loss in observed} | {f"{max(loss, 0.0) ** 0.5:.6g}" for loss in observed}
    exact = sum(f"{v:.6g}" in known for v in values) / len(values)
    parts = len(observed) // len(values)
    means = 0.0
    if parts > 1:
        chunks = np.array(observed[: parts * len(values)]).reshape(len(values), parts).mean(1)
        means = float(np.mean(np.abs(chunks - np.array(values)) <= 0.01 * np.abs(chunks)))
    whole = min(len(values), len(observed)) / max(len(values), len(observed)) if exact >= means else 0.9
    return max(exact, means) * (0.9 + 0.1 * whole)
