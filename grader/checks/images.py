"""Properties of a module on images: what padding, pooling and weight sharing do, for several sizes."""

from __future__ import annotations

from typing import Any

from grader.checks.decision import Decision, Evidence, Unmet, passed, say

_SAME = 1e-5  # relative difference between two feature maps that are equal but for rounding, in float32 too


def any_input_size(evidence: Evidence, *, model: str) -> Decision:
    """The module accepts every image size tried, square or not, even or odd."""
    sizes = _sizes(evidence, model)
    for row in sizes:
        if "error" in row:
            raise Unmet(_REFUSED.filled(model, _by(row["size"]), row["error"]), size=row["size"], error=row["error"])
    return passed(sizes=[_by(row["size"]) for row in sizes])


def keeps_size(evidence: Evidence, *, model: str) -> Decision:
    """Every convolution inside gives a map as large as what it gets."""
    tried = 0
    for row in _accepted(evidence, model):
        for call in row["convolutions"]:
            tried += 1
            if call["in"] != call["out"]:
                values = (model, call["name"] or model, _by(call["in"]), _by(call["out"]))
                raise Unmet(_SHRINKS.filled(*values), convolution=call["name"], given=call["in"], got=call["out"])
    return passed(convolutions_tried=tried)


def halves_size(evidence: Evidence, *, model: str) -> Decision:
    """The output is half as high and half as wide as the image, rounded down or up."""
    rows = _accepted(evidence, model)
    for row in rows:
        (height, width), output = row["size"], row["output"]
        fits = len(output) == 4 and output[2] in (height // 2, -(-height // 2))
        if not (fits and output[3] in (width // 2, -(-width // 2))):
            raise Unmet(_NOT_HALF.filled(model, _by(row["size"]), _by(output[2:])), size=row["size"], output=output)
    return passed(outputs={_by(row["size"]): _by(row["output"][2:]) for row in rows})


def parameters_fixed(evidence: Evidence, *, model: str) -> Decision:
    """The number of parameters does not grow with the image, unlike that of an FC layer with the same output."""
    rows = _accepted(evidence, model)
    counts = {_by(row["size"]): row["parameters"] for row in rows}
    dense = {_by(row["size"]): _dense_parameters(row) for row in rows}
    if len(rows) < 2:
        raise Unmet(_ONE_SIZE.filled(model), parameters=counts)
    for row in rows:
        size = _by(row["size"])
        if counts[size] != rows[0]["parameters"] or counts[size] >= dense[size]:
            raise Unmet(_GROWS.filled(model, counts[size], size, dense[size]), parameters=counts, dense=dense)
    return passed(parameters=rows[0]["parameters"], fully_connected=dense)


def shift_equivariant(evidence: Evidence, *, model: str) -> Decision:
    """Shifting the image shifts the output, away from the border (by output pixels where there is a stride)."""
    shifts = evidence.claim("image_block", model).get("shifts")
    if isinstance(shifts, dict) or not shifts:
        message = shifts.get("message", "") if isinstance(shifts, dict) else ""
        raise Unmet(_REFUSED.filled(model, "48×48", message))
    for row in shifts:
        if row["difference"] is None or row["difference"] > _SAME:
            shown = "NaN" if row["difference"] is None else f"{row['difference']:.2g}"
            raise Unmet(_VARIES.filled(model, _by(row["size"]), tuple(row["shift"]), shown), **row)
    return passed(shifts=[row["shift"] for row in shifts])


def _sizes(evidence: Evidence, model: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = evidence.claim("image_block", model).get("sizes", [])
    return rows


def _accepted(evidence: Evidence, model: str) -> list[dict[str, Any]]:
    """The sizes that the module takes. Raises Unmet if it takes none."""
    rows = _sizes(evidence, model)
    accepted = [row for row in rows if "error" not in row]
    if not accepted:
        raise Unmet(_REFUSED.filled(model, _by(rows[0]["size"]) if rows else "?", rows[0]["error"] if rows else ""))
    return accepted


def _dense_parameters(row: dict[str, Any]) -> int:
    """Weights and biases of a fully connected layer from this image to this output."""
    height, width = row["size"]
    outputs = 1
    for length in row["output"][1:]:
        outputs *= length
    return int((height * width * row["channels"] + 1) * outputs)


def _by(size: list[int]) -> str:
    return "×".join(str(length) for length in size)


_REFUSED = say("`{0}`에 {1} 이미지를 넣으면 오류가 납니다: {2}", "`{0}` fails on a {1} image: {2}")
_SHRINKS = say(
    "`{0}`의 합성곱 {1}이(가) {2}를 {3}으로 바꿉니다. 크기를 지키려면?",
    "in `{0}` the convolution {1} turns {2} into {3}; what would keep the size?",
)
_NOT_HALF = say(
    "`{0}`이(가) {1} 이미지를 {2}(으)로 만듭니다. 가로세로가 절반이 되려면?",
    "`{0}` turns a {1} image into {2}; what would halve both sides?",
)
_ONE_SIZE = say(
    "`{0}`이(가) 여러 크기를 받지 못해 비교할 수 없습니다.", "`{0}` takes only one size, so nothing can be compared"
)
_GROWS = say(
    "`{0}`의 파라미터는 {2} 이미지에서 {1}개입니다(FC 층이면 {3}개). 이미지 크기와 무관하려면?",
    "`{0}` has {1} parameters at {2} (an FC layer would have {3}); what would make it independent of the size?",
)
_VARIES = say(
    "`{0}`에 {1} 이미지를 {2}만큼 옮겨 넣으면 출력이 그만큼 옮겨지지 않습니다(차이 {3}).",
    "`{0}`: moving a {1} image by {2} does not move the output alike (difference {3})",
)
