"""One function per command: it ties the nouns together and returns the exit code."""

from __future__ import annotations

import gc
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import terminal
from grader.assignment import load, load_whole
from grader.class_file import write_class
from grader.errors import ClusterLost, GraderError, RubricError
from grader.executions import Executions, StoringRunner
from grader.executors.engine import Engine, Opened
from grader.exporters.exported import Wish
from grader.exporters.html import prepare
from grader.exporting import Provisional, export
from grader.gradebook.keeping import Keeping, Roll
from grader.gradebook.record import Record, book_of, caught_up
from grader.gradebook.renamed import passing
from grader.grading import grade
from grader.intake.room import Room
from grader.intake.roster_file import read as read_roster
from grader.journal.watched import Watched, journal_of
from grader.model import Assignment, Language
from grader.results import SIMILARITY, results_in, write_similarity
from grader.selftest import selftest
from grader.submissions import Class, collect_class
from grader.walls.doctor import examine
from grader.walls.plan import Tier


@dataclass(frozen=True)
class Options:
    """How to grade. Without `walls` the best that can be had here; without `repairs` notebooks fail where what they ask
    for is not here. `gradebook`: the URL of a database in place of the file in the folder of results. `no_roster`: that
    of the last run is left out on purpose. `metrics`: a file or an address for Prometheus."""

    rerun: bool = False
    walls: Tier | None = None
    roster: Path | None = None
    repairs: bool = True
    gradebook: str | None = None
    no_roster: bool = False
    metrics: str | None = None


def grade_class(
    paths: Sequence[Path], out: Path, rubric: Path, engine: Engine, language: Language, options: Options
) -> int:
    """Grade everything below `paths` into `out`. Raises GraderError for bad input before anything runs.

    What an earlier run executed is not executed again, unless `rerun`. Archives are unpacked into a temporary folder
    for as long as this lasts.
    """
    if any(path.is_dir() and path.resolve() == out.resolve() for path in paths):
        raise GraderError(f"{out} holds the hand-ins: choose another folder for the results with -o")
    with engine, Room() as room:
        assignment = load_whole(rubric)
        _refuse_without_roster(_last_roll(out, assignment), out, options)
        enrolled = read_roster(options.roster, assignment.deadline) if options.roster is not None else None
        if enrolled is not None and assignment.deadline is None and any(one.extensions for one in enrolled.students):
            terminal.console().print("The roster has extensions, which mean nothing: the rubric has no `deadline`.")
        found = collect_class(paths, assignment, room=room, roster=enrolled)
        prepare()  # meanwhile the engine gets ready
        gc.freeze()  # what is loaded now is never garbage: to look through it takes a sixth of the grader's own time
        return _grade_found(found, out, assignment, engine, language, options)


def _grade_found(
    found: Class, out: Path, assignment: Assignment, engine: Engine, language: Language, options: Options
) -> int:
    with (
        results_in(out, assignment) as results,
        book_of(out, options.gradebook) as book,
        journal_of(results.folder, assignment.title.in_language(language), language, options.metrics) as watched,
        engine.opened(assignment, options.walls, watched.journal.note, repairs=options.repairs) as opened,
    ):
        record = Record(results, book, options.gradebook, opened.place)
        decisions = passing(found.students, book.decisions(assignment.id), _last_roll(out, assignment))
        terminal.print_passing(decisions)
        write_class(results.folder, found, assignment)
        record.begin(_roll(found, options.roster, decisions.renamed))
        watched.begin(
            submissions=len(found.submissions),
            engine=engine.name,
            jobs=engine.jobs,
            scheduler=engine.scheduler,
            dashboard=opened.dashboard or None,
        )
        code = _grade_into(record, found, opened, watched, language, rerun=options.rerun)
    terminal.print_run(watched.lines())
    return code


def _roll(found: Class, roster: Path | None, renamed: dict[str, str]) -> Roll:
    return Roll(
        students=tuple(found.students),
        missing=found.missing,
        strangers=found.strangers,
        roster=str(roster or ""),
        renamed=renamed,
    )


def _last_roll(out: Path, assignment: Assignment) -> Roll | None:
    """The class that was graded into `out` last; None where there is none, or another assignment's."""
    try:
        roll = Keeping(out).roll()
    except GraderError:
        return None
    return roll if roll.assignment == assignment.id else None


def _refuse_without_roster(before: Roll | None, out: Path, options: Options) -> None:
    """Without the roster everybody may have another name, and nobody an extension or a group."""
    if before is None or not before.listed or options.roster is not None or options.no_roster:
        return
    given = f"--roster {before.roster}" if before.roster else "--roster"
    mend = f"give {given} again, or --no-roster to go without its names, groups and extensions"
    raise GraderError(f"{out} was graded with a roster: {mend}")


