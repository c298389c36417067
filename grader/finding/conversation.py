"""What a kernel is asked once its notebook has run: what there is, what is meant, then the rubric's probes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from grader.checks import claims, needed_probes, passing
from grader.finding.choice import Candidate, equals, fitting, reasons
from grader.finding.predicting import Answer, Request, in_target_unit, rows_to_predict
from grader.finding.roles import Role, models_asked_for, roles
from grader.finding.study import Rows, Study, rows_of, study
from grader.model import Assignment, Submission

_ORDER = {"predictions": 0, "module": 1}  # predictions first: they show what a model is fed
_MOST_STUDIED = 3  # equal candidates for one role
_MOST_OTHERS = 10  # models that are told of as perhaps meant
_AGREES = 0.005  # of a printed R² with a recomputed one
_APART = 0.05  # R² of equal candidates, for a doubt which of them is meant
_LEVELS = ("reported", "recomputed", "held-out")

Talk = Generator[tuple[str, Request], Answer, Any]


def conversation(
    submission: Submission, assignment: Assignment, printed: Sequence[float], evidence: dict[str, Any]
) -> Talk:
    """Yields (key, request), is sent the answers, and puts into `evidence` what a judge may see.

    Held-out rows go in without their target. `printed`: every R² that the notebook printed.
    """
    studies: dict[str, Study] = {}
    wanted = roles(assignment)
    if wanted and assignment.heldout is not None and assignment.data:
        studies = yield from _find(wanted, submission, assignment, printed, evidence)
    needed = {asked: model for asked, model in needed_probes(assignment).items() if asked[0] != passing.PROBE}
    for probe, name in sorted(needed, key=lambda pair: (_ORDER.get(pair[0], 2), pair)):
        request: Request = {"probe": probe, "name": name, "model": needed[probe, name]}
        found = studies.get(name) if probe == "predictions" else None
        if found is not None and found.carrier is None:
            continue  # there is nothing that could be asked for unseen rows
        if probe == "predictions":
            request |= rows_to_predict(submission, assignment, found)
        answer = yield f"{probe}:{name}", request
        evidence[f"{probe}:{name}"] = in_target_unit(answer, found) if found is not None else answer
    evidence["observed:"] = yield "observed:", {"probe": "observed"}
    for key, request in passing.requests(assignment):  # last: they change what the notebook left behind
        evidence[key] = passing.ended(request, (yield key, request))


# ---------------------------------------------------------------- what is meant


def _find(
    wanted: Sequence[Role], submission: Submission, assignment: Assignment, printed: Sequence[float], evidence: Answer
) -> Generator[tuple[str, Request], Answer, dict[str, Study]]:
    """Bind the rubric's names to what is meant; returns by name of a prediction function what it will be made from."""
    names = [name for role in wanted for name in role.names]
    told = _found("models", (yield "models:", {"probe": "models", "names": names}))
    if told is None:
        return {}
    candidates = [Candidate(handle, facts, _item_of(facts, submission)) for handle, facts in enumerate(told["models"])]
    rows, studies, asked = rows_of(assignment), {}, models_asked_for(assignment)
    for role in wanted:
        if _follows_contract(role, told["named"]):
            yield from _earlier(role, candidates, rows, submission, evidence)
            continue
        own = [c for c in candidates if c.told.get("path") not in asked - {role.model}]  # that name says what it is
        fit = own if fitting(role, own)[0] else candidates
        chosen = yield from _choose(role, fit, told, rows, submission, printed, evidence)
        if chosen is not None and role.predict and told["named"].get(role.predict) != "function":
            studies[role.predict] = chosen
    handles = {e.get("handle") for key, e in evidence.items() if key.startswith("found:")}
    free = [c for c in candidates if c.trained and c.handle not in handles and c.told.get("path") not in asked]
    evidence["found:"] = {
        "others": [c.described for c in free][:_MOST_OTHERS],
        "items": [c.item for c in free][:_MOST_OTHERS],
        "loose_losses": told["loose_losses"],
        "odd": told.get("odd", 0),
        "named": sorted(told["named"]),
        "unused": {role.model: _unused(role, told) for role in wanted},
    }
    return studies


def _unused(role: Role, told: Answer) -> list[str]:
    """Modules of the kind that a role asks for which the notebook never called."""
    return [
        f"{one['path']} ({one['type']}, {one['linear']} nn.Linear)"
        for one in told.get("unused", [])
        if role.fewest <= one["linear"] <= role.most
    ]


def _found(probe: str, answer: Answer) -> Answer | None:
    try:
        return claims.read(probe, answer.get("found"))
    except claims.Malformed:
        return None


def _follows_contract(role: Role, named: dict[str, str]) -> bool:
    kinds = {role.model: "module", role.predict: "function"}
    return all(named.get(name) == kind for name, kind in kinds.items() if name) and (
        role.losses is None or role.losses in named
    )


def _earlier(
    role: Role, candidates: Sequence[Candidate], rows: Rows, submission: Submission, evidence: Answer
) -> Generator[tuple[str, Request], Answer, None]:
    """How well a model of the rubric's name did when it was evaluated, where its weights were changed afterwards."""
    own = [c for c in candidates if c.told.get("path") == role.model and c.told["evaluations"]]
    if role.predict is None or not own:
        return
    asked = {"handle": own[0].handle}
    told = _found("changed", (yield f"changed:{role.model}", {"probe": "changed", **asked}))
    if told is None or not any(told["changed"]):
        return  # the rest takes a second, and nearly every notebook is done here
    fed = _found("fed", (yield f"fed:{role.model}", {"probe": "fed", **asked}))
    if fed is None:
        return
    studied = study(own[0], fed, rows)
    if any(one.get("changed") for one in studied.evaluated):
        evidence[f"earlier:{role.predict}"] = {"chosen": role.model, "evaluated": _evaluated(studied, submission)}


