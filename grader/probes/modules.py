"""What a torch module is and does: its layers, shapes, whether it bends, and its gradients, all in float64."""

import copy
import itertools
import math

from .arrays import floats
from .common import (
    BOUND,
    Conv1d,
    Conv2d,
    Fault,
    Linear,
    Module,
    describe,
    finite_or_none,
    is_a,
    lookup,
    lookup_module,
    summary,
    torch,
)
from .observer import OBSERVER
from .predictions import INPUTS

_ROWS = 64
_ENTRIES = 8  # entries of each parameter compared with central differences
_STEPS = (1e-4, 1e-6)  # two widths: near a kink of ReLU one of them may straddle it
_COARSE_STEPS = (3e-2, 3e-3)  # for float32, whose rounding would drown narrower ones


def module(namespace, request):
    """Layers, parameters, output shapes, bends and gradients of the module called `name`."""
    model = lookup_module(namespace, request["name"])
    inputs, source = _batch(model)
    facts = {"layers": layers(model), "parameters": OBSERVER.parameters(model), "inputs": source}
    for name, look in (("shapes", _shapes), ("bends", bends), ("gradients", _gradients), ("checked", _checked)):
        try:
            with torch.enable_grad():
                facts[name] = in_precision(
                    model, lambda twin, dtype, look=look: look(twin, inputs.to(dtype, copy=True))
                )
        except Exception as error:  # one property that cannot be looked at leaves the others
            facts[name] = {"fault": "raised", "message": describe(error)}
    return facts


def in_precision(model, use):
    """`use(twin, dtype)` with a copy of the model in float64, or in its own type where its forward insists on that."""
    try:
        return use(_twin(model, torch.float64), torch.float64)
    except Fault:
        raise
    except Exception:
        own = next((p.dtype for p in model.parameters() if p.is_floating_point()), torch.float64)
        if own == torch.float64:
            raise
        return use(_twin(model, own), own)


def layer_gradients(namespace, request):
    """Norms of the weight gradients, layer by layer in the order of the forward pass, for several batches."""
    model = lookup_module(namespace, request["name"])
    batches = []
    for seed, rows in enumerate((16, 64, 256)):
        inputs = torch.randn((rows, *_input_shape(model)), generator=torch.Generator().manual_seed(seed)).double()
        with torch.enable_grad():
            norms = in_precision(model, lambda twin, dtype, inputs=inputs: _norms(twin, inputs.to(dtype)))
        batches.append({"rows": rows, "norms": norms})
    return {"batches": batches}


def _norms(twin, inputs):
    layers = _weighted_layers_in_order(twin, inputs)
    twin(inputs).pow(2).mean().backward()
    return [finite_or_none(layer.weight.grad.norm()) if layer.weight.grad is not None else None for layer in layers]


def series(namespace, request):
    """A list of numbers, such as the losses of every iteration, in summary."""
    values = floats(lookup(namespace, request["name"]))
    name = request.get("model")
    model = BOUND.get(name, namespace.get(name))
    observed = OBSERVER.losses_of(model if is_a(model, Module) else None)
    if name in BOUND and not observed:  # it holds the weights of another, whose losses these are
        observed = OBSERVER.losses_of(None)
    return {**summary(values), "seen_in_training": _share_seen(values, observed), "backward_calls": len(observed)}


def _share_seen(values, observed):
    """Shares of `values` that were sent backward, and that lie in the range of what was; None if nothing was."""
    if not observed or not values:
        return None
    known = {f"{loss:.5g}" for loss in observed}
    low, high = min(observed) * 0.999, max(observed) * 1.001
    return {
        # a root of the loss, for those who keep the RMSE, is as good
        "exact": sum(f"{v:.5g}" in known or f"{v * v:.5g}" in known for v in values) / len(values),
        "in_range": sum(low <= v <= high for v in values) / len(values),
    }


def _twin(model, dtype):
    """A copy on the CPU, in evaluation mode. What was trained and then frozen is as trainable as it was."""
    try:
        twin = copy.deepcopy(model)
    except Exception as error:
        raise Fault("unusable", f"cannot be copied ({describe(error)})") from None
    trained = {row["name"] for row in OBSERVER.parameters(model) if row["moved"]}
    for name, p in twin.named_parameters():
        p.grad = None
        p.requires_grad_(p.requires_grad or name in trained)
    torch.manual_seed(0)  # dropout in the probes draws the same each time
    return twin.cpu().to(dtype).eval()


def _input_shape(model):
    for layer in model.modules():
        if isinstance(layer, Linear):
            return (layer.in_features,)
        if isinstance(layer, Conv2d):
            return (layer.in_channels, 32, 32)
    raise Fault("unusable", "it has neither a Linear nor a Conv2d layer")


def _batch(model):
    """A batch that the student's preprocessing fed this module, or else seeded normal numbers."""
    known, tensor = INPUTS.get(id(model), (None, None))
    if known is model and tensor.dim() >= 2 and len(tensor) >= 8 and torch.isfinite(tensor).all():
        return tensor.cpu().double(), "what the prediction function fed it"
    generator = torch.Generator().manual_seed(0)
    return torch.randn((_ROWS, *_input_shape(model)), generator=generator).double(), "normal numbers"