def _grade_into(
    record: Record, found: Class, opened: Opened, watched: Watched, language: Language, *, rerun: bool
) -> int:
    results, submissions, broken_pages = record.results, found.submissions, []
    assignment, run = results.assignment, opened.runner
    stored = Executions(results.folder / "executions")
    runner = StoringRunner(run, stored, walls=run.walls, repairs=run.repairs, rerun=rerun, place=opened.place)
    try:
        with watched.shown():
            line = grade(submissions, assignment, runner, opened.executor, language, watched.start, ahead=opened.ahead)
            for graded in line:
                student, broken = graded.submission.student, ""
                try:
                    record.add(graded, runner.key(student))
                except Exception as error:  # noqa: BLE001  # one page that cannot be made must not cost the class
                    broken = f"{type(error).__name__}: {error}"
                    broken_pages.append(f"{student}: {broken}")
                watched.graded(graded, broken, reused=runner.reused(student), **run.way(student))
        not_compared = results.compare(submissions)
    except (KeyboardInterrupt, ClusterLost) as end:
        opened.executor.shutdown(wait=False, cancel_futures=True)
        runner.stop()
        run.stop()
        terminal.print_class(record.finish(), assignment, results.index)
        terminal.print_interrupted(len(results.reports), len(submissions), str(end))
        return 130 if isinstance(end, KeyboardInterrupt) else end.exit_code
    if run.note:
        terminal.console().print(run.note, markup=False)
    reports = record.finish()
    terminal.print_earlier(runner.used, len(reports), results.of_others(found.students))
    terminal.print_class(reports, assignment, results.index)
    if not_compared:
        terminal.console().print(not_compared, markup=False, soft_wrap=True)
    terminal.print_roll(found.missing, found.strangers, found.unused)
    terminal.print_failures(broken_pages, runner.not_stored)
    return 1 if broken_pages or any(report.execution.status == "infrastructure" for report in reports) else 0


def compare_class(
    paths: Sequence[Path], out: Path, rubric: Path, language: Language, roster: Path | None = None
) -> int:
    """Write similarity.html and similarity.json into `out` and print the pairs; nothing is run.

    Raises GraderError for bad input.
    """
    assignment = load(rubric)
    enrolled = read_roster(roster) if roster is not None else None
    with Room() as room:
        submissions = collect_class(paths, assignment, room=room, roster=enrolled).submissions
        if len(submissions) < 2:
            raise GraderError("one hand-in has nothing to be compared with: give the class's folder, or several paths")
        try:
            out.mkdir(parents=True, exist_ok=True)
            pairs = write_similarity(out, submissions, assignment, language, {})
        except OSError as error:
            raise GraderError(f"{out} cannot be written: {error.strerror}; choose another folder with -o") from None
    terminal.print_similar(pairs, len(submissions), out / SIMILARITY)
    return 0


def export_grades(to: str, wish: Wish, target: Path | None, provisional: Provisional, url: str | None = None) -> int:
    """Write the grades in OUT as somebody else wants them, and print who is not among them.

    What the gradebook has and the files in OUT do not show yet is written there first.
    """
    missing = caught_up(wish.out, url)
    terminal.print_exported(export(to, wish, target, provisional), missing)
    return 0


def lint_rubrics(rubrics: Sequence[Path], *, strict: bool = False) -> int:
    """Print every complaint about every rubric, and below a good one the answers that would fool it.

    0 if there is no complaint, and with `strict` no warning either.
    """
    refused = warned = 0
    screen = terminal.console()
    for rubric in rubrics:
        try:
            assignment = load_whole(rubric)
        except RubricError as error:
            refused += 1
            screen.print(str(error), markup=False, highlight=False, soft_wrap=True)
            screen.print(f"{rubric}: refused, {len(error.complaints)} complaint(s)", markup=False, soft_wrap=True)
        else:
            criteria = sum(len(item.criteria) for item in assignment.items)
            told = f"{len(assignment.items)} items, {criteria} criteria, {assignment.total:g} points"
            screen.print(f"{rubric}: good, {told}", markup=False, soft_wrap=True)
            warned += _warn(assignment)
    return 2 if refused else int(strict and warned > 0)


def _warn(assignment: Assignment) -> int:
    """Print what a person should know of a good rubric, and return how much it is."""
    if not any(criterion.check == "mentions" for item in assignment.items for criterion in item.criteria):
        return 0
    from grader.soundness.terminal import print_warnings
    from grader.soundness.trials import warnings  # with all that scores answers

    found = warnings(assignment)
    print_warnings(found)
    return len(found)


def selftest_rubric(rubric: Path, jobs: int) -> int:
    """Prove the rubric on its reference; 1 if anything is graded other than it should be."""
    screen = terminal.console()
    wrong = done = 0
    for trial in selftest(load_whole(rubric), jobs):
        done += 1
        wrong += not trial.as_expected
        mark = "ok  " if trial.as_expected else "FAIL"
        screen.print(f"{mark} {trial.told}", markup=False, highlight=False, soft_wrap=True)
    screen.print(f"{done} trials, {wrong} not as expected", markup=False)
    return 1 if wrong else 0


def diagnose(*, as_json: bool) -> int:
    """Print which walls can be built here; 0 whatever the answer is."""
    diagnosis = examine()
    if as_json:
        print(json.dumps(diagnosis.plain(), ensure_ascii=False, indent=1))
    else:
        terminal.print_diagnosis(diagnosis)
    return 0
