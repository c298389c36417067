"""Winnowing: few hashes that stand for a text, chosen so that no long enough shared run escapes.

Schleimer, Wilkerson, Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003. Of every `window`
hashes of `size` tokens in a row the smallest is kept, the rightmost of equals: two texts that share a run of
`size + window - 1` tokens share a fingerprint, whatever stands around it, and nothing shorter than `size` is noticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from grader.similarity.tokens import Token


def hashes(tokens: Sequence[Token], size: int) -> tuple[int, ...]:
    """One hash for each `size` tokens in a row; the same on every machine and in every run."""
    signs = [token.sign for token in tokens]
    return tuple(_hash("\0".join(signs[start : start + size])) for start in range(len(signs) - size + 1))


def winnow(values: Sequence[int], window: int) -> list[int]:
    """Positions of the hashes that are kept, rising."""
    kept: list[int] = []
    for start in range(min(1, len(values)) and max(1, len(values) - window + 1)):
        inside = values[start : start + window]
        least = min(inside)
        place = start + max(offset for offset, value in enumerate(inside) if value == least)
        if not kept or kept[-1] != place:
            kept.append(place)
    return kept


def _hash(gram: str) -> int:
    return int.from_bytes(hashlib.blake2b(gram.encode("utf-8", "surrogatepass"), digest_size=8).digest())
