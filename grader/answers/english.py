"""English words: stems, and the words that carry grammar rather than content."""

from __future__ import annotations

import re
from functools import lru_cache

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?")

NEGATIONS = frozenset(
    "not no non never without cannot cant nor neither hardly barely scarcely isnt arent wasnt werent doesnt dont didnt wont"
    " wouldnt cant couldnt shouldnt hasnt havent hadnt aint ".split()  # noqa: SIM905
)
_FUNCTION = """
a an the this that these those it its they them their there here he she we you i us our your who whom whose which what
of in on at by for with from to into onto over under within through during across between among about as per via
and or if then than so also too very much many more most less least just only even still yet both each any all some such
other another same own one's when while whereas where why how because since although though but however therefore
thus hence besides moreover furthermore additionally instead rather either whether again once ever always often
usually typically generally simply quite really mostly mainly almost nearly up down out off
"""
_LIGHT = """
be is are was were been being am do does did done doing have has had having can could will would shall should may
might must get gets got become becomes became becoming make makes made making let lets use uses used using give gives
given take takes taken go goes going come comes seem seems tend tends help helps allow allows enable enables
"""
_ADVERBS = "very much more most almost nearly always often usually quite really simply also just only even still"
FUNCTION = frozenset(_FUNCTION.split())
LIGHT = frozenset(_LIGHT.split())
ADVERBS = frozenset(_ADVERBS.split())
PREPOSITIONS = frozenset("of in on at by for with from to into onto over under within through between among".split())  # noqa: SIM905
DETERMINERS = frozenset("a an the this these those its their our your every each".split())  # noqa: SIM905
AUXILIARIES = frozenset("is are was were be been am do does did has have had can could will would should may might must".split())  # noqa: SIM905, E501
# Irregular forms, which a stemmer leaves apart.
_IRREGULAR = {
    "lost": "lose", "kept": "keep", "shrunk": "shrink", "shrank": "shrink", "fewer": "few", "fewest": "few",
    "smaller": "small", "smallest": "small", "larger": "large", "largest": "large", "bigger": "big", "biggest": "big",
    "faster": "fast", "fastest": "fast", "cheaper": "cheap", "simpler": "simple", "easier": "easy", "slower": "slow",
    "lower": "low", "lowest": "low", "higher": "high", "highest": "high", "weaker": "weak", "stronger": "strong",
    "strongest": "strong", "lesser": "less", "flatter": "flat", "lighter": "light", "heavier": "heavy", "better": "good",
    "best": "good", "worse": "bad", "grew": "grow", "grown": "grow", "fell": "fall", "fallen": "fall", "went": "go",
    "zeros": "zero", "zeroes": "zero", "seen": "see", "saw": "see", "maxima": "max", "maximum": "max", "minimum": "min",
    "dying": "die", "died": "die", "dies": "die", "analyses": "analysi", "derivatives": "derivative", "neighbouring":
    "neighbor", "neighbour": "neighbor", "neighbours": "neighbor", "neighbourhood": "neighborhood", "learnt": "learn",
    "held": "hold", "built": "build", "chosen": "choose", "chose": "choose", "driven": "drive", "broken": "break",
    "nearby": "near", "closer": "close", "tinier": "tiny", "costly": "costly", "costlier": "costly",
}  # fmt: skip


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The stem of a lower-case word; of irregular forms that of the plain form."""
    return str(_STEMMER.stemWord(_IRREGULAR.get(word, word)))


def is_negation(word: str) -> bool:
    return word.replace("'", "").replace("’", "") in NEGATIONS
