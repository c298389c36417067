"""People who are called otherwise than in the gradebook, as a roster came, went or was corrected: who was who."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from grader.gradebook.book import Standing
from grader.gradebook.keeping import Roll
from grader.model import Identity, Look, Override
from grader.model.override import is_decided_anew
from grader.names import spelling


@dataclass(frozen=True)
class Passing:
    """What becomes of people's decisions when a class is graded again: by name the former one, and whose are left."""

    renamed: dict[str, str]
    coming: dict[str, int]  # decisions that come along now, by the name in this run
    left: tuple[str, ...]  # of the last class: nobody of this one is known to be them


@dataclass(frozen=True)
class Decided:
    """Whom people decided on, and what."""

    identity: Identity
    overrides: tuple[Override, ...]
    looks: tuple[Look, ...]


def passing(found: Mapping[str, Identity], standings: Iterable[tuple[str, Standing]], before: Roll | None) -> Passing:
    """`found`: who handed in; `standings`: of those on whom people decided; `before`: the last run's class."""
    last = before or Roll(students=())
    decided = {name: Decided(one.machine.identity, one.overrides, one.looks) for name, one in standings}
    of_last = frozenset(last.students)
    known = {new: old for new, old in last.renamed.items() if new in found and old not in found}
    known |= renamed(found, decided, of_last)
    coming = {new: news_of(decided[old], decided.get(new)) for new, old in known.items() if old in decided}
    left = [name for name in decided if name in of_last and name not in found]
    passed = set(known.values())
    return Passing(
        known,
        {new: count for new, count in coming.items() if count},
        tuple(name for name in left if name not in passed),
    )


def renamed(found: Mapping[str, Identity], decided: Mapping[str, Decided], before: Collection[str]) -> dict[str, str]:
    """By the name in this run (`found`) that under which people decided on the same person.

    `before`: the class of the last run. Who may be several people is nobody, and two of one class are two.
    """
    gone = {old: one.identity for old, one in decided.items() if old not in found}
    called: defaultdict[str, list[str]] = defaultdict(list)  # a large class has too many pairs to look at each
    for new, identity in found.items() if gone else ():
        for word in _words(identity, new):
            called[word].append(new)
    pairs = [
        (new, old)
        for old, identity in gone.items()
        for new in {new for word in _words(identity, old) for new in called.get(word, ())}
        if not (new in before and old in before) and _are_one(identity, old, found[new], new, in_class=old in before)
    ]
    olds, news = Counter(old for _, old in pairs), Counter(new for new, _ in pairs)
    return {new: old for new, old in pairs if olds[old] == news[new] == 1}


def _words(identity: Identity, name: str) -> set[str]:
    """Whoever may be one person has one of these in common."""
    named = spelling(identity.name) if identity.name else ""
    return {*_marks(identity), spelling(name).replace("-", ""), named} - {""}


def news_of(old: Decided, new: Decided | None) -> int:
    """How many decisions on the one the other does not have yet."""
    overrides = new.overrides if new is not None else ()
    there = {one.at for one in overrides} | {one.at for one in (new.looks if new is not None else ())}
    coming = [one.at for one in old.overrides if not is_decided_anew(one, overrides)]
    return sum(at not in there for at in [*coming, *(one.at for one in old.looks)])


def _are_one(old: Identity, old_name: str, new: Identity, new_name: str, *, in_class: bool) -> bool:
    """By number, LMS id, login or e-mail address, one of which may be the whole name; by the name in one class only."""
    both = [(a, b) for a, b in zip(_marks(old), _marks(new), strict=True) if a and b]
    if any(a != b for a, b in both):
        return False
    if both or spelling(old_name).replace("-", "") in _marks(new) or spelling(new_name).replace("-", "") in _marks(old):
        return True
    return in_class and bool(old.name) and spelling(old.name) == spelling(new.name)


def _marks(identity: Identity) -> list[str]:
    known = (identity.number, identity.lms_id, identity.login, identity.email)
    return [mark.casefold().replace("-", "") for mark in known]
