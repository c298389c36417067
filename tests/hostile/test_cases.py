"""Every hostile case, in every tier that this machine offers."""

from __future__ import annotations

from functools import lru_cache

import pytest

from hostile.case import TIERS, Case, Seen
from hostile.families import CASES
from hostile.lanes import perform, playable, tiers
from hostile.promises import broken, violations

pytestmark = pytest.mark.long


@lru_cache(maxsize=len(TIERS))
def seen_in(tier: str) -> dict[str, Seen]:
    """All cases of a tier, played at once: the two cores are better used than by one case after another."""
    return perform(tier, playable(tier))


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_must_hold_holds(case: Case, tier: str) -> None:
    if tier not in tiers():
        pytest.skip(f"this machine does not offer tier {tier}")
    if tier in case.never_in:
        pytest.skip(case.never_in[tier])
    told = violations(case, tier, seen_in(tier)[case.name])
    assert not told, "\n".join(told)


@pytest.mark.parametrize("case", [case for case in CASES if "none" in case.not_in], ids=lambda case: case.name)
def test_an_attack_that_is_excused_without_walls_works_there(case: Case) -> None:
    """An attack that fails with no walls at all proves nothing about them."""
    excuse = case.not_in["none"]
    if "none" in case.never_in or not excuse.sure:
        pytest.skip("it depends on the machine, or would harm it")
    told = broken(case, "none", seen_in("none")[case.name])
    assert [one for one in told if one.partition(":")[0] in excuse.promises], f"not needed: {excuse.reason}"


def test_there_are_enough_cases_and_each_says_what_must_hold() -> None:
    assert len(CASES) >= 60
    for case in CASES:
        assert case.about
        assert set(case.guards) | set(case.not_in) | set(case.never_in) <= set(TIERS)
