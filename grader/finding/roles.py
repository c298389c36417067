"""What the rubric asks of a model: the names it uses for it, its predictions and its losses, and its kind."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model import Assignment, Criterion


@dataclass(frozen=True)
class Role:
    """A model that the rubric speaks of, such as `linear`: with `predict_linear`, `losses_linear`, and one layer."""

    model: str
    item: str
    predict: str | None
    losses: str | None
    fewest: int  # Linear layers
    most: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.model, self.predict, self.losses) if name)


def roles(assignment: Assignment) -> tuple[Role, ...]:
    """Models whose predictions or losses are asked for. Others, such as an image block, are found by name only."""
    found = []
    for item in assignment.items:
        by_model: dict[str, list[Criterion]] = {}
        for criterion in item.criteria:
            if isinstance(model := criterion.params.get("model"), str):
                by_model.setdefault(model, []).append(criterion)
        for model, criteria in by_model.items():
            predict, losses = _first(criteria, "predict"), _first(criteria, "losses")
            if predict or losses:
                fewest, most = _layers(criteria)
                found.append(Role(model, item.id, predict, losses, fewest, most))
    return tuple(found)


def models_asked_for(assignment: Assignment) -> frozenset[str]:
    """Every name that the rubric has for a model, also of those that are found by name only."""
    criteria = (criterion for item in assignment.items for criterion in item.criteria)
    return frozenset(model for c in criteria if isinstance(model := c.params.get("model"), str))


def _first(criteria: list[Criterion], key: str) -> str | None:
    return next((str(c.params[key]) for c in criteria if key in c.params), None)


def _layers(criteria: list[Criterion]) -> tuple[int, int]:
    """The number of Linear layers that `uses_layers` asks for; any where it asks for none."""
    params = next((c.params for c in criteria if c.check == "uses_layers"), {})
    exactly = params.get("exactly")
    if isinstance(exactly, int):
        return exactly, exactly
    return int(params.get("at_least", 1)), int(params.get("at_most") or 10**6)