def _evaluated(studied: Study, submission: Submission) -> list[Answer]:
    """The evaluations, each with the number of its cell in the notebook."""
    cells = _code_cells(submission)
    numbers = {execution: place + 1 for execution, place in enumerate(cells, start=1)}
    return [one | {"cell": numbers.get(one.get("cell", 0))} for one in studied.evaluated]


def _item_of(facts: Answer, submission: Submission) -> str | None:
    """The item under whose heading the model was last trained."""
    if not facts["cells"]:
        return None
    cells = _code_cells(submission)
    place = facts["cells"][-1] - 1
    items = submission.items_of_cells
    return items[cells[place]] if 0 <= place < len(cells) and cells[place] < len(items) else None


def _code_cells(submission: Submission) -> list[int]:
    """Indices of the cells that run, in the order of their executions."""
    return [i for i, c in enumerate((submission.notebook or {}).get("cells", [])) if _runs(c)]


def _cells(candidate: Candidate, submission: Submission) -> list[int]:
    """Numbers, from 1, of the cells in which it was trained or evaluated."""
    cells = _code_cells(submission)
    executions = {*candidate.told["cells"], *(e["cell"] for e in candidate.told["evaluations"])}
    return sorted(cells[place - 1] + 1 for place in executions if 1 <= place <= len(cells))


def _runs(cell: dict[str, Any]) -> bool:
    return cell.get("cell_type") == "code" and bool(str(cell.get("source", "")).strip())


def _choose(
    role: Role,
    candidates: Sequence[Candidate],
    told: Answer,
    rows: Rows,
    submission: Submission,
    printed: Sequence[float],
    evidence: Answer,
) -> Generator[tuple[str, Request], Answer, Study | None]:
    """Study the likeliest candidates, bind the best, and note in the evidence what was decided, and why."""
    named = told["named"]
    options, kind = fitting(role, candidates)
    if named.get(role.model) == "module" and named.get(role.predict or "") == "function":
        options = [c for c in options if c.told.get("path") == role.model]
    if not options or (role.model not in named and _only_shown(options, told)):
        return None
    studied = yield from _studies(role, _latest_first(equals(options[0], options, role))[:_MOST_STUDIED], rows)
    chosen = max(studied, key=lambda s: (_agrees(s, printed), _LEVELS.index(s.level), -studied.index(s)))
    bound = {"probe": "bind", "handle": chosen.candidate.handle, "model": role.model}
    if role.losses not in named:
        bound["losses"] = role.losses
    losses = _found("bind", (yield f"bind:{role.model}", bound))
    evidence[f"found:{role.model}"] = {
        **_decided(chosen, submission),
        "kind": kind,
        "predict": None if named.get(role.predict or "") == "function" else role.predict,
        "losses": (losses or {}).get("losses"),
        "asked_losses": role.losses,
        "why": reasons(chosen.candidate, len(options) - 1, role),
        "doubt": _doubt(chosen, studied, printed),
    }
    return chosen


def _studies(
    role: Role, candidates: Sequence[Candidate], rows: Rows
) -> Generator[tuple[str, Request], Answer, list[Study]]:
    studied = []
    for candidate in candidates:
        fed = _found("fed", (yield f"fed:{role.model}", {"probe": "fed", "handle": candidate.handle}))
        studied.append(study(candidate, fed, rows) if fed else Study(candidate, "reported"))
    return studied


def _decided(chosen: Study, submission: Submission) -> Answer:
    """What a judge may know of the model that was chosen."""
    return {
        "handle": chosen.candidate.handle,
        "chosen": chosen.candidate.described,
        "path": chosen.candidate.told.get("path"),
        "level": chosen.level,
        "scale": chosen.scale.told() if chosen.scale else None,
        "inputs": chosen.origins,
        "evaluated": _evaluated(chosen, submission),
        "cells": _cells(chosen.candidate, submission),
        "notes": chosen.notes,
    }


def _only_shown(options: Sequence[Candidate], told: Answer) -> bool:
    """Whether a model of the kind was called but never trained, while something that cannot be followed was."""
    return not any(c.trained or c.told["losses"] for c in options) and bool(told["loose_losses"] or told.get("odd"))


def _latest_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda c: (c.last_cell, c.handle), reverse=True)


def _agrees(one: Study, printed: Sequence[float]) -> bool:
    """Whether the notebook printed an R² that this model has."""
    return any(abs(value - e["r2"]) <= _AGREES for value in printed for e in one.evaluated)


def _doubt(chosen: Study, studied: Sequence[Study], printed: Sequence[float]) -> str | None:
    if _agrees(chosen, printed):
        return None
    known = [s.best_known for s in studied if s.best_known is not None]
    if len(known) > 1 and max(known) - min(known) > _APART:
        others = ", ".join(s.candidate.described for s in studied if s is not chosen)
        return f"{chosen.candidate.described} was used last; {others} may be meant as well"
    return None
