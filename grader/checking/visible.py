"""The part of an assignment that students may see before handing in, and hold their work against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from grader.answers.claims import parts_of
from grader.arithmetic import tables
from grader.checks import needs_heldout, passing
from grader.errors import GraderError
from grader.model import Assignment, Concept, Criterion, Heldout, Item, KeptBack, Term


def visible(assignment: Assignment) -> Assignment:
    """Without what is hidden, the reference, its mutants and the held-out rows; what is left out stands in `kept_back`.

    Rows that students have, the practice rows, stand in for the held-out ones. Where there are none to spare (only
    those that everybody trains on), criteria that need such rows are kept back too. Doing it again changes nothing.
    """
    heldout, to_spare = _practice(assignment)
    items: list[Item] = []
    kept_back = list(assignment.kept_back)
    for item in assignment.items:
        left_out = _left_out(item, with_rows=to_spare)
        seen = without(_without_secrets(item), left_out)
        items += [seen] if seen is not None else []
        if item.visibility != "visible":
            kept_back.append(KeptBack(item=item.id, points=item.points, visibility=item.visibility))
        else:
            kept_back += (kept(item, one) for one in item.criteria if seen is None or one.id in left_out)
    concepts = _concepts(assignment.concepts, items)
    secret = [concept for name, concept in assignment.concepts.items() if name not in concepts]
    return assignment.model_copy(
        update={
            "items": tuple(items),
            "total": round(sum(item.points for item in items), 6),
            "concepts": concepts,
            "terms": _terms(assignment.terms, concepts.values(), secret),
            "heldout": heldout,
            "reference": (),
            "mutants": None,
            "kept_back": tuple(kept_back),
        }
    )


# ---------------------------------------------------------------- items and criteria


def _left_out(item: Item, *, with_rows: bool) -> frozenset[str]:
    """Criteria that students do not see, that need rows which are not there, or that require one of these."""
    left_out = set(item.closed())
    for criterion in item.criteria:
        unseen = (needs_heldout(criterion) and not with_rows) or passing.is_all_hidden(criterion)
        if unseen or left_out.intersection(criterion.requires):
            left_out.add(criterion.id)
    return frozenset(left_out)


def without(item: Item, left_out: frozenset[str]) -> Item | None:
    """The item with the points of what is left of it; None where that is nothing, or bonus alone."""
    if not left_out:
        return item
    seen = tuple(criterion for criterion in item.criteria if criterion.id not in left_out)
    points = round(sum(criterion.points for criterion in seen if not criterion.bonus), 6)
    return item.model_copy(update={"criteria": seen, "points": points}) if points > 0 else None


def _without_secrets(item: Item) -> Item:
    """The item without the hidden lines of its tests, and without what only who marks it should read."""
    criteria = []
    for one in item.criteria:
        code = one.code and passing.without_hidden(one.code)
        params = {key: value for key, value in one.params.items() if (one.check, key) != ("manual", "scheme")}
        criteria.append(one.model_copy(update={"code": code, "params": params}))
    return item.model_copy(update={"criteria": tuple(criteria)})


def kept(item: Item, criterion: Criterion) -> KeptBack:
    """What is told of a criterion that is left out."""
    kind = item.visibilities[criterion.id]
    return KeptBack(item=item.id, points=criterion.points, visibility=kind, bonus=criterion.bonus)


# ---------------------------------------------------------------- rows


def _practice(assignment: Assignment) -> tuple[Heldout | None, bool]:
    """What stands in for the held-out rows, and whether these are rows to spare.

    The rows that everybody trains on serve only for finding out which model is meant and what it is fed.
    """
    heldout = assignment.heldout
    if heldout is None:
        return None, True  # then nothing needs such rows, or the rubric would have been refused
    if not assignment.has_secret_rows:
        return heldout, True
    named = [heldout.practice] if heldout.practice is not None else list(assignment.data)[:0:-1]
    for name in named:
        if _holds_target(assignment, name, heldout.target):
            return heldout.model_copy(update={"file": assignment.data[name].file, "practice": name}), True
    first = next(iter(assignment.data), None)
    if first is None or not _holds_target(assignment, first, heldout.target):
        return None, False
    return heldout.model_copy(update={"file": assignment.data[first].file, "practice": None}), False


def _holds_target(assignment: Assignment, name: str, target: str) -> bool:
    try:
        tables.read(assignment.data[name].file, target)
    except (GraderError, KeyError):
        return False
    return True


# ---------------------------------------------------------------- words


def _concepts(concepts: Mapping[str, Concept], items: Iterable[Item]) -> dict[str, Concept]:
    """Those that a criterion which is left asks for."""
    asked = {name for item in items for criterion in item.criteria for name in _names(criterion.params)}
    return {name: concept for name, concept in concepts.items() if name in asked}


def _names(value: object) -> Iterator[str]:
    """All text in the parameters of a criterion, among it the names of concepts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _names(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _names(inner)


def _terms(terms: Mapping[str, Term], kept: Iterable[Concept], secret: Iterable[Concept]) -> dict[str, Term]:
    """All but those that only hidden concepts name: the others are the words of the field."""
    gone = set(_named(secret)) - set(_named(kept))
    return {name: term for name, term in terms.items() if name not in gone}


def _named(concepts: Iterable[Concept]) -> Iterator[str]:
    for concept in concepts:
        for claim in concept.claims:
            subjects = (claim.of, claim.unlike, claim.not_of, claim.apart_from, claim.unless, claim.not_where)
            for names in (*parts_of(claim), *subjects):
                yield from names
