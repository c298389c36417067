"""Which answers are alike: the same words, or nearly, so that they are read one after the other."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

ALIKE = 70.0  # percent of likeness to the first of a cluster
_LONGEST = 2000  # characters that are compared
_NO_WORDS = re.compile(r"[\W_]+")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Cluster:
    """Keys whose texts are alike, those of the same words side by side; `likeness` is percent, to the first."""

    keys: tuple[str, ...]
    likeness: tuple[int, ...]


def verbatim(text: str) -> str:
    """What has to be equal where two answers are the same: all but capitals and white space. `<` is no `>`."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def plain(text: str) -> str:
    """The words alone, by which answers are sorted: those with the same may still say opposite things."""
    return _NO_WORDS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def of_one_kind(reason: str) -> str:
    """A reason for review without its numbers, which differ from hand-in to hand-in."""
    return _NUMBERS.sub("#", plain(reason))


def clusters(texts: Mapping[str, str]) -> list[Cluster]:
    """Clusters of the keys, the largest first. `texts`: by key, as `plain` leaves them."""
    same: dict[str, list[str]] = defaultdict(list)
    for key in sorted(texts):
        same[texts[key]].append(key)
    left = sorted(same, key=lambda text: (-len(same[text]), text))
    found = []
    while left:
        first = left[0]
        alike = process.extract(
            first[:_LONGEST],
            [text[:_LONGEST] for text in left],
            scorer=fuzz.token_sort_ratio,
            score_cutoff=ALIKE,
            limit=None,
        )
        likeness = {left[place]: round(percent) for _, percent, place in alike} | {first: 100}
        members = sorted(likeness, key=lambda text: (text != first, -likeness[text], text))
        keys = [(key, likeness[text]) for text in members for key in same[text]]
        found.append(Cluster(tuple(key for key, _ in keys), tuple(percent for _, percent in keys)))
        left = [text for text in left if text not in likeness]
    return sorted(found, key=lambda cluster: -len(cluster.keys))
