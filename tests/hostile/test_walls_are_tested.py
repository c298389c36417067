"""A wall without which no case turns red is untested. So every wall is taken away once."""

from __future__ import annotations

from functools import lru_cache

import pytest

from hostile.case import TIERS, Case, Seen
from hostile.families import CASES
from hostile.lanes import tiers, together
from hostile.promises import violations
from hostile.switches import NAMES

pytestmark = pytest.mark.long
_ENOUGH = 1  # case for each wall; the first one in the order of the families


def guarded(wall: str) -> list[tuple[str, Case]]:
    """Tier and case, where the cases say that only this wall holds; of the best tier that has such cases."""
    for tier in tiers():
        found = [case for case in CASES if wall in case.guards.get(tier, ()) and tier not in case.never_in]
        if found:
            return [(tier, case) for case in found[:_ENOUGH]]
    return []


@lru_cache(maxsize=1)
def seen_without() -> dict[str, Seen]:
    lanes: dict[tuple[str, int], list[str]] = {}
    for number, wall in enumerate(NAMES):
        for tier, case in guarded(wall):
            lanes.setdefault((tier, number % 2), []).append(f"{case.name}/{wall}")
    return together([(tier, names) for (tier, _), names in lanes.items()])


@pytest.mark.parametrize("wall", NAMES)
def test_a_missing_wall_is_noticed(wall: str) -> None:
    if tiers() == ("none",) and not guarded(wall):
        pytest.skip("this machine offers no such wall")
    told = {}
    for tier, case in guarded(wall):
        seen = seen_without()[f"{case.name}/{wall}"]
        assert (seen.fault, seen.status != "infrastructure") == ("", True), seen  # or it would be red for nothing
        told[case.name] = violations(case, tier, seen)
    assert any(told.values()), f"without {wall}, these cases hold as before: {sorted(told)}"


def test_cases_guard_walls_that_exist() -> None:
    assert {wall for case in CASES for walls in case.guards.values() for wall in walls} <= set(NAMES)
    assert {tier for case in CASES for tier in case.guards} <= set(TIERS)
