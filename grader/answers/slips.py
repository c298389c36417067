"""Slips of the pen: words that are a known one but for one or two letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import extract

SHORTEST_KOREAN = 3  # syllables of a word in which a slip is forgiven
_SHORTEST_ENGLISH = 5  # letters
_TWO_SLIPS = {"ko": 5, "en": 8}  # from this length on two slips are forgiven, below it one
_FIRST_SYLLABLE, _SYLLABLES, _JAMO = 0xAC00, 11_172, (588, 28)


class KoreanWords:
    """Korean words of a rubric, compared by the letters of their syllables."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        """`words`: each with its term."""
        self._by_length: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for word, term in words:
            self._by_length[len(word)].append((_letters(jamo(word)), jamo(word), term))

    def beginning(self, run: str) -> Iterator[tuple[str, int]]:
        """Terms with a word that a run of syllables begins with, but for a slip, and how many syllables that takes."""
        for length, listed in self._by_length.items():
            if length - 1 > len(run):
                continue
            allowed = 2 if length >= _TWO_SLIPS["ko"] else 1
            lacking = ~_letters(jamo(run[: length + 1]))
            for spelt, term in [
                (word, term) for letters, word, term in listed if (letters & lacking).bit_count() <= allowed
            ]:
                if taken := _taken(run, length, spelt, allowed):
                    yield term, taken


def _letters(word: str) -> int:
    """The letters of a word as a set of bits. A slip adds or replaces one letter at most."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 0xFF)
    return bits


def _taken(run: str, length: int, spelt: str, allowed: int) -> int | None:
    """How many syllables of a run are a word of so many syllables, but for the slips allowed; None if it is another."""
    for taken in (length, length - 1, length + 1):
        if 2 <= taken <= len(run):
            distance = DamerauLevenshtein.distance(spelt, jamo(run[:taken]), score_cutoff=allowed)
            if distance <= allowed:
                return taken
    return None


class EnglishStems:
    """Stems of English words of a rubric, by their first letter, in which no slip is forgiven."""

    def __init__(self, stems: Iterable[str]) -> None:
        self._by_letter: dict[str, tuple[str, ...]] = {}
        for letter, begun in groupby(sorted(stems), key=lambda stem: stem[0]):
            self._by_letter[letter] = tuple(begun)

    def nearest(self, word: str, stem: str) -> str | None:
        """The known stem that is nearest to a word's stem, if a slip or two away."""
        known = self._by_letter.get(word[0], ())
        if not known or len(word) < _SHORTEST_ENGLISH:
            return None
        return _nearest(stem, known, 2 if len(word) >= _TWO_SLIPS["en"] else 1)


@lru_cache(maxsize=16384)
def _nearest(stem: str, known: tuple[str, ...], allowed: int) -> str | None:
    found = extract(stem, known, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=None)
    return min(((distance, other) for other, distance, _ in found), default=(0, None))[1]


@lru_cache(maxsize=65536)
def jamo(word: str) -> str:
    """The letters of Korean syllables, each for itself."""
    letters: list[str] = []
    for sign in word:
        number = ord(sign) - _FIRST_SYLLABLE
        if 0 <= number < _SYLLABLES:
            first, middle, last = number // _JAMO[0], number % _JAMO[0] // _JAMO[1], number % _JAMO[1]
            letters += [chr(0x1100 + first), chr(0x1161 + middle), *([chr(0x11A7 + last)] if last else [])]
        else:
            letters.append(sign)
    return "".join(letters)
