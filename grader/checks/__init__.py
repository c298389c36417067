"""The checks: each a short judge `judge(evidence, **yaml_keys) -> Decision` over plain evidence.

To add one, write the judge, and register it here with the probes it needs: (probe, the yaml key that names its
object). A key that is a Python keyword gets a trailing underscore in the judge (`from` -> `from_`).
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grader.checks import figures, images, metrics, modules, passing, persons, text
from grader.checks import repairs as mended
from grader.checks import reports as printed
from grader.checks.decision import Decision
from grader.model import Assignment, Criterion

Judge = Callable[..., Decision]


@dataclass(frozen=True)
class Check:
    judge: Judge
    probes: tuple[tuple[str, str], ...] = ()


CHECKS: dict[str, Check] = {
    "any_input_size": Check(images.any_input_size, (("image_block", "model"),)),
    "compares_devices": Check(text.compares_devices),
    "gradient_correct": Check(modules.gradient_correct, (("module", "model"),)),
    "gradient_survives": Check(modules.gradient_survives, (("layer_gradients", "model"),)),
    "gradient_vanishes": Check(modules.gradient_vanishes, (("layer_gradients", "model"),)),
    "gradients_flow": Check(modules.gradients_flow, (("module", "model"),)),
    "halves_size": Check(images.halves_size, (("image_block", "model"),)),
    "keeps_size": Check(images.keeps_size, (("image_block", "model"),)),
    "loss_falls": Check(metrics.loss_falls, (("series", "losses"),)),
    "manual": Check(persons.manual),
    "mentions": Check(text.mentions),
    "output_shape": Check(modules.output_shape, (("module", "model"),)),
    "parameters_fixed": Check(images.parameters_fixed, (("image_block", "model"),)),
    "passes": Check(passing.passes, ((passing.PROBE, passing.SOURCE),)),
    "plot_labelled": Check(figures.plot_labelled, (("series", "losses"),)),
    "r2": Check(metrics.r2, (("predictions", "predict"),)),
    "reports": Check(printed.reports, (("predictions", "predict"),)),
    "runs": Check(text.runs),
    "shift_equivariant": Check(images.shift_equivariant, (("image_block", "model"),)),
    "unrepaired": Check(mended.unrepaired),
    "uses_layers": Check(modules.uses_layers, (("module", "model"),)),
}


def parameters(check: str) -> dict[str, tuple[Any, bool]]:
    """The yaml keys of a check: name -> (type, whether it must be given)."""
    judge = CHECKS[check].judge
    hints = typing.get_type_hints(judge)
    named = [p for p in inspect.signature(judge).parameters.values() if p.kind is inspect.Parameter.KEYWORD_ONLY]
    return {p.name.rstrip("_"): (hints[p.name], p.default is inspect.Parameter.empty) for p in named}


def decide(criterion: Criterion, evidence: Any) -> Decision:
    """Call the criterion's judge with its parameters. Raises Unmet or Unsure, or whatever a judge's bug raises."""
    judge = CHECKS[criterion.check].judge
    names = inspect.signature(judge).parameters
    keys = {key if key in names else f"{key}_": value for key, value in criterion.params.items()}
    return judge(evidence, **keys)


def needs_heldout(criterion: Criterion) -> bool:
    """Whether it is decided by predictions for rows that the student has not."""
    check = CHECKS.get(criterion.check)
    return check is not None and any(probe == "predictions" for probe, _ in check.probes)


def needed_probes(assignment: Assignment) -> dict[tuple[str, str], str | None]:
    """(probe, name of the student's object) for every criterion -> the model that it should belong to, if named."""
    needed: dict[tuple[str, str], str | None] = {}
    for criterion in (criterion for item in assignment.items for criterion in item.criteria):
        for probe, key in CHECKS[criterion.check].probes:
            wanted = (probe, passing.asked_as(criterion) if key == passing.SOURCE else criterion.params[key])
            needed[wanted] = needed.get(wanted) or criterion.params.get("model")
    return needed
