"""What `grader lint` shows of a rubric that would misjudge some sentences."""

from __future__ import annotations

from collections.abc import Sequence

from grader.soundness.trials import Warned
from grader.terminal import console

_WARNINGS = {
    "mirrored": "earns {points:g} points, though it gives `{claim}` to the wrong subject",
    "negated": "earns {points:g} points, though it denies `{claim}`",
    "unsaid": "earns nothing, though it says `{claim}` plainly: give its terms words that make a sentence",
    "list": "earns {points:g} points, though it only lists words",
    "keywords": "earns {points:g} points, though it only calls words important",
    "shuffled": "earns {points:g} points, though its words are in no order",
    "question": "earns {points:g} points, though it only repeats the question",
    "orders": "earns {points:g} points, though it gives the grader an order",
}


def print_warnings(found: Sequence[Warned]) -> None:
    """Sentences that a rubric would misjudge, below the line that calls it good."""
    screen = console()
    for one in found:
        told = _WARNINGS[one.family].format(claim=one.claim, points=one.points)
        line = f'  warning: {one.item} {one.criterion}: "{one.sentence}" {told}'
        screen.print(line, markup=False, highlight=False, soft_wrap=True)
    if found:
        screen.print(f"  {len(found)} warning(s); what earns points here would do so without review", markup=False)
