"""Asks a student's prediction function for rows it has not seen, in several orders and batch sizes."""

from .arrays import one_per_row
from .common import BOUND, Fault, Module, decode, describe, encode, is_a, lookup, name_of, pd, torch
from .layer import Layer
from .observer import OBSERVER

_PERTURBED_ROWS = 64
_frame = pd.DataFrame


def predictions(namespace, request):
    """`name`: function of a DataFrame; `columns`; `tables`: name -> base64 float64; `again`: lists of row numbers.

    With `inputs` the tables hold what the model itself is fed, and it answers in its own unit.

    Answers per table `{"shape", "values"}` (base64 float32) or `{"fault", "message"}`; the same for `again`, rows of
    the first table asked a second time, list by list; and for `perturbed`, its first rows asked while the parameters
    of `model` are other than they were. `layer` tells what the model's only Linear layer did meanwhile.
    """
    columns = request["columns"]
    model = BOUND.get(request.get("model"), namespace.get(request.get("model")))
    if request.get("inputs"):
        function, frame = _fed(model), lambda rows: rows
    else:
        function = lookup(namespace, request["name"])
        frame = lambda rows: _frame(rows.copy(), columns=columns)  # noqa: E731  # as short as its twin above
    if not callable(function):
        raise Fault("wrong_type", name_of(type(function)))
    tables = {name: decode(text, len(columns)) for name, text in request["tables"].items()}
    first = next(iter(tables.values()))
    OBSERVER.inputs = {}
    layer = Layer(model)

    def ask(rows):
        layer.start()
        return _ask(function, frame(rows), len(rows))

    with layer:
        answers, seen = {}, {}
        for name, rows in tables.items():
            answers[name] = ask(rows)
            seen = seen or layer.seen(len(rows))
        again = [(ask(first[rows]), layer.seen(len(rows))) for rows in request["again"]]
        inputs, OBSERVER.inputs = OBSERVER.inputs, None
        perturbed = _perturbed(model, lambda: ask(first[:_PERTURBED_ROWS]))
        told = {"moved": layer.moved, "had_gradient": layer.had_gradient, "type": layer.type}
        told["perturbed"] = layer.seen(min(_PERTURBED_ROWS, len(first)))
    INPUTS.update({id(module): (module, tensor[:64]) for module, tensor in inputs.items()})
    return {
        "tables": answers,
        "again": [answer for answer, _ in again],
        "perturbed": perturbed,
        "layer": {**told, "first": seen, "again": [calls for _, calls in again]},
    }


INPUTS = {}  # id(module) -> (module, a batch that the student's own preprocessing fed it)


def _perturbed(model, ask):
    """The answer with all parameters of the model changed; None if there is no model. Puts them back."""
    if not is_a(model, Module):
        return None
    kept = [(p, p.detach().clone()) for p in Module.parameters(model)]
    try:
        _put(kept, lambda values: values * -0.5 + 0.01)
        return ask()
    except Exception as error:
        return {"fault": "raised", "message": describe(error)}
    finally:
        _put(kept, lambda values: values)


def _put(kept, change):
    with torch.no_grad():
        for parameter, values in kept:
            parameter.copy_(change(values))


def _fed(model):
    """A function of a model's own inputs, float64 of shape (rows, columns)."""
    if not is_a(model, Module):
        raise Fault("missing")
    own = next((p for p in Module.parameters(model) if p.is_floating_point()), torch.zeros(1))

    def predict(rows):
        training = model.training
        model.eval()
        try:
            with torch.no_grad():
                return model(torch.tensor(rows, dtype=own.dtype, device=own.device))
        finally:
            model.train(training)

    return predict


def _ask(function, given, rows):
    try:
        answer = one_per_row(function(given), rows)
        return {"shape": list(answer.shape), "values": encode(answer)}
    except Fault as fault:
        return {"fault": fault.kind, "message": fault.message}
    except KeyboardInterrupt:
        raise  # the deadline: the rest is not asked
    except BaseException as error:  # SystemExit too: it ends the function, not the kernel
        return {"fault": "raised", "message": describe(error)}
