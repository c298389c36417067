"""Which of the models that a notebook called answers an item; each decision with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.checks.modules import bent
from grader.finding.roles import Role


@dataclass(frozen=True)
class Candidate:
    """A model that the notebook called, as its kernel tells of it."""

    handle: int
    told: Mapping[str, Any]
    item: str | None  # under whose heading it was trained

    @property
    def shape(self) -> str:
        """Such as `8-64-1`."""
        sizes = [layer["shape"] for layer in self.told["layers"] if layer.get("linear") and layer.get("shape")]
        return "-".join(str(n) for n in [sizes[0][0], *(out for _, out in sizes)]) if sizes else "-"

    @property
    def described(self) -> str:
        """Such as `nets['wide'] (8-64-1)`."""
        return f"{self.told.get('path') or 'a ' + self.told['type']} ({self.shape})"

    @property
    def linear(self) -> int:
        bends = self.told["bends"]
        called = bends.get("linear_called") if isinstance(bends, dict) else 0
        return max(sum(bool(layer.get("linear")) for layer in self.told["layers"]), called or 0)

    @property
    def bent(self) -> bool:
        return bent(self.told["bends"])

    @property
    def sound(self) -> bool:
        """Whether it gives finite numbers: a training that ended in NaN was given up."""
        bends = self.told["bends"]
        return "fault" not in bends and bends.get("whole") is not None

    @property
    def plain(self) -> bool:
        """Nothing is trained but Linear layers."""
        return not any(layer.get("trainable") and not layer.get("linear") for layer in self.told["layers"])

    @property
    def trained(self) -> bool:
        return any(row.get("moved") for row in self.told["parameters"])

    @property
    def last_cell(self) -> int:
        """The last execution of a cell in which it was trained or evaluated; 0 if there is none."""
        return max([*self.told["cells"], *(e["cell"] for e in self.told["evaluations"])], default=0)

    @property
    def evaluated(self) -> bool:
        """Whether it was called once more after its training had ended."""
        return any(e["after"] >= self.told["losses"] for e in self.told["evaluations"])


def fitting(role: Role, candidates: Sequence[Candidate]) -> tuple[list[Candidate], str]:
    """Candidates for a role, the likeliest first, and what they have in common.

    A model of the right kind that was trained; where there is none, one that is nearly of that kind, so that what is
    amiss can be said of it.
    """
    usable = [c for c in candidates if c.told.get("outputs") == 1 and c.linear]
    for name, group in (("right", _right(role, usable)), ("near", _near(role, usable))):
        trained = [c for c in group if c.trained or _may_be_copy(c, group)] or group
        if trained:
            return sorted(trained, key=lambda c: _standing(c, role), reverse=True), name
    return [], "none"


def _may_be_copy(candidate: Candidate, group: Sequence[Candidate]) -> bool:
    """Never trained itself, but of the sizes of one that was: the best weights are often loaded into a new model."""
    alike = (c for c in group if c is not candidate and c.shape == candidate.shape)
    return not candidate.told["losses"] and candidate.evaluated and any(c.trained for c in alike)


def _right(role: Role, usable: Sequence[Candidate]) -> list[Candidate]:
    if role.most == 1:
        return [c for c in usable if c.linear == 1 and c.plain and c.sound and not c.bent]
    return [c for c in usable if role.fewest <= c.linear <= role.most and c.bent]


def _near(role: Role, usable: Sequence[Candidate]) -> list[Candidate]:
    return [c for c in usable if (c.linear == 1) == (role.most == 1)]


def _standing(candidate: Candidate, role: Role) -> tuple[bool, ...]:
    return (
        candidate.item == role.item,
        candidate.evaluated,
        candidate.told.get("path") == role.model,
        candidate.told.get("path") is not None,
    )


def equals(chosen: Candidate, others: Sequence[Candidate], role: Role) -> list[Candidate]:
    """Those that stand as high as the chosen one: only when they were trained, or what they print, tells them apart."""
    return [other for other in others if _standing(other, role) == _standing(chosen, role)]


def reasons(chosen: Candidate, rivals: int, role: Role) -> list[str]:
    """Why this one, for the evidence."""
    told = chosen.told
    kind = "a single Linear layer" if chosen.linear == 1 else f"{chosen.linear} Linear layers"
    said = [f"{kind}, {'with' if chosen.bent else 'without'} a non-linearity, sizes {chosen.shape}"]
    if told["losses"]:
        cells = sorted(set(told["cells"]))
        said.append(f"trained by {told['losses']} backward passes in cell execution {', '.join(map(str, cells))}")
    if chosen.item == role.item:
        said.append(f"trained under the heading {role.item}")
    if chosen.evaluated:
        said.append("evaluated after its training")
    if rivals:
        said.append(f"the likeliest of {rivals + 1} models of this kind")
    return said
