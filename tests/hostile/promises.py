"""What holds for every case in every tier, whatever the notebook does."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hostile.case import Case, Excuse, Seen

LONGEST = 60.0  # seconds of one case, its neighbour's time included


def violations(case: Case, tier: str, seen: Seen) -> list[str]:
    """Every promise that was broken, as `promise: how`; those that the tier is excused from are left out."""
    excuse = case.not_in.get(tier, Excuse("", ()))
    return [told for told in broken(case, tier, seen) if told.partition(":")[0] not in excuse.promises]


def broken(case: Case, tier: str, seen: Seen) -> list[str]:
    """Every promise that was broken, excused or not."""
    return [f"{name}: {told}" for name, promise in _PROMISES.items() for told in promise(case, tier, seen)]


def _ends(_case: Case, tier: str, seen: Seen) -> Iterable[str]:
    """The grader goes on, in its time, and takes no blame."""
    if seen.fault:
        yield seen.fault
    elif seen.status == "infrastructure":
        yield f"the notebook became the grader's fault: {_messages(seen)}"
    elif seen.seconds > LONGEST:
        yield f"it took {seen.seconds:.0f} s"
    elif seen.walls != tier:
        yield f"the run says that its walls were {seen.walls}"


def _cause(case: Case, _tier: str, seen: Seen) -> Iterable[str]:
    """The status is one that fits, and an error says more."""
    if seen.fault:
        return
    if seen.status not in case.ends:
        yield f"{seen.status}, not {' or '.join(case.ends)}: {_messages(seen)}"
    elif seen.status != "ok" and not any(error["name"] for error in seen.errors):
        yield f"{seen.status}, but no error says why"


def _holds(case: Case, _tier: str, seen: Seen) -> Iterable[str]:
    for check in case.checks:
        yield from check(seen)


def _messages(seen: Seen) -> str:
    return "; ".join(f"cell {e['cell']} {e['name']}: {e['message'][:300]}" for e in seen.errors) or "no error"


Promise = Callable[[Case, str, Seen], Iterable[str]]
_PROMISES: dict[str, Promise] = {
    "ends": _ends,
    "cause": _cause,
    "neighbour": lambda case, tier, seen: seen.neighbour,
    "canaries": lambda case, tier, seen: seen.canaries,
    "left": lambda case, tier, seen: seen.left,
    "outside": lambda case, tier, seen: seen.outside,
    "contacts": lambda case, tier, seen: seen.contacts,
    "pages": lambda case, tier, seen: seen.pages,
    "holds": _holds,
}
