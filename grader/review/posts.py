"""What the keys do: decide, approve, look at repairs, undo, mark again. What returned is in the gradebook."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from grader.errors import GraderError, Held
from grader.model import Text
from grader.review import deciding, second
from grader.review.cases import REPAIRS, Case
from grader.review.deciding import Made, Moved, Step, points_in
from grader.review.desk import Filter
from grader.review.fields import Garbled, ticked_in, twin_in
from grader.review.guard import Form, form_of
from grader.review.page import filter_of, goes_to, link
from grader.review.site import Site, ordered
from grader.review.words import WORDS, Told, told

_LONGEST_REASON = 2000  # characters
WHOLE = "*"  # stands for the item as a whole among a form's fields


class Posts:
    """Handlers of POST: they append, and lead on to a page."""

    def __init__(self, site: Site) -> None:
        self.site, self.desk, self.evening = site, site.desk, site.evening
        self._turn = asyncio.Lock()  # one decision after the other, in the order in which they came

    def handler(self, act: Callable[[Form, Filter], str]) -> Callable[[Request], object]:
        """A handler that reads the form, acts, and goes where `act` says."""

        async def handle(request: Request) -> Response:
            try:
                form = await form_of(request, self.evening.token)
            except (ValueError, UnicodeDecodeError):
                return PlainTextResponse("This form is not of this page: load it again.", 403)
            try:
                async with self._turn:
                    return goes_to(await run_in_threadpool(self._acted, act, form))
            except Garbled:
                return PlainTextResponse("A field of this form cannot be read: load the page again.", 400)

        return handle

    def _acted(self, act: Callable[[Form, Filter], str], form: Form) -> str:
        """On a thread of its own: who waits for the gradebook holds up no page."""
        self.desk.refresh()
        return act(form, filter_of(dict(parse_qsl(form.get("q")))))

    # ------------------------------------------------------------ decisions

    def decide(self, form: Form, chosen: Filter) -> str:
        case = self.desk.case(form.get("student"), form.get("at"))
        if case is None:
            return link("/", chosen)
        try:
            given = self._points(case, form.under("p."))
            reason = self._reason(form, case)
            points = ", ".join(f"{name or ''} {earned:g}".strip() for name, earned in given.items())
            if case.ground != form.get("ground") and deciding.is_done(case, given, reason, self.evening.author):
                self.evening.tell("done", self._saved(case, points, 0))
                return self._onward(case, chosen)
            twins, left_out = self._twins(form, case, given)
            made = deciding.decide(self.desk.book, case, form.get("ground"), given, reason, self.evening.author)
        except GraderError as error:
            self._trouble(error)
            return link("/case", chosen, case)
        if form.all("twin"):
            self.evening.same[case.key] = bool(form.get("same"))
        made += self._also(twins, given, reason)
        if left_out:
            self.evening.tell("trouble", told("left_out", names=", ".join(left_out)))
        self._done(Step(tuple(made), case.place, points))
        self.evening.tell("done", self._saved(case, points, len({one.student for one in made}) - 1))
        return self._onward(case, chosen)

    def _points(self, case: Case, typed: dict[str, str]) -> dict[str | None, float]:
        """What was typed, by criterion. Raises Told for what is no number of points, and where there is nothing."""
        if not typed:
            raise Told(told("no_points"))
        score = case.score
        full: dict[str | None, float] = {None: case.standing.report.max_points}
        if score is not None:
            full = {None: score.max_points} | {finding.criterion: finding.points for finding in score.findings}
        found: dict[str | None, float] = {}
        for name, points in typed.items():
            criterion = None if name == WHOLE else name
            if criterion not in full:
                raise Told(told("moved_ground", student=case.student, item=case.place))
            found[criterion] = points_in(points, full[criterion])
        return found

    def _twins(
        self, form: Form, case: Case, given: dict[str | None, float]
    ) -> tuple[list[tuple[Case, str]], list[str]]:
        """Of those whom the page showed to have written the same: who gets the same, with the ground shown; who not.

        Where more is decided than words decide, it is nobody.
        """
        shown = [twin_in(text) for text in form.all("twin")] if form.get("same") else []
        by_words = None in given or all(name is not None and case.is_by_words(name) for name in given)
        found = self.desk.twins(case, list(given)).same if shown and by_words else ()
        same = {twin.student: twin for twin in found}
        twins = [(same[student], ground) for student, ground in shown if student in same]
        return twins, [student for student, _ in shown if student not in same]

    def _also(self, twins: Sequence[tuple[Case, str]], given: dict[str | None, float], reason: str) -> list[Made]:
        made: list[Made] = []
        for twin, ground in twins:
            try:
                made += deciding.decide(self.desk.book, twin, ground, given, reason, self.evening.author)
            except Held as error:
                self._trouble(error)
                self.evening.tell("trouble", told("not_for", names=_names([one for one, _ in twins], made)))
                break
            except GraderError as error:
                self._trouble(error)
        return made

    def _saved(self, case: Case, points: str, others: int) -> Text:
        if others:
            return told("saved_same", student=case.student, n=others, item=case.place, points=points)
        return told("saved", student=case.student, item=case.place, points=points)

    def looked(self, form: Form, chosen: Filter) -> str:
        case = self.desk.case(form.get("student"), REPAIRS)
        if case is None:
            return link("/", chosen)
        try:
            reason = self._reason(form, case)
            if case.ground != form.get("ground") and deciding.is_looked_at(case, reason, self.evening.author):
                self.evening.tell("done", told("looked", student=case.student))
                return self._onward(case, chosen)
            made = deciding.look(self.desk.book, case, form.get("ground"), reason, self.evening.author)
        except GraderError as error:
            self._trouble(error)
            return link("/case", chosen, case)
        self._done(Step(tuple(made), REPAIRS, ""))
        self.evening.tell("done", told("looked", student=case.student))
        return self._onward(case, chosen)

    def approve(self, form: Form, chosen: Filter) -> str:
        """The suggestions of every answer that is ticked, as the page showed them."""
        made: list[Made] = []
        approved: list[str] = []
        for place, student, ground, shown in list(map(ticked_in, form.all("case"))):
            case = self.desk.case(student, place)
            if case is None:
                continue
            try:
                made += self._approved(case, ground, shown, self._reason(form, case))
                approved.append(student)
            except Held as error:  # nor would the next get through
                self._trouble(error)
                break
            except GraderError as error:
                self._trouble(error)
        if made:
            self._done(Step(tuple(made), chosen.item or made[0].place.partition("/")[0], ""))
        if approved:
            self.evening.tell("done", told("saved_bulk", n=len(set(approved))))
        return link("/", Filter(item=chosen.item, flag=chosen.flag, student=chosen.student))

    def _approved(self, case: Case, ground: str, shown: dict[str | None, float], reason: str) -> list[Made]:
        """Nothing where that was approved already. Raises Moved where the suggestions are not those shown."""
        if case.ground != ground:
            if deciding.is_done(case, shown, reason, self.evening.author):
                return []
            raise Moved(deciding.moved(case))
        if case.suggestions != shown:
            raise Moved(told("moved_ground", student=case.student, item=case.place))
        return deciding.decide(self.desk.book, case, ground, shown, reason, self.evening.author)

    # ------------------------------------------------------------ taking back

    def undo(self, form: Form, chosen: Filter) -> str:
        """The last step of this evening, if it is the one that the page named."""
        step = self.evening.last
        if step is None or form.get("step") != str(step.number):
            self.evening.tell("trouble", told("other_step" if step is not None else "nothing_to_undo"))
            return _back(form, chosen)
        try:
            taken = replace(step, made=tuple(one for one in reversed(step.made) if self._taken_back(one)))
        except Held as error:  # what is taken back already is then another one's, and said to be
            self._trouble(error)
            return _back(form, chosen)
        self.evening.steps.pop()
        if not taken.made:
            return _back(form, chosen)
        self._file(taken.students)
        self.evening.tell("done", told("undone", step=taken.told))
        case = self.desk.case(taken.students[-1], step.item)
        return link("/case", chosen, case) if case is not None else _back(form, chosen)

    def take_back(self, form: Form, chosen: Filter) -> str:
        """One decision, whoever took it."""
        number = form.get("number")
        made = Made(form.get("student"), form.get("place"), int(number) if number.isdecimal() else 0)
        try:
            if self._taken_back(made):
                self._file([made.student])
                self.evening.tell("done", told("undone", step=Step((made,), made.place or REPAIRS, "").told))
        except Held as error:
            self._trouble(error)
        return _back(form, chosen)

    def _taken_back(self, made: Made) -> bool:
        standing = self.desk.standings.get(made.student)
        reason = WORDS["taken_back"].in_language(standing.report.language if standing else "en")
        try:
            deciding.take_back(self.desk.book, self.desk.roll.assignment, made, reason, self.evening.author)
        except Held:
            raise
        except GraderError as error:
            self._trouble(error)
            return False
        return True

    # ------------------------------------------------------------ the second marker

    def mark(self, form: Form, chosen: Filter) -> str:
        size = form.get("sample")
        back = f"./second?sample={size}" if size.isdecimal() else "./second"
        asked, marks = self.site.drawn(int(size) if size.isdecimal() else 100)
        left = second.left(asked, marks, self.evening.author)
        now = next((a for a in left if (a.case.student, a.case.place) == (form.get("student"), form.get("at"))), None)
        if now is None:
            return back
        typed = form.under("p.")
        try:
            if any((one.criterion or WHOLE) not in typed for one in now.decisions):
                raise Told(told("no_points"))
            given = [(one, points_in(typed[one.criterion or WHOLE], one.max_points)) for one in now.decisions]
            for first, points in given:
                second.mark(self.desk.book, first, points, self.evening.author)
        except GraderError as error:
            self._trouble(error)
            return back
        self.evening.tell("done", told("second_given", student=now.case.student, item=now.case.place))
        return back

    # ------------------------------------------------------------ parts

    def _reason(self, form: Form, case: Case) -> str:
        """What the student will read. Raises Told where it is too long for anybody to."""
        reason = form.get("reason").strip()
        if len(reason) > _LONGEST_REASON:
            raise Told(told("long_reason", n=f"{_LONGEST_REASON:,}", given=f"{len(reason):,}"))
        return reason or WORDS["read"].in_language(case.standing.report.language)

    def _trouble(self, error: GraderError) -> None:
        text = told("held") if isinstance(error, Held) else error.text if isinstance(error, Told) else str(error)
        self.evening.tell("trouble", text)

    def _done(self, step: Step) -> None:
        self.evening.add(step)
        self._file(step.students)

    def _file(self, students: Sequence[str]) -> None:
        self.desk.refresh()
        self.site.filing.add(students)

    def _onward(self, case: Case, chosen: Filter) -> str:
        """The same answer while something is open there, then the next that waits; the queue when nothing does."""
        now = self.desk.case(case.student, case.place)
        if now is not None and now.waiting:
            return link("/case", chosen, now)
        order = ordered(self.desk.groups(Filter()))
        at = next((number for number, one in enumerate(order) if one.key == case.key), -1)
        asked = {one.key for one in ordered(self.desk.groups(chosen)) if one.waiting}
        following = next((one for one in (*order[at + 1 :], *order[: max(at, 0)]) if one.key in asked), None)
        return link("/case", chosen, following) if following is not None else link("/", chosen)


def _names(twins: Sequence[Case], made: Sequence[Made]) -> str:
    """Those on whom nothing was decided."""
    done = {one.student for one in made}
    return ", ".join(twin.student for twin in twins if twin.student not in done)


def _back(form: Form, chosen: Filter) -> str:
    case = form.get("student"), form.get("at")
    return link("/case", chosen, student=case[0], at=case[1]) if all(case) else link("/", chosen)
