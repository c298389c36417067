"""Plain Korean sentences: particles by the last sound, and the present tense of a dictionary form."""

from __future__ import annotations

from collections.abc import Sequence

from grader.soundness.parts import Part

_FIRST = 0xAC00
_FINALS = 28
_N, _R = 4, 8  # numbers of the final consonants ㄴ and ㄹ
_SOUNDED = frozenset("013678lmnrLMNR")  # digits and letters that end in a consonant when they are read in Korean


def final(word: str) -> int:
    """Number of the final consonant, 0 for none."""
    bare = word.rstrip(" )]'\"")
    if not bare:
        return 0
    place = ord(bare[-1]) - _FIRST
    if 0 <= place < 11172:
        return place % _FINALS
    return _R if bare[-1] in _SOUNDED else 0


def particle(word: str, after_consonant: str, after_vowel: str) -> str:
    return word + (after_consonant if final(word) else after_vowel)


def topic(word: str) -> str:
    return particle(word, "은", "는")


def subject(word: str) -> str:
    return particle(word, "이", "가")


def thing(word: str) -> str:
    return particle(word, "을", "를")


def _with_final(stem: str, number: int) -> str:
    return stem[:-1] + chr(ord(stem[-1]) - final(stem) + number)


def says(part: Part) -> str:
    """`사라지다` -> `사라진다`, `먹다` -> `먹는다`, `작다` as it is."""
    if part.kind == "adjective":
        return part.ko
    stem = part.ko[:-1]
    if final(stem) in (0, _R):
        return f"{_with_final(stem, _N)}다"
    return f"{stem}는다"


def denies(part: Part) -> str:
    return f"{part.ko[:-1]}지 {'않다' if part.kind == 'adjective' else '않는다'}"


def noun_of(part: Part) -> str:
    """`사라지다` -> `사라지는 것`, `작다` -> `작은 것`."""
    stem = part.ko[:-1]
    if part.kind == "verb":
        return f"{_with_final(stem, 0) if final(stem) == _R else stem}는 것"
    if stem.endswith("있") or stem.endswith("없"):
        return f"{stem}는 것"
    if final(stem) in (0, _R):
        return f"{_with_final(stem, _N)} 것"
    return f"{stem}은 것"


def sentences(parts: Sequence[Part], whom: str, *, denied: bool) -> list[str]:
    """The same said in several ways, of `whom`, who may be nobody."""
    nouns = [part.ko for part in parts if part.kind == "noun"]
    acts = [part for part in parts if part.kind != "noun"]
    if not acts:
        return _of_nouns(nouns, whom, denied)
    chain, last = acts[:-1], acts[-1]
    held = "의 ".join(nouns)
    for act in chain:
        held = noun_of(act) if not held else f"{_marked(held, act)} {noun_of(act)}"
    ending = denies(last) if denied else says(last)
    about = _marked(held, last) + " " if held else ""
    said = [f"{topic(whom)} {about}{ending}."] if whom else [f"{about}{ending}."]
    if whom and held:
        said.append(f"{whom}의 {topic(held)} {ending}.")
    return said


def _marked(held: str, act: Part) -> str:
    return thing(held) if act.takes else subject(held)


def _of_nouns(nouns: Sequence[str], whom: str, denied: bool) -> list[str]:
    first, last = "의 ".join(nouns[:-1]), nouns[-1]
    is_so = f"{subject(last)} 아니다." if denied else f"{last}이다."
    if first:
        said = [f"{topic(whom)} {subject(first)} {is_so}", f"{whom}의 {topic(first)} {is_so}"]
        return said if whom else [f"{topic(first)} {is_so}"]
    there = f"{subject(last)} {'없다' if denied else '있다'}."
    about = f"{thing(last)} {'쓰지 않는다' if denied else '쓴다'}."  # of a method more natural
    return [f"{topic(whom)} {there}", f"{topic(whom)} {about}"] if whom else [there]
