"""Plain English sentences, good enough to be read by the grader as a student's."""

from __future__ import annotations

from collections.abc import Sequence

from grader.soundness.parts import Part


def third(verb: str) -> str:
    """`vanish` -> `vanishes`, `speed up` -> `speeds up`."""
    first, _, rest = verb.partition(" ")
    if first.endswith(("s", "sh", "ch", "x", "z", "o")):
        first += "es"
    elif first.endswith("y") and first[-2:-1] not in "aeiou":
        first = f"{first[:-1]}ies"
    else:
        first += "s"
    return f"{first} {rest}".strip()


def sentences(parts: Sequence[Part], whom: str, *, denied: bool) -> list[str]:
    """The same said in several ways, of `whom`, who may be nobody."""
    nouns = [part.en for part in parts if part.kind == "noun"]
    acts = [part for part in parts if part.kind != "noun"]
    if not acts:
        return [_sentence(one) for one in _of_nouns(nouns, whom, denied)]
    held = " of the ".join(reversed(nouns))
    for act in acts[:-1]:
        held = f"{_gerund(act)} {held}".strip()
    return [_sentence(one) for one in _of_act(acts[-1], held, whom, denied)]


def _of_act(act: Part, held: str, whom: str, denied: bool) -> list[str]:
    if act.kind == "adjective":
        ending = f"{'is not' if denied else 'is'} {act.en}"
    else:
        ending = f"does not {act.en}" if denied else third(act.en)
    if act.takes:
        return [f"{whom or 'it'} {ending} {f'the {held}' if held else ''}".strip()]
    if not held:
        return [f"{whom or 'it'} {ending}"]
    return [f"with {whom}, the {held} {ending}", f"the {held} of {whom} {ending}"] if whom else [f"the {held} {ending}"]


def _of_nouns(nouns: Sequence[str], whom: str, denied: bool) -> list[str]:
    first, last = " of the ".join(reversed(nouns[:-1])), nouns[-1]
    if first:
        ending = f"{'is not' if denied else 'is'} {last}"
        return (
            [f"with {whom}, the {first} {ending}", f"the {first} of {whom} {ending}"]
            if whom
            else [f"the {first} {ending}"]
        )
    if not whom:
        return [f"there is {'no ' if denied else ''}{last}"]
    return [
        f"{whom} {'does not have' if denied else 'has'} {last}",
        f"{whom} {'does not use' if denied else 'uses'} {last}",
    ]


def _gerund(act: Part) -> str:
    if act.kind == "adjective":
        return act.en
    first, _, rest = act.en.partition(" ")
    first = first[:-1] if first.endswith("e") and not first.endswith("ee") else first
    return f"{first}ing {rest}".strip()


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
