"""The form of what each probe answers. A judge sees nothing of another type, length or size; extra keys are dropped.

Whatever comes out of a kernel may be forged: only numbers, short texts and short lists pass, never NaN or infinity.
Base64 blocks are read, and their lengths required, in grader/checks/predictions.py.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Number = Annotated[float, Field(allow_inf_nan=False)] | None  # None: not a finite number
Norm = Annotated[float, Field(ge=0, allow_inf_nan=False)] | None
Count = Annotated[int, Field(ge=0, le=10**12)]
Words = Annotated[str, Field(max_length=1000)]
Shape = Annotated[list[Count], Field(max_length=8)]
Size = Annotated[list[Count], Field(min_length=2, max_length=2)]
_SHORT, _LONG = 1000, 10_000  # entries: layers and figures of a notebook; everything that is counted one by one
Numbers = Annotated[list[Number], Field(max_length=_LONG)]


class _Claim(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class _Faulted(_Claim):
    fault: Words
    message: Words = ""


class _Layer(_Claim):
    moved: Annotated[list[bool | None], Field(max_length=_SHORT)]
    had_gradient: bool
    type: Words
    first: Any = None
    again: Annotated[list[Any], Field(max_length=_SHORT)]
    perturbed: Any = None


class _Predictions(_Claim):
    tables: Annotated[dict[str, Any], Field(max_length=_SHORT)]
    again: Annotated[list[Any], Field(max_length=_SHORT)] = []
    perturbed: Any = None
    layer: _Layer | None = None


class _Summary(_Claim):
    """As grader/probes/common.py `summary` makes it."""

    length: Count
    not_finite: Count
    head_mean: Number
    tail_mean: Number
    sample: Annotated[list[Number], Field(max_length=200)]


class _Training(_Claim):
    exact: float
    in_range: float


class _Series(_Summary):
    seen_in_training: _Training | None
    backward_calls: Count


class _Curve(_Summary):
    label: Words


class _Axes(_Claim):
    title: Words
    xlabel: Words
    ylabel: Words
    lines: Annotated[list[_Curve], Field(max_length=_SHORT)]


class _Figure(_Claim):
    execution: Count
    axes: Annotated[list[_Axes], Field(max_length=_SHORT)]


class _Observed(_Claim):
    figures: Annotated[list[_Figure], Field(max_length=_SHORT)]
    replaced: Annotated[list[Words], Field(max_length=_SHORT)] = []


class _LayerRow(_Claim):
    type: Words
    linear: bool
    trainable: Count
    shape: Shape | None = None


class _Parameter(_Claim):
    name: Words
    moved: bool | None


class _ShapeRow(_Claim):
    rows: Count
    shape: Shape


class _Bends(_Claim):
    whole: Norm
    between: Numbers
    linear_called: Count
    double: bool


class _Gradient(_Claim):
    name: Words
    norm: Norm


class _Checked(_Claim):
    name: Words
    double: bool
    autograd: Numbers
    differences: Annotated[list[Numbers], Field(max_length=_LONG)]


class _Module(_Claim):
    layers: Annotated[list[_LayerRow], Field(max_length=_SHORT)]
    parameters: Annotated[list[_Parameter], Field(max_length=_LONG)]
    shapes: Annotated[list[_ShapeRow], Field(max_length=_SHORT)] | _Faulted
    bends: _Bends | _Faulted
    gradients: Annotated[list[_Gradient], Field(max_length=_LONG)] | _Faulted
    checked: Annotated[list[_Checked], Field(max_length=_LONG)] | _Faulted


class _Evaluated(_Claim):
    rows: Count
    after: Count
    cell: Count


class _Candidate(_Claim):
    path: Words | None
    type: Words
    layers: Annotated[list[_LayerRow], Field(max_length=_SHORT)]
    parameters: Annotated[list[_Parameter], Field(max_length=_LONG)]
    bends: _Bends | _Faulted
    losses: Count
    cells: Annotated[list[Count], Field(max_length=2)]
    columns: Count | None
    outputs: Count | None
    evaluations: Annotated[list[_Evaluated], Field(max_length=_SHORT)]


class _Unused(_Claim):
    path: Words
    type: Words
    linear: Count


class _Models(_Claim):
    models: Annotated[list[_Candidate], Field(max_length=_SHORT)]
    named: Annotated[dict[str, Words], Field(max_length=_SHORT)]
    loose_losses: Count
    odd: Count = 0
    unused: Annotated[list[_Unused], Field(max_length=_SHORT)] = []


class _Evaluation(_Claim):
    cell: Count = 0
    changed: bool | None = None
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class _Fed(_Claim):
    rows: Count
    every: Annotated[int, Field(ge=1, le=10**9)]
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    targets: Annotated[list[dict[str, Any]], Field(max_length=_SHORT)]
    evaluations: Annotated[list[_Evaluation], Field(max_length=_SHORT)]


class _Changed(_Claim):
    changed: Annotated[list[bool | None], Field(max_length=_SHORT)]


class _Bound(_Claim):
    losses: Words | None


class _Batch(_Claim):
    rows: Count
    norms: Annotated[list[Norm], Field(max_length=_LONG)]


class _LayerGradients(_Claim):
    batches: Annotated[list[_Batch], Field(max_length=_SHORT)]


class _Convolution(_Claim):
    name: Words
    into: Size = Field(alias="in")
    out: Size


class _Accepted(_Claim):
    size: Size
    channels: Count
    output: Shape
    convolutions: Annotated[list[_Convolution], Field(max_length=_SHORT)]
    parameters: Count


class _Refused(_Claim):
    size: Size
    error: Words


class _Shift(_Claim):
    shift: Size
    size: Size
    difference: Norm


class _Passes(_Claim):
    ended: bool
    value: Number = None
    number: Words = ""  # the same as it is written, such as nan
    error: Words = ""
    line: Count | None = None
    lines: Annotated[list[Count], Field(max_length=_SHORT)] = []
    replaced: Annotated[list[Words], Field(max_length=_SHORT)] = []


class _ImageBlock(_Claim):
    sizes: Annotated[list[_Refused | _Accepted], Field(max_length=_SHORT)]
    shifts: Annotated[list[_Shift], Field(max_length=_SHORT)] | _Faulted


_FORMS: dict[str, type[_Claim]] = {
    "bind": _Bound,
    "changed": _Changed,
    "fed": _Fed,
    "image_block": _ImageBlock,
    "layer_gradients": _LayerGradients,
    "models": _Models,
    "module": _Module,
    "observed": _Observed,
    "passes": _Passes,
    "predictions": _Predictions,
    "series": _Series,
}


class Malformed(Exception):
    """An answer of another form; the text says where, such as `layers.0.trainable: input should be a valid integer`."""


def words(message: Any) -> str:
    """A message as text that any file can hold, and short."""
    return (message if isinstance(message, str) else "")[:500].encode("utf-8", "replace").decode()


def read(probe: str, found: Any) -> dict[str, Any]:
    """The answer of `probe` with every field of its type, and those that were given. Raises Malformed."""
    try:
        return _FORMS[probe].model_validate(found).model_dump(exclude_unset=True, by_alias=True)
    except (ValidationError, RecursionError) as error:
        if isinstance(error, RecursionError):
            raise Malformed("nested too deeply") from None
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])[:200]
        raise Malformed(f"{place or probe}: {first['msg'].lower()}"[:300]) from None
