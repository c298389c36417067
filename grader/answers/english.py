"""English words: stems, and the words that carry grammar rather than content."""

from __future__ import annotations

import re
import threading
from functools import lru_cache

import snowballstemmer

from grader.answers.words import words

WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?")

# Words that deny, without their apostrophes.
NEGATIONS = words("""
    not no non never without cannot cant nor neither hardly barely scarcely isnt arent wasnt werent doesnt dont didnt
    wont wouldnt couldnt shouldnt hasnt havent hadnt aint
""")
# Articles, pronouns, prepositions, conjunctions and adverbs that say nothing by themselves.
FUNCTION = words("""
    a an the this that these those it its they them their there here he she we you i us our your who whom whose which
    what of in on at by for with from to into onto over under within through during across between among about as per
    via and or if then than so also too very much many more most less least just only even still yet both each any all
    some such other another same own one's when while whereas where why how because since although though but however
    therefore thus hence besides moreover furthermore additionally instead rather either whether again once ever always
    often usually typically generally simply quite really mostly mainly almost nearly up down out off
""")
# Verbs that say nothing without another word.
LIGHT = words("""
    be is are was were been being am do does did done doing have has had having can could will would shall should may
    might must get gets got become becomes became becoming make makes made making let lets use uses used using give
    gives given take takes taken go goes going come comes seem seems tend tends help helps allow allows enable enables
""")
# Forms that the stemmer leaves apart from their plain form: the plain form (or its stem), then those.
_IRREGULAR_FORMS = """
    lose: lost / keep: kept / shrink: shrunk shrank / few: fewer fewest / small: smaller smallest /
    large: larger largest / big: bigger biggest / fast: faster fastest / cheap: cheaper / simple: simpler /
    easy: easier / slow: slower / low: lower lowest / high: higher highest / weak: weaker /
    strong: stronger strongest / less: lesser / flat: flatter / light: lighter / heavy: heavier /
    good: better best / bad: worse / grow: grew grown / fall: fell fallen / go: went / zero: zeros zeroes /
    see: seen saw / max: maxima maximum / min: minimum / die: dying died dies / analysi: analyses /
    derivative: derivatives / neighbor: neighbouring neighbour neighbours / neighborhood: neighbourhood /
    whereas: wheras / because: becuase beacuse becouse / learn: learnt / hold: held / build: built /
    choose: chosen chose / drive: driven / break: broken /
    near: nearby / close: closer / tiny: tinier / costly: costlier
"""
_IRREGULAR = {
    form: plain
    for plain, _, forms in (entry.strip().partition(":") for entry in _IRREGULAR_FORMS.split("/"))
    for form in forms.split()
}
_STEMMER = snowballstemmer.stemmer("english")
_LOCK = threading.Lock()  # the stemmer keeps the word that it works on in itself


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The stem of a lower-case word; of irregular forms that of the plain form."""
    with _LOCK:
        return str(_STEMMER.stemWord(_IRREGULAR.get(word, word)))


def is_negation(word: str) -> bool:
    """Whether a lower-case word denies; an apostrophe does not count."""
    return word.replace("'", "").replace("’", "") in NEGATIONS
