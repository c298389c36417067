"""Korean morphemes by kiwipiepy: loaded when the first Korean text comes, once for the process."""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kiwipiepy import Kiwi

HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
_BEYOND = re.compile(r"[^\u0000-\uffff]")  # the analyser counts these twice
_NOUN_SCORE = 3.0  # of a user's word, so that it wins against a split into smaller ones


class Morpheme(NamedTuple):
    """`tag`: of the Sejong set, without the sign for an irregular verb. Offsets are into the text analysed."""

    form: str
    tag: str
    start: int
    end: int


class Analyser:
    """Morphemes with some nouns kept in one piece. Thread-safe."""

    def __init__(self, nouns: frozenset[str] = frozenset()) -> None:
        from kiwipiepy import Kiwi  # late: it takes more than a second, which a course in English need not wait

        self._lock = threading.Lock()
        # four times sooner there than with the lists of names of persons, places and firms
        self._kiwi: Kiwi = Kiwi(num_workers=1, load_multi_dict=False, load_typo_dict=False)
        for noun in sorted(nouns):
            self._kiwi.add_user_word(noun, "NNP", _NOUN_SCORE)

    def morphemes(self, text: str) -> list[Morpheme]:
        """The morphemes of a sentence, in order; those that a contraction hides share its characters."""
        with self._lock:
            found = self._kiwi.tokenize(_BEYOND.sub(" ", text))
        return [Morpheme(m.form, m.tag.partition("-")[0], m.start, m.start + m.len) for m in found]

    def likelihood(self, text: str) -> float:
        """The logarithm of the text's likelihood under the analyser's language model."""
        with self._lock:
            return float(self._kiwi.analyze(_BEYOND.sub(" ", text))[0][1])


@lru_cache(maxsize=2)
def analyser(nouns: frozenset[str]) -> Analyser:
    """The analyser that knows these nouns; loading it takes more than a second."""
    return Analyser(nouns)
