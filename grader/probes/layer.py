"""What the only Linear layer of a model is given and gives while a prediction function is asked."""

from .arrays import tensor
from .common import Fault, Linear, Module, describe, encode, is_a, name_of, np
from .observer import OBSERVER

_MOST_NUMBERS = 1_000_000  # inputs of one asking, 5 MB as text; homework 1 has 2,433 rows of 8


class Layer:
    """Watches the layer; what is kept are copies, so that nothing done later changes them."""

    def __init__(self, model):
        self.fault, self.layer, self.type = None, None, ""
        self.moved, self.had_gradient = [], False
        self.calls = []  # (inputs, outputs, weight, bias) of each call since `start`
        self.numbers = 0
        try:
            self.layer = _only_linear(model)
            self.type = f"{type(self.layer).__module__}.{name_of(type(self.layer))}"
            self.moved = [row["moved"] for row in OBSERVER.parameters(self.layer)]
            self.had_gradient = any(p.grad is not None for p in Module.parameters(self.layer))
        except Fault as fault:
            self.fault = {"fault": fault.kind, "message": fault.message}
        except Exception as error:
            self.fault = {"fault": "raised", "message": describe(error)}

    def __enter__(self):
        if self.fault is None:
            self.hook = Module.register_forward_hook(self.layer, self._note, with_kwargs=True)
        return self

    def __exit__(self, *_):
        if self.fault is None:
            self.hook.remove()

    def start(self):
        self.calls, self.numbers = [], 0

    def _note(self, layer, args, kwargs, output):
        """A forward hook: whatever it stumbles over, the student's forward pass goes on."""
        try:
            inputs = tensor(args[0] if args else kwargs["input"])
            self.numbers += inputs.size
            if self.numbers <= _MOST_NUMBERS:
                weight = tensor(layer.weight).copy()
                bias = np.zeros(1) if layer.bias is None else tensor(layer.bias).copy()
                rows = inputs.astype(np.float32).reshape(-1, weight.shape[1])
                self.calls.append((rows, tensor(output).astype(np.float32).reshape(-1, 1), weight, bias))
        except Exception:
            self.calls.append(None)

    def seen(self, rows):
        """Inputs and outputs of the last calls that make up `rows` rows, and the weights as they were then."""
        if self.fault:
            return self.fault
        if not self.calls:
            return {"fault": "not_called"}
        if any(call is None for call in self.calls) or self.numbers > _MOST_NUMBERS:
            return {"fault": "unusable", "message": f"{self.numbers} numbers, or inputs that are no tensors"}
        last, place = 0, len(self.calls)
        while last < rows and place:
            place -= 1
            last += len(self.calls[place][0])
        if last != rows:
            return {"fault": "unusable", "message": f"it was called with {last} rows for {rows}"}
        inputs, outputs, weights, biases = zip(*self.calls[place:], strict=True)
        return {
            "inputs": _block(np.concatenate(inputs)),
            "outputs": _block(np.concatenate(outputs)),
            "weight": _block(weights[-1]),
            "bias": _block(biases[-1].reshape(1, -1)),
        }


def _only_linear(model):
    if not is_a(model, Module):
        raise Fault("missing")
    found = [layer for layer in Module.modules(model) if is_a(layer, Linear)]
    if len(found) != 1:
        raise Fault("unusable", f"it has {len(found)} Linear layers")
    if tuple(found[0].weight.shape[:1]) != (1,):
        raise Fault("unusable", f"its weight has shape {list(found[0].weight.shape)}")
    return found[0]


def _block(array):
    return {"shape": list(array.shape), "values": encode(array)}
