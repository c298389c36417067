"""The class as it lies on the TA's desk: cases in reading order, read from the gradebook before every page."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError
from grader.gradebook.book import Gradebook, Standing
from grader.gradebook.keeping import Keeping, Roll
from grader.model import Answer, Assignment, Execution, Language, Submission
from grader.review.alike import Cluster, clusters, of_one_kind, plain, verbatim
from grader.review.cases import NO_ITEMS, REPAIRS, Case, Flag, cases_of
from grader.review.following import Following
from grader.submissions import collect

_HANGUL = re.compile("[가-힣]")


@dataclass(frozen=True)
class Filter:
    """Which cases are looked at: those for which everything holds that is set."""

    item: str = ""
    student: str = ""
    flag: Flag | None = None
    cluster: str = ""
    show: str = "waiting"

    def takes(self, case: Case, cluster: str) -> bool:
        """Whether the case is one of these, decided or not."""
        return (
            self.item in ("", case.place)
            and (not self.student or self.student.casefold() in case.student.casefold())
            and (self.flag is None or self.flag in case.flags)
            and self.cluster in ("", cluster)
        )

    def shows(self, case: Case) -> bool:
        return self.show == "all" or case.waiting == (self.show == "waiting")


@dataclass(frozen=True)
class Group:
    """Cases of one item that are alike, in reading order. `name` finds it again."""

    name: str
    cases: tuple[Case, ...]
    likeness: tuple[int, ...]


@dataclass(frozen=True)
class Twins:
    """Cases of the same words: those that a decision may be for too, and those on which another one was taken."""

    same: tuple[Case, ...] = ()
    apart: tuple[Case, ...] = ()


class Desk:
    """Raises GraderError, in a sentence, for a folder without results."""

    def __init__(self, folder: Path, book: Gradebook) -> None:
        self.folder, self.book = folder, book
        self.keeping = Keeping(folder)
        self.roll = self.keeping.roll()
        self._following = Following(book)
        self._refreshing = threading.Lock()  # pages are made while a decision is written
        self._submissions: dict[str, tuple[str, Submission | None]] = {}
        self._clusters: dict[str, tuple[dict[str, str], list[Cluster]]] = {}
        self._references: list[tuple[str, dict[str, Answer]]] | None = None
        self.assignment = self._assignment(self.roll)
        self.refresh()
        if not self.standings:
            raise GraderError(f"the gradebook of {folder} is empty: grade the class into it once more; nothing is run")

    def refresh(self) -> None:
        """Take up what others wrote since."""
        with self._refreshing:
            roll = self.keeping.roll()
            if roll != self.roll:
                self.roll, self.assignment = roll, self._assignment(roll)
                self._submissions, self._references = {}, None
            self._following.refresh(self.roll.assignment)

    @property
    def standings(self) -> dict[str, Standing]:
        return self._following.standings

    def _assignment(self, roll: Roll) -> Assignment:
        found = self.keeping.rubric(roll.rubric_sha256)
        if found is None:
            raise GraderError(f"{self.folder} has lost its rubric: `grader rescore {self.folder} -a RUBRIC` first")
        return found

    def submission(self, student: str) -> Submission | None:
        """As it was read, without the notebook; None if nothing was kept."""
        sha256 = self.standings[student].machine.submission_sha256
        known = self._submissions.get(student)
        if known is None or known[0] != sha256:
            kept = self.keeping.get(student)
            read = kept.submission.model_copy(update={"notebook": None}) if kept is not None else None
            known = self._submissions[student] = (sha256, read)
        return known[1]

    def execution(self, student: str) -> Execution | None:
        kept = self.keeping.get(student)
        return self.keeping.execution(kept) if kept is not None else None

    # ------------------------------------------------------------ cases

    def cases(self) -> list[Case]:
        """All of the class, in the order of students."""
        found = (
            cases_of(self.standings[student], self.submission(student), self.assignment)
            for student in self.roll.students
            if student in self.standings
        )
        return [case for listed in found for case in listed]

    def case(self, student: str, place: str) -> Case | None:
        """Also one that waits for nobody: any item may be looked at and decided."""
        standing = self.standings.get(student)
        if standing is None:
            return None
        submission = self.submission(student)
        asked = next((item for item in self.assignment.items if item.id == place), None)
        return Case(student, place, asked, standing, submission) if asked is not None or place in NO_ITEMS else None

    def groups(self, chosen: Filter) -> list[Group]:
        """Item by item, the cases of the filter with those that are alike together; decided ones keep their place."""
        found = []
        cases = self.cases()
        for place in (*(item.id for item in self.assignment.items), *NO_ITEMS):
            here = {case.key: case for case in cases if case.place == place}
            for number, cluster in enumerate(self._alike(place, here.values()), 1):
                name = f"{place}~{number}"
                kept = [
                    (here[key], likeness)
                    for key, likeness in zip(cluster.keys, cluster.likeness, strict=True)
                    if chosen.takes(here[key], name)
                ]
                if kept:
                    listed, percents = zip(*kept, strict=True)
                    found.append(Group(name, listed, percents))
        return found

    def _alike(self, place: str, cases: Iterable[Case]) -> list[Cluster]:
        texts = {case.key: _compared(case) for case in cases}
        known = self._clusters.get(place)
        if known is None or known[0] != texts:
            known = self._clusters[place] = (texts, clusters(texts))
        return known[1]

    def twins(self, case: Case, criteria: Collection[str | None] | None = None) -> Twins:
        """Other students' cases with the same words, judged alike by the machine.

        `criteria`: those that are decided, None among them for the item as a whole; by default what words decide and
        nobody has, or where nothing is open what somebody has.
        """
        words = verbatim(case.answer.text)
        asked = criteria if criteria is not None else _by_words(case)
        if not words or not asked or case.item is None or case.is_code:
            return Twins()
        judged = _judged(case, asked)
        alike = [
            other
            for other in self.cases()
            if other.place == case.place
            and other.student != case.student
            and verbatim(other.answer.text) == words
            and _judged(other, asked) == judged
        ]
        held = _held(case, asked)
        fits = [_held(other, asked) <= held for other in alike]
        same, apart = (
            tuple(other for other, fit in zip(alike, fits, strict=True) if fit is kept) for kept in (True, False)
        )
        return Twins(same, apart)

    def model_answers(self, place: str, language: Language) -> list[tuple[str, Answer]]:
        """The references' answers to an item, each with the name of its file; those in the `language` come first."""
        if self._references is None:
            self._references = [*_references(self.assignment)]
        found = [(name, answers[place]) for name, answers in self._references if place in answers]
        return sorted(found, key=lambda one: bool(_HANGUL.search(one[1].text)) != (language == "ko"))


