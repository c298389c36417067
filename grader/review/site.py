"""The pages: the queue, one answer, bulk approval, the second marker. Asked one after the other, on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from grader.answers.scoring import AnswerScore
from grader.exporters.feedback import documents
from grader.exporters.figures import Picture, pictures
from grader.intake.documents import SHOWN_AS_THEY_ARE
from grader.model import Language, SecondMark, Text
from grader.names import file_name
from grader.review import second, views
from grader.review.cases import FLAGS, REPAIRS, Case
from grader.review.deciding import Step
from grader.review.desk import Desk, Filter, Group
from grader.review.filing import Filing
from grader.review.guard import STUDENTS_POLICY, derived
from grader.review.page import SHOWS, filter_of, goes_to, link, manner_of, query, render
from grader.review.words import REASONS, WORDS

_STATIC = Path(__file__).parent.parent / "templates"
_FILES = {
    "style.css": _STATIC / "style.css",
    "review.css": _STATIC / "review" / "review.css",
    "review.js": _STATIC / "review" / "review.js",
}
SAMPLE = 20  # percent of decided answers that a second marker is shown
SAMPLES = (5, 10, 20, 50, 100)


@dataclass
class Evening:
    """What one run of the page knows besides the gradebook: who reads, the steps taken, what to say next."""

    author: str
    language: Language
    token: str
    steps: list[Step] = field(default_factory=list)
    taken: int = 0  # steps in all, those taken back too
    same: dict[str, bool] = field(default_factory=dict)  # by case, whether its last decision was for its twins too
    notices: list[tuple[str, Text | str]] = field(default_factory=list)

    @property
    def last(self) -> Step | None:
        """What an undo takes back."""
        return self.steps[-1] if self.steps else None

    def add(self, step: Step) -> None:
        self.taken += 1
        self.steps.append(replace(step, number=self.taken))

    def tell(self, kind: str, text: Text | str) -> None:
        """Say it at the top of the next page; `kind`: `done` or `trouble`."""
        self.notices.append((kind, text))


class Site:
    """Handlers of GET. Those of POST are in `posts`."""

    def __init__(self, desk: Desk, filing: Filing, evening: Evening) -> None:
        self.desk, self.filing, self.evening = desk, filing, evening
        self._read: dict[tuple[str, str], AnswerScore | None] = {}

    # ------------------------------------------------------------ pages

    async def queue(self, request: Request) -> Response:
        self.desk.refresh()
        chosen = filter_of(dict(request.query_params))
        shown = [(group, seen) for group in self.desk.groups(chosen) if (seen := shown_of(group, chosen))]
        by_place: dict[str, list[tuple[Group, list[tuple[Case, int]]]]] = {}
        for group, seen in shown:
            by_place.setdefault(group.cases[0].place, []).append((group, seen))
        adrift = [(s.report.student, told) for s in self.desk.standings.values() for told in s.report.adrift]
        return self._page(
            request,
            "queue.html.j2",
            chosen,
            places=by_place,
            first=shown[0][1][0][0] if shown else None,
            approvable=sum(bool(case.suggestions) for _, cases in shown for case, _ in cases),
            items=[(item.id, item.title) for item in self.desk.assignment.items],
            flags=FLAGS,
            shows=SHOWS,
            adrift=adrift,
        )

    async def case(self, request: Request) -> Response:
        self.desk.refresh()
        chosen = filter_of(dict(request.query_params))
        case = self._asked_for(request)
        if case is None:
            return goes_to(link("/", chosen))
        manner = manner_of(request, self.evening.language)
        read = self._reading(case)
        rows = views.rows(case, read, self.desk.assignment, manner.language)
        return self._page(
            request,
            "case.html.j2",
            chosen,
            case=case,
            rows=rows,
            focus=next((finding.criterion for finding in case.open), None),
            answer=views.shown(case, read),
            twins=self.desk.twins(case),
            same=bool(case.open) and self.evening.same.get(case.key, not case.decisions),
            reasons=[WORDS[name].in_language(case.standing.report.language) for name in REASONS],
            wholes=[one for one in case.decisions if one.criterion is None],
            looked=case.standing.looks[-1] if case.standing.looks and not case.waiting else None,
            **self._around(case, chosen),
            **self._beside(case, manner.language),
        )

    async def bulk(self, request: Request) -> Response:
        self.desk.refresh()
        chosen = replace(filter_of(dict(request.query_params)), show="waiting")
        listed = [
            (case, case.suggestions, views.shown(case, self._reading(case)), percent if len(group.cases) > 1 else None)
            for group in self.desk.groups(chosen)
            for case, percent in zip(group.cases, group.likeness, strict=True)
            if case.waiting and case.suggestions
        ]
        reason = WORDS["read"].in_language(listed[0][0].standing.report.language) if listed else ""
        ticked = sum("doubtful" not in case.flags for case, *_ in listed)  # doubtful words are ticked one by one
        return self._page(request, "bulk.html.j2", chosen, listed=listed, ticked=ticked, reason=reason)

    async def second_mark(self, request: Request) -> Response:
        self.desk.refresh()
        percent = request.query_params.get("sample", str(SAMPLE))
        size = int(percent) if percent in map(str, SAMPLES) else SAMPLE
        asked, marks = self.drawn(size)
        left = second.left(asked, marks, self.evening.author)
        now = left[0] if left else None
        manner = manner_of(request, self.evening.language)
        given: dict[str, object] = self._beside(now.case, manner.language) if now is not None else {}
        if now is not None:
            rows = {row.criterion: row for row in views.rows(now.case, None, self.desk.assignment, manner.language)}
            given |= {"rows": rows, "answer": views.plainly(now.case.answer.text)}
        return self._page(
            request,
            "second.html.j2",
            Filter(),
            asked=asked,
            left=left,
            now=now,
            size=size,
            samples=SAMPLES,
            lines=second.lines(marks),
            apart=second.disagreements(marks),
            **given,
        )

    def drawn(self, percent: int) -> tuple[list[second.Asked], list[SecondMark]]:
        """The second marker's sample, and all second marks."""
        seed = self.desk.roll.assignment
        asked = second.sample(self.desk.cases(), self.evening.author, percent, seed)
        return asked, self.desk.book.marks(self.desk.roll.assignment)

    # ------------------------------------------------------------ files

    async def static(self, request: Request) -> Response:
        file = _FILES.get(request.path_params["name"])
        return FileResponse(file) if file is not None else PlainTextResponse("not here", 404)

    async def executed(self, request: Request) -> Response:
        """A student's notebook as it ran, cleaned when it was written; here it gets no origin besides."""
        return self._students_file(request.path_params["student"], "executed")

    async def feedback(self, request: Request) -> Response:
        return self._students_file(request.path_params["student"], "feedback")

    def _students_file(self, student: str, folder: str) -> Response:
        file = self.desk.folder / folder / f"{file_name(student)}.html"
        if student not in self.desk.standings or not file.is_file():
            return PlainTextResponse("not here", 404)
        return FileResponse(file, headers={"content-security-policy": STUDENTS_POLICY})

    async def document(self, request: Request) -> Response:
        student, number = request.path_params["student"], request.path_params["number"]
        folder = self.desk.folder / "documents" / file_name(student)
        files = [folder / f"{number}{suffix}" for suffix in (*SHOWN_AS_THEY_ARE, ".txt")]
        file = next((file for file in files if file.is_file()), None)
        if student not in self.desk.standings or file is None:
            return PlainTextResponse("not here", 404)
        media = "text/plain; charset=utf-8" if file.suffix == ".txt" else None
        return FileResponse(file, media_type=media, headers={"content-security-policy": "default-src 'none'"})

    async def set(self, request: Request) -> Response:
        """Language and light of the page, kept by the browser."""
        back = request.query_params.get("back", "")
        answer = goes_to(back if back.startswith("./") else "./")
        for name, values in (("lang", ("ko", "en")), ("theme", ("dark", "light"))):
            if request.query_params.get(name) in values:
                answer.set_cookie(f"grader_{name}", request.query_params[name], samesite="strict", httponly=True)
        return answer

    # ------------------------------------------------------------ parts

    def _asked_for(self, request: Request) -> Case | None:
        return self.desk.case(request.query_params.get("student", ""), request.query_params.get("at", ""))

    def _reading(self, case: Case) -> AnswerScore | None:
        key = (case.place, case.answer.text)
        if key not in self._read:
            self._read[key] = views.read_answer(case, self.desk.assignment)
        return self._read[key]

    def _around(self, case: Case, chosen: Filter) -> dict[str, object]:
        """Where the case stands among those of the filter, and those that are alike."""
        order = [one for one in ordered(self.desk.groups(chosen)) if chosen.shows(one) or one.key == case.key]
        alike = self.desk.groups(Filter(item=case.place))
        return {
            "place": (next((number for number, one in enumerate(order, 1) if one.key == case.key), 0), len(order)),
            "neighbours": (beside(order, case, -1), beside(order, case, 1)),
            "cluster": next((group for group in alike if case.key in {one.key for one in group.cases}), None),
        }

    def _beside(self, case: Case, language: Language) -> dict[str, object]:
        """What lies beside an answer: the model answer, figures, documents, the notebook."""
        execution = self.desk.execution(case.student)
        plots: Sequence[Picture] = ()
        unread = []
        if case.submission is not None:
            if execution is not None:
                plots = pictures(execution.notebook, case.submission.items_of_cells).get(case.place, ())
            places = range(1, len(case.submission.documents) + 1)
            links = [f"./documents/{number}/{quote(case.student, safe='')}" for number in places]
            unread = [one for one in documents(case.submission, links, language) if one.reason]
        file = self.desk.folder / "executed" / f"{file_name(case.student)}.html"
        own = (
            [n for n, item in enumerate(case.submission.items_of_cells, 1) if item == case.place]
            if case.submission
            else []
        )
        cell = next(iter((*case.answer.cells, *own)), None)
        notebook = f"./executed/{quote(case.student, safe='')}" if file.is_file() else ""
        return {
            "model_answers": self.desk.model_answers(case.place, case.standing.report.language)
            if case.place != REPAIRS
            else [],
            "plots": plots,
            "documents": unread,
            "notebook": f"{notebook}#cell-{cell}" if notebook and cell else notebook,
            "words": case.has_words,
            "page_of_student": f"./feedback/{quote(case.student, safe='')}",
        }

    def _page(self, request: Request, template: str, chosen: Filter, **content: object) -> Response:
        cases = self.desk.cases()
        notices, self.evening.notices = self.evening.notices, []
        here = "." + request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return render(
            template,
            manner_of(request, self.evening.language),
            assignment=self.desk.assignment,
            author=self.evening.author,
            step=self.evening.last,
            form=derived(self.evening.token, "form"),
            chosen=chosen,
            carried=query(chosen),
            notices=notices,
            left_in_all=sum(case.waiting for case in cases),
            in_all=len(cases),
            here=here,
            **content,
        )


def shown_of(group: Group, chosen: Filter) -> list[tuple[Case, int]]:
    """The cases that the filter shows, each with its likeness."""
    return [one for one in zip(group.cases, group.likeness, strict=True) if chosen.shows(one[0])]


def ordered(groups: Sequence[Group]) -> list[Case]:
    return [case for group in groups for case in group.cases]


def beside(order: Sequence[Case], case: Case, step: int) -> Case | None:
    """The case before or after; None at the end."""
    at = next((number for number, one in enumerate(order) if one.key == case.key), None)
    if at is None:
        return order[0] if order else None
    return order[at + step] if 0 <= at + step < len(order) else None
