"""Properties of a module on images: sizes in and out, parameters, and shifts, on seeded inputs in float64."""

from .common import Conv2d, Fault, describe, finite_or_none, lookup_module, torch
from .modules import in_precision

_SIZES = ((16, 16), (32, 32), (40, 24), (17, 23))
_BORDER = 8  # zeros around the content, so that a roll is a shift


def image_block(namespace, request):
    """What the module called `name` does with images of several sizes; errors are kept per size."""
    model = lookup_module(namespace, request["name"])
    convolutions = [m for m in model.modules() if isinstance(m, Conv2d)]
    if not convolutions:
        raise Fault("unusable", "it has no Conv2d layer")
    channels = convolutions[0].in_channels
    sizes = [_one_size(model, channels, size) for size in _SIZES]
    return {"sizes": sizes, "shifts": _shifts(model, channels)}


def _one_size(model, channels, size):
    def run(twin, dtype):
        calls = []
        for name, layer in twin.named_modules():
            if isinstance(layer, Conv2d):
                layer.register_forward_hook(lambda _, args, out, name=name: calls.append(_call(name, args[0], out)))
        with torch.no_grad():
            output = twin(_image(channels, size).to(dtype))
        parameters = sum(p.numel() for p in twin.parameters())
        return {"output": list(output.shape), "convolutions": calls, "parameters": parameters}

    row = {"size": list(size), "channels": channels}
    try:
        return {**row, **in_precision(model, run)}
    except Exception as error:
        return {**row, "error": describe(error)}


def _call(name, inputs, output):
    return {"name": name, "in": list(inputs.shape[-2:]), "out": list(output.shape[-2:])}


def _image(channels, size):
    return torch.randn((2, channels, *size), generator=torch.Generator().manual_seed(0)).double()


def _shifts(model, channels):
    """For shifts by one and two output pixels: how far f(shifted x) is from shifted f(x), away from the border."""
    try:
        return in_precision(model, lambda twin, dtype: _compare_shifts(twin, channels, dtype))
    except Fault as fault:
        return {"fault": fault.kind, "message": fault.message}
    except Exception as error:
        return {"fault": "raised", "message": describe(error)}


def _compare_shifts(twin, channels, dtype):
    image = torch.nn.functional.pad(_image(channels, (32, 32)).to(dtype), [_BORDER] * 4)
    rows = []
    with torch.no_grad():
        plain = twin(image)
        if plain.dim() != 4 or 0 in plain.shape:
            raise Fault("unusable", f"its output has shape {list(plain.shape)}, which is no feature map")
        stride = [max(1, round(a / b)) for a, b in zip(image.shape[-2:], plain.shape[-2:], strict=True)]
        edge = max(1, min(plain.shape[-2:]) // 6)
        inner = (..., slice(edge, -edge), slice(edge, -edge))
        for down, right in ((0, 1), (1, 0), (2, 1)):
            shift = [down * stride[0], right * stride[1]]
            moved = twin(torch.roll(image, shift, dims=(-2, -1)))[inner]
            expected = torch.roll(plain, (down, right), dims=(-2, -1))[inner]
            difference = (moved - expected).abs().max() / (expected.abs().max() + 1e-12)
            rows.append({"shift": shift, "size": list(image.shape[-2:]), "difference": finite_or_none(difference)})
    return rows
