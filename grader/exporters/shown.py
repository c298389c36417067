"""What students see of an item's points while some of its criteria are kept back: those as one line, without a word."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from grader.exporters.labels import label
from grader.model import Finding, Language, Outcome, Score


def shown(score: Score, closed: Collection[str], language: Language) -> Score:
    """The score with the findings on `closed` criteria, which come last, taken together.

    While one of them is open they have no points together: those of the others would tell of it.
    """
    hidden = [finding for finding in score.findings if finding.criterion in closed]
    if not hidden:
        return score
    seen = [finding for finding in score.findings if finding.criterion not in closed]
    kinds = ([f for f in hidden if not f.bonus], [f for f in hidden if f.bonus])
    together = [_together(several, language) for several in kinds if several]
    review = label("kept_back_said", language) if score.points is None else None
    return score.model_copy(update={"findings": (*seen, *together), "needs_review": review})


def _together(hidden: Sequence[Finding], language: Language) -> Finding:
    full = round(sum(finding.points for finding in hidden), 6)
    known = [finding.earned for finding in hidden if finding.earned is not None]
    earned = round(sum(known), 6) if len(known) == len(hidden) else None
    outcome: Outcome = "failed" if not earned else "passed" if earned >= full else "partial"
    said = label("kept_back_said", language)
    return Finding(
        criterion=label("kept_back", language, n=len(hidden)),
        outcome=outcome,
        earned=earned,
        points=full,
        bonus=hidden[0].bonus,
        feedback=None if outcome == "passed" else said,
        review=said if earned is None else None,
    )