def _references(assignment: Assignment) -> Iterator[tuple[str, dict[str, Answer]]]:
    """Where the course's files are not on this machine, there is none."""
    for file in assignment.reference:
        try:
            yield file.name, collect([file], assignment)[0].answers
        except (GraderError, OSError):
            continue


def _compared(case: Case) -> str:
    """The words by which a case is sorted: the answer's, or where there is none the reason why it waits."""
    machine = case.standing.machine
    if case.place == REPAIRS:
        return of_one_kind("; ".join(repair.what for repair in machine.execution.repairs if repair.review))
    if case.item is None:
        return of_one_kind((machine.lateness.review or "") if machine.lateness is not None else "")
    if case.has_words and case.answer.text.strip():
        return plain(case.answer.text)
    score = case.machine
    return "~" + of_one_kind((score.needs_review or "") if score is not None else "")


def _by_words(case: Case) -> list[str | None]:
    open_ones: list[str | None] = [one.criterion for one in case.open if case.is_by_words(one.criterion)]
    return open_ones or [one.criterion for one in case.decisions]


def _judged(case: Case, criteria: Collection[str | None]) -> list[tuple[str, float | None, str]]:
    """What the machine made of these criteria; of all for the item as a whole."""
    findings = case.machine.findings if case.machine is not None else ()
    asked = [one for one in findings if None in criteria or one.criterion in criteria]
    return [(one.criterion, one.earned, one.outcome) for one in asked]


def _held(case: Case, criteria: Collection[str | None]) -> set[tuple[str | None, float | None, str]]:
    """The decisions that one on these criteria would change: (criterion, points, author)."""
    concerned = [one for one in case.decisions if {None, one.criterion} & set(criteria) or one.criterion is None]
    return {(one.criterion, one.after, one.author) for one in concerned}
