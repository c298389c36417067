"""The pages that people read: a student's feedback, the class, similar hand-ins, the executed notebook.

Each page is one file without scripts that asks nothing of the network; a content security policy in its head says so
to the browser. Everything a student wrote is escaped or cleaned before it stands in a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import jinja2

from grader.exporters import feedback, lateness, overview, similarity, values
from grader.exporters.class_report import criteria, ideas, words
from grader.exporters.class_report import report as class_report
from grader.exporters.class_report.anonymous import Answers
from grader.exporters.labels import label, status_name, status_sentence
from grader.held import majority
from grader.model import Assignment, Execution, Identity, Language, Report, Submission, Visibility
from grader.repairs.ledger import sentence
from grader.similarity import HandIn, Pair

if TYPE_CHECKING:
    from grader.journal.account import RunReport
    from grader.tuning.workbench import Tuning

_TEMPLATES = Path(__file__).parent.parent / "templates"
_PAGES = ("feedback.html.j2", "executed.html.j2", "class.html.j2", "similarity.html.j2")


def prepare() -> None:
    """Compile what pages are made of, which the first of them would wait for otherwise."""
    from grader.exporters import executed

    for name in _PAGES:
        environment().get_template(name)
    executed.prepare()


def feedback_page(
    report: Report,
    submission: Submission,
    execution: Execution,
    assignment: Assignment,
    executed_link: str | None = None,
    document_links: Sequence[str | None] = (),
    opened: Sequence[Visibility] = (),
) -> str:
    """What the student reads, in the report's language.

    ``executed_link`` leads, relative to this page, to the page of the executed notebook, ``document_links`` to the
    submission's documents, one each or None. Items that are neither visible nor of an ``opened`` kind
    show their points only. Raises nothing for any content of a submission, an execution or a report.
    """
    views = feedback.items(report, submission, execution, assignment, opened)
    late = lateness.view(report)
    counts = late.counts if late is not None and late.taken else None
    return _page(
        "feedback.html.j2",
        report.language,
        report=report,
        submission=submission,
        execution=execution,
        assignment=assignment,
        items=views,
        decided=feedback.decided(views),
        bar_of_total=feedback.total_bar(views, report.max_points, counts),
        late=late,
        counts=counts,
        graded_at=lateness.there(report, report.graded_at),
        submitted_at=lateness.there(report, report.submitted_at),
        documents=feedback.documents(submission, document_links, report.language),
        waiting=[score.item for score in report.scores if score.points is None],
        executed_link=values.href(executed_link) if executed_link else None,
    )


def class_page(
    reports: Sequence[Report],
    assignment: Assignment,
    links: Mapping[str, str],
    missing: Sequence[str] = (),
    strangers: Sequence[str] = (),
    similar: str | None = None,
    pairs: int | None = None,
    answers: Answers = ideas.none_kept,
    absent: Mapping[str, Identity] = MappingProxyType({}),
) -> str:
    """The class on one page, for lecturer and TA, in the language of most reports (Korean if there are none).

    ``links`` leads from a student to their feedback page; a student without a link is named only. ``missing`` handed
    in nothing; ``strangers`` are not in the roster. ``similar`` leads to the page of similar hand-ins, which has
    ``pairs``. ``answers`` fetches the answers that are shown as examples; ``absent`` tells more of the ``missing``, so
    that nobody of them is named there. Raises nothing for any reports.
    """
    language = majority(report.language for report in reports)
    return _page(
        "class.html.j2",
        language,
        assignment=assignment,
        missing=missing,
        strangers=strangers,
        overview=overview.of(reports, assignment, language),
        report=class_report.of(
            reports, assignment, language, answers, dict.fromkeys(missing, Identity()) | dict(absent)
        ),
        fewest=criteria.FEWEST,
        w=partial(words.phrase, language=language),
        kind_of_repair=partial(words.kind_of_repair, language=language),
        links={student: values.href(link) for student, link in links.items()},
        similar=values.href(similar) if similar else None,
        pairs=pairs,
    )


def similarity_page(
    pairs: Sequence[Pair],
    hand_ins: Sequence[HandIn],
    assignment: Assignment,
    links: Mapping[str, str],
    language: Language,
) -> str:
    """Similar hand-ins for the TA, the passages of both sides marked. ``links`` as on the class page.

    ``hand_ins`` are those that were compared. Raises nothing for any content of theirs.
    """
    return _page(
        "similarity.html.j2",
        language,
        assignment=assignment,
        report=similarity.of(pairs, hand_ins),
        links={student: values.href(link) for student, link in links.items()},
        w=partial(similarity.word, language=language),
        part_name=partial(similarity.part_name, language=language),
    )


def executed_page(execution: Execution, title: str, language: Language) -> str:
    """The executed notebook, each cell under an anchor ``cell-N`` counted from 1.

    A notebook that nbconvert cannot lay out is shown as plain text, and the page says so. Raises nothing for any
    notebook.
    """
    from grader.exporters import executed  # nbconvert takes half a second to import

    cells = executed.tidy_cells(execution.notebook)
    try:
        body = executed.render_cells(cells, {error.cell for error in execution.errors if error.cell is not None})
    except executed.CONVERSION_ERRORS:
        body = None
    return _page("executed.html.j2", language, execution=execution, title=title, cells=cells, body=body)


def tune_page(tuning: Tuning, assignment: Assignment, language: Language) -> str:
    """How a rubric fares on graded answers, for the TA. Raises nothing for any answers."""
    from grader.exporters import tuning as tables  # with all that scores answers, which no other page needs
    from grader.exporters.tuning_words import phrase

    return _page(
        "tune.html.j2",
        language,
        assignment=assignment,
        tuning=tuning,
        sections=tables.sections(tuning, language),
        curve=tables.curve_points(tuning),
        w=partial(phrase, language=language),
    )


def run_page(report: RunReport, title: str, language: Language) -> str:
    """What a run came to, for whoever started it. Raises nothing for any report."""
    from grader.exporters import run_words  # which no other page needs

    return _page(
        "run.html.j2",
        language,
        report=report,
        title=title,
        w=partial(run_words.phrase, language=language),
        length=partial(run_words.length, language=language),
        part_name=partial(run_words.part_name, language=language),
    )


def _page(template: str, language: Language, **content: object) -> str:
    layout = environment().get_template(template)
    page = layout.render(
        language=language,
        t=partial(_label, language),
        late_word=partial(lateness.word, language=language),
        status_name=partial(status_name, language=language),
        status_sentence=partial(status_sentence, language=language),
        repaired=partial(sentence, language=language),
        **content,
    )
    return values.printable(page)


def _label(language: Language, name: str, **kw: object) -> str:
    return label(name, language, **kw)


@cache
def environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for written in (values.points, values.moment, values.one_line, values.with_code, values.css_string):
        environment.filters[written.__name__] = written
    return environment
