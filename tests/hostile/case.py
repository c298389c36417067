"""What a hostile case is: a notebook, what must hold when it is graded, and what is known not to hold in which tier."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

TIERS = ("full", "reduced", "none")
PROMISES = ("ends", "cause", "neighbour", "canaries", "left", "outside", "contacts", "pages", "holds")


@dataclass(frozen=True)
class Seen:
    """What was seen while one case was graded; everything outside `result` was measured from outside."""

    case: str
    fault: str = ""  # the grader raised, hung or died
    status: str = ""
    walls: str = ""
    errors: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    grown_mb: float = 0.0  # of the grader's own memory, at its peak
    result: dict[str, Any] = field(default_factory=dict)  # what the notebook says that it managed
    total: float | None = None
    outcomes: dict[str, str] = field(default_factory=dict)  # check -> outcome
    neighbour: list[str] = field(default_factory=list)  # how the honest neighbour differs from its solo run
    canaries: list[str] = field(default_factory=list)  # the kinds of secrets found in the output
    left: list[str] = field(default_factory=list)  # processes
    outside: list[str] = field(default_factory=list)  # files and processes that changed
    contacts: list[str] = field(default_factory=list)  # whoever spoke to a listener
    pages: list[str] = field(default_factory=list)  # what is wrong with the written pages


Check = Callable[[Seen], Iterable[str]]


@dataclass(frozen=True)
class Excuse:
    """Why a tier cannot keep some promises of a case."""

    reason: str
    promises: tuple[str, ...] = ("holds",)
    sure: bool = True  # the attack is known to work there; if it does not, the excuse is stale


@dataclass(frozen=True)
class Case:
    """One notebook with what must hold."""

    name: str
    about: str  # what must hold, in a sentence
    cells: tuple[str, ...]
    ends: tuple[str, ...] = ("ok",)  # statuses that name the cause
    checks: tuple[Check, ...] = ()
    guards: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # tier -> walls without which it must turn red
    not_in: Mapping[str, Excuse] = field(default_factory=dict)  # tier -> what does not hold there, and why
    never_in: Mapping[str, str] = field(default_factory=dict)  # tier -> why it would be dangerous to run it there
    neighbour: bool = False  # an honest notebook runs beside it
    slow: bool = False  # waits for deadlines
    crowded: bool = False  # needs both cores, so nothing else may run
    limits: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)  # companions of the notebook
    pages: bool = False  # the files for people are written and looked at; else only what they are made of
    student: str = "student"
    metadata: Mapping[str, Any] = field(default_factory=dict)  # of the notebook and of every cell


def cells(*sources: str) -> tuple[str, ...]:
    return tuple(textwrap.dedent(source).strip("\n") for source in sources)


# ---------------------------------------------------------------- checks on what the notebook managed


def denied(*names: str) -> Check:
    """These attempts (all of them if none is named) were made and gave nothing."""

    def check(seen: Seen) -> Iterable[str]:
        attempts = {k: v for k, v in seen.result.items() if isinstance(v, list)}
        yield from (f"{name} was not attempted" for name in names or ("anything",) if not attempts.get(name, attempts))
        for name, (outcome, told) in attempts.items():
            if outcome == "got" and (not names or name in names):
                yield f"{name}: got {told[:120]}"

    return check


def granted(*names: str) -> Check:
    """These attempts worked: a wall that stops honest work too proves nothing."""

    def check(seen: Seen) -> Iterable[str]:
        for name in names:
            outcome, told = seen.result.get(name, ("nothing", "was not attempted"))
            if outcome != "got":
                yield f"{name}: {told}"

    return check


def below(name: str, limit: float) -> Check:
    def check(seen: Seen) -> Iterable[str]:
        value = seen.result.get(name)
        if not isinstance(value, int | float):
            yield f"{name} was not measured"
        elif value >= limit:
            yield f"{name} reached {value:g}, which is not below {limit:g}"

    return check


def at_most(name: str, limit: float) -> Check:
    """As `below`, but a notebook that was ended before it could tell is as good."""

    def check(seen: Seen) -> Iterable[str]:
        return below(name, limit)(seen) if name in seen.result else ()

    return check


def silent(name: str) -> Check:
    """The notebook never came as far as to tell `name`."""

    def check(seen: Seen) -> Iterable[str]:
        if name in seen.result:
            yield f"it told {name}: {str(seen.result[name])[:120]}"

    return check


def tells(name: str, value: Any) -> Check:
    def check(seen: Seen) -> Iterable[str]:
        if seen.result.get(name) != value:
            yield f"{name} is {str(seen.result.get(name))[:120]}, not {value}"

    return check


def earns(**outcomes: str) -> Check:
    """Outcomes of the checks `runs` and `r2`; `not_passed` stands for everything but `passed`."""

    def check(seen: Seen) -> Iterable[str]:
        for name, expected in outcomes.items():
            outcome = seen.outcomes.get(name, "")
            if outcome == "passed" if expected == "not_passed" else outcome != expected:
                yield f"{name} is {outcome}, not {expected}"

    return check


def within(seconds: float) -> Check:
    def check(seen: Seen) -> Iterable[str]:
        if seen.seconds > seconds:
            yield f"it took {seen.seconds:.1f} s, more than {seconds:g}"

    return check


def grows_less_than(megabytes: float) -> Check:
    def check(seen: Seen) -> Iterable[str]:
        if seen.grown_mb > megabytes:
            yield f"the grader grew by {seen.grown_mb:.0f} MB"

    return check


# ---------------------------------------------------------------- excuses that many cases share

SAME_USER = "without walls a notebook is the same user as the grader, and may do what that user may"
READS_AS_USER = Excuse(f"{SAME_USER}: it reads whatever that user reads", ("holds", "canaries"))
ACTS_AS_USER = Excuse(SAME_USER, ("holds", "outside"))
SPEAKS = Excuse("without walls there is the machine's network", ("holds", "contacts"))
