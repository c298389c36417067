"""What `grader answers tune` found, as tables for its page and for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.exporters.tuning_words import column, phrase
from grader.model import Language
from grader.tuning.firing import ClaimUse
from grader.tuning.measures import Agreement, Rates
from grader.tuning.variants import Effect
from grader.tuning.why import Case
from grader.tuning.words import Word
from grader.tuning.workbench import Matrix, Tuning


@dataclass(frozen=True)
class Cell:
    """`marked`: words of an answer, with what stands before and after them. `number`: set flush right."""

    text: str
    number: bool = False
    marked: tuple[str, str, str] | None = None

    def __str__(self) -> str:
        return "".join(self.marked) if self.marked else self.text


@dataclass(frozen=True)
class Section:
    """One table with its title and what its columns mean."""

    name: str
    title: str
    told: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sections(tuning: Tuning, language: Language) -> list[Section]:
    """Every table that has rows, in the order in which one reads them."""
    tables: dict[str, tuple[tuple[str, ...], Iterable[tuple[Cell, ...]]]] = {
        "totals": (("answers", "n", "exact", "qwk", "off"), _totals(tuning, language)),
        "criteria": (_CRITERIA, _criteria(tuning, language)),
        "confusion": (("criterion", "person", "grader", "n"), _confusion(tuning)),
        "folds": (("fold", "n", "bar", "coverage", "agreement", "dropped"), _folds(tuning)),
        "missed": (_CASES, (_case(case, language) for case in tuning.missed)),
        "wrong": (_CASES, (_case(case, language) for case in tuning.wrong)),
        "near": (("criterion", "claim", "missing", "n", "granted"), _near(tuning)),
        "helping": (_WORDS, (_word(one, language) for one in tuning.words if one.effect.helps)),
        "hurting": (_WORDS, (_word(one, language) for one in reversed(tuning.words) if one.effect.gain < -1e-9)),
        "claims": (("criterion", "claim", "right", "wrong_n", "without"), _claims(tuning, language)),
        "unused": (("what", "unused"), _unused(tuning, language)),
        "calibration": (("confidence", "n", "mean", "agreement"), _bins(tuning)),
        "grounds": (("grounds", "n", "mean", "agreement"), _grounds(tuning)),
        "coverage": (("bar", "coverage", "agreement", "whole"), _curve(tuning)),
    }
    found = []
    for name, (columns, rows) in tables.items():
        if listed := tuple(rows):
            titles = tuple(column(one, language) for one in columns)
            found.append(Section(name, phrase(name, language), phrase(f"{name}_told", language), titles, listed))
    return found


_CRITERIA = ("criterion", "language", "n", "granted", "precision", "recall", "f1")
_CASES = ("answer", "criterion", "person", "grader", "confidence", "why", "words")
_WORDS = ("criterion", "word", "change", "among_missed", "among_denied", "gain", "elsewhere")


def _text(*values: str) -> tuple[Cell, ...]:
    return tuple(map(Cell, values))


def _numbers(*values: float | str | None) -> tuple[Cell, ...]:
    written = ("–" if v is None else str(v) if isinstance(v, int | str) else f"{v:z.2f}" for v in values)
    return tuple(Cell(one, number=True) for one in written)


def percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def share(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _totals(tuning: Tuning, language: Language) -> Iterator[tuple[Cell, ...]]:
    for item, found, _ in tuning.items:
        if item is not None or len(tuning.items) > 2:
            yield *_text(item or phrase("all", language)), *_agreement(found)
    for name, found in tuning.baselines.items():
        yield *_text(phrase(f"baseline_{name}", language)), *_agreement(found)
    held = tuning.held
    yield *_text(phrase("held", language)), *_numbers(tuning.n, "", held.kappa, "")


def _agreement(found: Agreement) -> tuple[Cell, ...]:
    return _numbers(found.n, percent(found.exact), found.kappa, found.off)


def _criteria(tuning: Tuning, language: Language) -> Iterator[tuple[Cell, ...]]:
    if tuning.whole:
        return
    tables = [
        (phrase(title, language), listed) for title, listed in (("all", tuning.pooled), ("held", tuning.held.rates))
    ]
    tables += [(f"{row.item} {row.label}", {"ko": row.ko, "en": row.en}) for row in tuning.criteria]
    for title, listed in tables:
        for name, found in listed.items():
            if found.n:
                yield *_text(title, phrase(name, language)), *_rates(found)


def _rates(found: Rates) -> tuple[Cell, ...]:
    return _numbers(found.n, found.right + found.missed, found.precision, found.recall, found.f1)


def _confusion(tuning: Tuning) -> Iterator[tuple[Cell, ...]]:
    """Only what is not on the diagonal, most frequent first."""
    for row in tuning.criteria:
        yield from _apart(f"{row.item} {row.label}", row.confusion)


def _apart(name: str, matrix: Matrix) -> Iterator[tuple[Cell, ...]]:
    levels, counts = matrix
    for i, given in enumerate(levels):
        for j, got in enumerate(levels):
            if i != j and counts[i][j]:
                yield *_text(name), *_numbers(share(given), share(got), counts[i][j])


def _folds(tuning: Tuning) -> Iterator[tuple[Cell, ...]]:
    for fold in tuning.held.folds:
        bar = f"{fold.bar:.2f}" if fold.bar <= 1 else "–"
        numbers = _numbers(fold.number, fold.n, bar, percent(fold.coverage), percent(fold.agreement))
        yield *numbers, *_text(" · ".join(fold.dropped))
    held = tuning.held
    yield *_numbers("Σ", tuning.n, "", percent(held.coverage), percent(held.agreement)), *_text("")


def _case(case: Case, language: Language) -> tuple[Cell, ...]:
    decision = case.decision
    words = Cell("", marked=(case.before, case.marked, case.after))
    numbers = _numbers(share(decision.given), share(decision.share), decision.confidence)
    seen = "" if case.alone else " ⚑"
    return (
        *_text(f"{case.trial.record.id}{seen}", f"{decision.item} {decision.label}"),
        *numbers,
        *_text(_why(case, language)),
        words,
    )


def _why(case: Case, language: Language) -> str:
    if case.trial.result.guards:
        return phrase("guarded", language, guards=", ".join(case.trial.result.guards))
    if case.claims:
        name = "earned_of" if case.subject else "earned"
        return phrase(name, language, claim=" · ".join(case.claims), subject=case.subject)
    if case.stand:
        name = "asked" if case.stand == "asks" else "opposite"
        return phrase(name, language, subject=case.subject or "?")
    return _lacking(case, language)


def _lacking(case: Case, language: Language) -> str:
    found = case.nearest
    if found is None:
        return phrase("nothing", language)
    missing = " + ".join(found.missing)
    return phrase("lacks" if missing else "elsewhere", language, claim=found.claim.says, missing=missing)


def _near(tuning: Tuning) -> Iterator[tuple[Cell, ...]]:
    for one in tuning.near:
        yield *_text(f"{one.item} {one.label}", one.claim, one.missing), *_numbers(one.n, one.granted)


def _word(one: Word, language: Language) -> tuple[Cell, ...]:
    change = phrase("added_to" if one.added else "taken_from", language, into=one.into)
    shares = (percent(one.missed), percent(one.denied))
    gain = f"{one.effect.gain:+.3f}"
    elsewhere = f"{one.effect.elsewhere:+d}" if one.effect.elsewhere else ""
    return *_text(f"{one.item} {one.label}", one.word, change), *_numbers(*shares, gain, elsewhere)


def _claims(tuning: Tuning, language: Language) -> Iterator[tuple[Cell, ...]]:
    for use in tuning.claims:
        yield (
            *_text(f"{use.item} {use.criterion}", _claim(use, language)),
            *_numbers(use.right, use.wrong, _change(use.without)),
        )


def _claim(use: ClaimUse, language: Language) -> str:
    marks = (("half", use.claim.half), ("denied", use.claim.denied))
    return " ".join((use.claim.says, *(f"({phrase(name, language)})" for name, holds in marks if holds)))


def _change(found: Effect | None) -> str:
    return f"{found.gain:+.3f}" if found is not None and abs(found.gain) > 1e-9 else ""


def _unused(tuning: Tuning, language: Language) -> Iterator[tuple[Cell, ...]]:
    found = tuning.unused
    silent = [use for use in tuning.claims if not use.right + use.wrong]
    lists: list[tuple[str, Iterable[str]]] = [
        ("unused_criteria", found.criteria),
        ("unused_claims", (f"{use.criterion}: {use.claim.says}" for use in silent)),
        ("unused_terms", found.terms),
    ]
    for name, listed in lists:
        if told := " · ".join(listed):
            yield _text(phrase(name, language), told)
    for term, words, n in found.words:
        yield _text(phrase("unused_words", language, term=term, n=len(words), all=n), " · ".join(words))


def _bins(tuning: Tuning) -> Iterator[tuple[Cell, ...]]:
    for one in tuning.bins:
        yield _numbers(f"{one.low:.2f}–{one.high:.2f}", one.n, one.confidence, percent(one.agreement))


def _grounds(tuning: Tuning) -> Iterator[tuple[Cell, ...]]:
    for grounds, n, sure, agreed in tuning.grounds:
        yield *_text(grounds), *_numbers(n, sure, percent(agreed))


def _curve(tuning: Tuning) -> Iterator[tuple[Cell, ...]]:
    for one in tuning.curve:
        yield _numbers(one.bar, percent(one.coverage), percent(one.agreement), percent(one.whole))


def curve_points(tuning: Tuning) -> str:
    """The coverage curve as points of a polyline in a square of 100; agreement from a half upwards."""
    points = ((100 * one.coverage, 100 - 200 * max(0.0, one.agreement - 0.5)) for one in tuning.curve)
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