def layers(model):
    rows = []
    for name, layer in model.named_modules():
        own = [p for p in layer.parameters(recurse=False)]
        if not own and any(True for _ in layer.children()):
            continue
        linear = isinstance(layer, Linear)
        rows.append(
            {
                "name": name,
                "type": type(layer).__name__,
                "linear": linear,
                "shape": [layer.in_features, layer.out_features] if linear else None,
                "parameters": sum(p.numel() for p in own),
                "trainable": sum(p.numel() for p in own if p.requires_grad),
            }
        )
    return rows


def _shapes(twin, inputs):
    return [{"rows": rows, "shape": list(twin(inputs[:rows]).shape)} for rows in (min(5, len(inputs)), 1)]


def bends(twin, inputs):
    """How far the whole, and each step between two Linear layers, is from an affine map (0: affine)."""
    others = (inputs.flip(0) * 3.0, inputs.flip(0) * -3.0)  # a kink may lie where these rows are not
    scale = twin(torch.cat([inputs, *others])).std() + 1e-12
    apart = [(twin((inputs + other) / 2) - (twin(inputs) + twin(other)) / 2).abs().max() for other in others]
    calls = []

    def note(layer, args, output):
        if isinstance(layer, Linear):
            calls.append((layer, args[0].detach(), output.detach()))

    watch = torch.nn.modules.module.register_module_forward_hook(note)  # also of layers that the module does not list
    try:
        twin(torch.cat([inputs, *others]))
    finally:
        watch.remove()
    steps = [_bend_of_step(out, into) for (_, _, out), (_, into, _) in itertools.pairwise(calls)]
    return {
        "whole": finite_or_none(max(apart) / scale),
        "between": steps,
        "linear_called": len({id(layer) for layer, _, _ in calls}),
        "double": inputs.dtype == torch.float64,
    }


def _bend_of_step(out, into):
    """Share of `into`, unit by unit, that no straight line through `out` explains; 1.0 if shapes differ."""
    if out.shape != into.shape or out.dim() != 2:
        return 1.0
    x, y = out - out.mean(0), into - into.mean(0)
    slope = (x * y).sum(0) / x.pow(2).sum(0).clamp_min(1e-300)
    left = (y - slope * x).pow(2).sum() / y.pow(2).sum().clamp_min(1e-300)
    return finite_or_none(left)


def _loss(output, target):
    return (output - target).pow(2).mean()


def _gradients(twin, inputs):
    """Norm of every parameter's gradient for a fresh batch, in training mode."""
    twin.train()
    output = twin(inputs)
    noise = torch.randn(output.shape, generator=torch.Generator().manual_seed(1)).to(output.dtype)
    if not output.requires_grad:
        return [{"name": name, "norm": 0.0, "reached": False} for name, _ in twin.named_parameters()]
    _loss(output, output.detach() + noise).backward()
    rows = []
    for name, p in twin.named_parameters():
        norm = None if p.grad is None else finite_or_none(p.grad.norm())
        rows.append({"name": name, "norm": 0.0 if p.grad is None else norm, "reached": p.grad is not None})
    return rows


def _checked(twin, inputs):
    """Autograd beside central differences of the same loss, for some entries of every trainable parameter."""
    inputs = inputs[:16]
    double = inputs.dtype == torch.float64
    with torch.no_grad():
        output = twin(inputs)
        noise = torch.randn(output.shape, generator=torch.Generator().manual_seed(2)).to(output.dtype)
        target = output + noise * (1 + output.abs().mean())
    _loss(twin(inputs), target).backward()
    rows = []
    for name, p in twin.named_parameters():
        if p.requires_grad:
            picks = torch.randperm(p.numel(), generator=torch.Generator().manual_seed(3))[:_ENTRIES]
            autograd = torch.zeros_like(p) if p.grad is None else p.grad
            entries = [_entry(twin, inputs, target, p, int(i), _STEPS if double else _COARSE_STEPS) for i in picks]
            rows.append(
                {
                    "name": name,
                    "double": double,
                    "autograd": [finite_or_none(autograd.reshape(-1)[int(i)]) for i in picks],
                    "differences": entries,
                }
            )
    return rows


def _entry(twin, inputs, target, parameter, index, steps):
    """Central differences of the loss by one entry, one value for each width."""
    values = parameter.data.view(-1)
    kept = float(values[index])
    found = []
    with torch.no_grad():
        for width in steps:
            step = width * max(1.0, math.fabs(kept))
            values[index] = kept + step
            above = float(_loss(twin(inputs), target))
            values[index] = kept - step
            below = float(_loss(twin(inputs), target))
            values[index] = kept
            found.append(finite_or_none((above - below) / (2 * step)))
    return found


def _weighted_layers_in_order(twin, inputs):
    order = []
    weighted = [m for m in twin.modules() if isinstance(m, Linear | Conv1d | Conv2d)]
    handles = [m.register_forward_hook(lambda layer, *_: order.append(layer)) for m in weighted]
    with torch.no_grad():
        twin(inputs)
    for handle in handles:
        handle.remove()
    return list(dict.fromkeys(order))
