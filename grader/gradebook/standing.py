"""Report + overrides -> the report that counts. Pure; a decision whose ground has gone goes to a person, never lost."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from grader import lateness
from grader.model import LATE, ExecutionSummary, Finding, Lateness, Look, Outcome, Override, Report, Score, Text
from grader.model.override import in_force, same
from grader.model.report import status_of, total_of
from grader.scoring import capped


def standing(report: Report, overrides: Sequence[Override], looks: Sequence[Look] = ()) -> Report:
    """The machine's `report` with people's decisions in it.

    `overrides` of this student, in order of number. One holds as long as what its author saw is the same: the hand-in,
    the full points, and the points that the machine gives there (or the machine has come to the author's own points).
    Where it does not, the place has no points and waits for a person, with both values in the reason; where the place
    is gone, `adrift` says so. Decisions on criteria are put in first, then those on items as a whole; what is taken for
    lateness follows from the total that comes of it. Doubtful repairs that a person looked at (the last of `looks`) are
    doubtful no longer, as long as they and the hand-in are the same.
    """
    held = in_force(list(overrides))
    by_criterion = [override for override in held.values() if override.criterion is not None]
    of_items = {override.item: override for override in held.values() if override.criterion is None}
    scores = []
    for score in report.scores:
        mine = [override for override in by_criterion if override.item == score.item]
        decided = _with_criteria(score, mine, report)
        if score.item in of_items:
            decided = _as_a_whole(decided, score, of_items[score.item], report)
        scores.append(decided)
    known = {score.item for score in report.scores} | ({LATE} if report.lateness is not None else set())
    gone = [override for override in held.values() if override.item not in known]
    lost = [override for override in gone if ground_lost(override, report) is not None]
    adrift = tuple(_said(_NO_DEADLINE if one.item == LATE else _GONE, one, report) for one in lost)
    total = total_of(scores)
    late = _late(report, of_items.get(LATE), total)
    looked = look_in_force(report, looks)
    execution = _looked_at(report.execution) if looked is not None else report.execution
    told = _told_of(looked, report) if looked is not None else ()
    unsure = report.unsure if looked is None else None
    fields = dict(report) | {
        "scores": tuple(scores),
        "total": total,
        "lateness": late,
        "status": status_of(scores, late, execution, unsure, adrift),
        "execution": execution,
        "unsure": unsure,
        "warnings": (*report.warnings, *told),
        "overrides": tuple(override for override in held.values() if ground_lost(override, report) is None),
        "adrift": adrift,
    }
    return Report(**fields)


def look_in_force(report: Report, looks: Sequence[Look]) -> Look | None:
    """The look that settles the doubtful repairs of the machine's `report`; None where there is none that does."""
    last = looks[-1] if looks else None
    if last is None or last.action == "undo" or last.submission_sha256 != report.submission_sha256:
        return None
    return last if last.repairs_sha256 == repairs_sha256(report) else None


def repairs_sha256(report: Report) -> str:
    """Of all that a person has to look at: repairs, and whether this is the hand-in that counts."""
    doubtful = [repair.model_dump_json() for repair in report.execution.repairs if repair.review]
    doubts = [*doubtful, *([report.unsure] if report.unsure is not None else [])]
    return hashlib.sha256("\n".join(doubts).encode(errors="replace")).hexdigest()


def _told_of(look: Look, report: Report) -> tuple[str, ...]:
    texts = [*([_LOOKED] if report.execution.doubtful else []), *([_THIS_COUNTS] if report.unsure else [])]
    return tuple(text.filled(look.author, look.reason).in_language(report.language) for text in texts)


def _looked_at(execution: ExecutionSummary) -> ExecutionSummary:
    settled = tuple(repair.model_copy(update={"review": False}) for repair in execution.repairs)
    return execution.model_copy(update={"repairs": settled})


def ground_lost(override: Override, report: Report) -> Text | None:
    """Why a decision that holds no longer stands on the machine's `report`; None where it does."""
    points, full = ground_at(report, override.item, override.criterion)
    if override.item == LATE and not override.after:
        return _excuse_lost(override, report, points)
    if full is None:
        return _NO_DEADLINE if override.item == LATE else _GONE
    if override.submission_sha256 != report.submission_sha256:
        return _OTHER_WORK
    if not same(full, override.max_points):
        return _OTHER_SCALE
    if same(points, override.machine) or same(points, override.after):
        return None
    return _MOVED


def _excuse_lost(override: Override, report: Report, costs: float | None) -> Text | None:
    """Who is excused is so under any terms, but for the work that it was about."""
    free = report.lateness is None or same(costs, 0.0)
    return None if free or override.submission_sha256 == report.submission_sha256 else _OTHER_WORK


def points_at(report: Report, item: str, criterion: str | None) -> tuple[float | None, float | None]:
    """(points, full points) of an item or a criterion of it; full points None where the report has no such place."""
    if item == LATE and report.lateness is not None:
        return report.lateness.points, report.max_points
    score = next((score for score in report.scores if score.item == item), None)
    if score is None:
        return None, None
    if criterion is None:
        return score.points, score.max_points
    finding = next((finding for finding in score.findings if finding.criterion == criterion), None)
    return (finding.earned, finding.points) if finding else (None, None)


def ground_at(report: Report, item: str, criterion: str | None) -> tuple[float | None, float | None]:
    """As `points_at`, but for what a decision rests on: of lateness its price, whatever was earned."""
    if item == LATE and report.lateness is not None:
        return report.lateness.costs(report.max_points), report.max_points
    return points_at(report, item, criterion)


def conflicts(report: Report, overrides: Sequence[Override]) -> list[tuple[Override, str]]:
    """Decisions that hold but have lost their ground in the machine's `report`, each with the sentence that says so."""
    held = in_force(list(overrides)).values()
    return [(one, _said(lost, one, report)) for one in held if (lost := ground_lost(one, report)) is not None]


def _with_criteria(score: Score, overrides: Sequence[Override], report: Report) -> Score:
    """The item with the decisions on its criteria, capped anew."""
    if not overrides:
        return score
    by_name = {override.criterion: override for override in overrides}
    findings = tuple(
        _decided(finding, by_name[finding.criterion], report) if finding.criterion in by_name else finding
        for finding in score.findings
    )
    decided = capped(score.item, score.max_points, findings)
    gone = [one for one in overrides if points_at(report, one.item, one.criterion)[1] is None]
    if not gone:
        return decided
    reasons = [decided.needs_review, *(_said(_GONE, override, report) for override in gone)]
    return _waiting(decided, "; ".join(filter(None, reasons)))


def _decided(finding: Finding, override: Override, report: Report) -> Finding:
    lost = ground_lost(override, report)
    if lost is not None:
        review = _said(lost, override, report)
        return Finding(**(dict(finding) | {"earned": None, "review": review}))
    points = override.after or 0.0
    outcome: Outcome = "passed" if same(points, finding.points) else "partial" if points else "failed"
    note = _NOTE.filled(override.author, _shown(override.before), _shown(points), override.reason)
    fields = {
        "outcome": outcome,
        "earned": points,
        "feedback": None if outcome == "passed" else override.reason,
        "review": None,
        "notes": (*finding.notes, note.in_language(report.language)),
    }
    return Finding(**(dict(finding) | fields))


def _as_a_whole(decided: Score, machine: Score, override: Override, report: Report) -> Score:
    """The item with the points that a person gave it; `machine` is the item without any decision."""
    lost = ground_lost(override, report)
    if lost is not None:
        return _waiting(decided, _said(lost, override, report))
    return Score(item=machine.item, points=override.after, max_points=machine.max_points, findings=decided.findings)


def _late(report: Report, override: Override | None, total: float | None) -> Lateness | None:
    """What is taken from `total` for lateness, by the deadline or as a person decided."""
    late = report.lateness
    if late is None:
        return None
    if override is not None:
        lost = ground_lost(override, report)
        if lost is not None:
            return lateness.waiting(late, _said(lost, override, report))
        late = lateness.decided(late, override, report.language)
    return lateness.settled(late, total, report.max_points)


def _waiting(score: Score, reason: str) -> Score:
    return Score(
        item=score.item, points=None, max_points=score.max_points, findings=score.findings, needs_review=reason
    )


def _said(lost: Text, override: Override, report: Report) -> str:
    now, _ = ground_at(report, override.item, override.criterion)
    told = lost.filled(
        *(override.where, override.author, _shown(override.before), _shown(override.after), override.reason),
        *(_shown(override.machine), _shown(now)),
    )
    return told.in_language(report.language)


def _shown(points: float | None) -> str:
    return "?" if points is None else f"{points:g}"


_LOOKED = Text(
    ko="노트북에서 고친 곳을 {0}이(가) 확인했습니다. {1}",
    en="{0} looked at what was changed so that the notebook could run. {1}",
)
_THIS_COUNTS = Text(
    ko="{0}이(가) 이 제출물을 반영하기로 확인했습니다. {1}",
    en="{0} looked, and this is the hand-in that counts. {1}",
)
_NOTE = Text(ko="{0}의 결정: {1} → {2}점. {3}", en="decided by {0}: {1} → {2} points. {3}")
_MOVED = Text(
    ko="{1}의 결정({0}: {2} → {3}점, {4})은 자동 채점이 {5}점일 때 내려졌는데 이제 {6}점입니다. 다시 결정해 주세요.",
    en="{1} decided on {0} ({2} → {3}: {4}) when the machine gave {5}; it gives {6} now: decide again",
)
_OTHER_WORK = Text(
    ko="{1}의 결정({0}: {2} → {3}점, {4})은 다른 제출물에 대한 것입니다. 다시 결정해 주세요.",
    en="{1} decided on {0} ({2} → {3}: {4}) of another hand-in: decide again",
)
_OTHER_SCALE = Text(
    ko="{1}의 결정({0}: {2} → {3}점, {4}) 뒤에 배점이 바뀌었습니다. 다시 결정해 주세요.",
    en="{1} decided on {0} ({2} → {3}: {4}) before its full points changed: decide again",
)
_GONE = Text(
    ko="{1}의 결정({0}: {2} → {3}점, {4})이 가리키는 항목이 채점 기준에 없습니다. `--undo`로 취소해 주세요.",
    en="{1} decided on {0} ({2} → {3}: {4}), which the rubric no longer has: take that back with `--undo`",
)
_NO_DEADLINE = Text(
    ko="{1}의 결정({0}: {2} → {3}점, {4})이 있지만 채점 기준에 마감이 없습니다. `--undo`로 취소해 주세요.",
    en="{1} decided on {0} ({2} → {3}: {4}), but the rubric has no deadline now: take that back with `--undo`",
)
