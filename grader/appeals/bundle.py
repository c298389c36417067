"""A case as files. The same folder of results gives the same bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from grader.appeals import words
from grader.appeals.case import Case, copy_of_gradebook
from grader.appeals.roster import ROSTER, roster
from grader.bundles.autograder import requirements
from grader.class_file import NAME, read_class
from grader.gradebook import handed_in
from grader.gradebook.book import FILE
from grader.gradebook.keeping import Kept
from grader.rubric import stored

Audience = Literal["staff", "student"]


def title(case: Case, audience: Audience) -> str:
    """Of the zip and of the folder in it."""
    meant_for = {"staff": "STAFF-ONLY", "student": "for-student"}[audience]
    return f"appeal-{case.roll.assignment}-{case.name}-{meant_for}"


def bundle(case: Case, audience: Audience, url: str | None) -> dict[str, bytes]:
    """Files by their path in the bundle. What is `for student` has no rubric, no held-out row and no evidence."""
    files = {f"handed-in/{case.name}/{path}": content for path, content in _handed_in(case).items()}
    files["environment.json"] = _json(_environment(case))
    if packages := "".join(requirements(case.kept.installed)):
        files["requirements.txt"] = packages.encode()
    files["log.txt"] = words.log(case).encode(errors="replace")
    files |= {f"graded/{path}": content for path, content in _pages(case)}
    if audience == "staff":
        files |= {f"graded/{path}": content for path, content in (*_stored(case), *_rubrics(case))}
        files[f"graded/{FILE}"] = _gradebook(case, url)
        files["history.json"] = _json([_plain(entry) for entry in case.history])
        if (listed := roster(case)) is not None:
            files[ROSTER] = listed
        files["README.txt"] = words.for_staff(case).encode(errors="replace")
    else:
        files["README.txt"] = words.for_student(case).encode(errors="replace")
    files = {path: files[path] for path in sorted(files)}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in files.items())
    return {
        f"{title(case, audience)}/{path}": content
        for path, content in {**files, "checksums.txt": sums.encode()}.items()
    }


# ---------------------------------------------------------------- what was handed in


def _handed_in(case: Case) -> dict[str, bytes]:
    """The files, and the time that a learning system gave, as nbgrader writes it: the files themselves do not tell."""
    at, stamp = case.kept.submission.submitted_at, f"{_folder(case)}timestamp.txt"
    if at is not None and at.tzinfo is None:  # known without its zone, as a roster has it
        at = case.rubric.deadline.moment(at) if case.rubric.deadline is not None else None
    if at is None or stamp in case.files or not case.files:
        return case.files
    in_utc = at.astimezone(dt.UTC).replace(tzinfo=None)
    return {**case.files, stamp: f"{in_utc.isoformat(sep=' ')} UTC\n".encode()}


def _folder(case: Case) -> str:
    """Where the graded file lies in the hand-in, with a slash; empty at its top."""
    submission = case.kept.submission
    chosen = [name for name, file in handed_in.named(submission).items() if file == submission.path]
    folder = chosen[0].rpartition("/")[0] if chosen and chosen[0] in case.files else ""
    return f"{folder}/" if folder else ""


# ---------------------------------------------------------------- how it was graded


def _pages(case: Case) -> Iterator[tuple[str, bytes]]:
    """What the student may read."""
    name = case.name
    for path in (f"feedback/{name}.html", f"executed/{name}.html", f"executed/{name}.ipynb"):
        if (case.out / path).is_file():
            yield path, (case.out / path).read_bytes()
    for file in sorted((case.out / "documents" / name).glob("*")):
        yield f"documents/{name}/{file.name}", file.read_bytes()


def _stored(case: Case) -> Iterator[tuple[str, bytes]]:
    """What `grader rescore` and the other commands on a graded class read, with nobody else in it."""
    alone = (case.student,)
    kept, roll, told = case.kept, case.roll, read_class(case.out)
    yield f"reports/{case.name}.json", _json(case.standing.report.model_dump(mode="json"))
    yield f"submissions/{case.name}.json", _json(_without_places(kept).model_dump(mode="json"))
    if kept.key is not None and case.execution is not None:
        yield f"executions/{kept.key}.json", (case.out / "executions" / f"{kept.key}.json").read_bytes()
    strangers = tuple(student for student in roll.strangers if student == case.student)
    own = {
        "rubric_sha256": case.rubric.sha256,
        "students": alone,
        "missing": (),
        "strangers": strangers,
        "gradebook": "",
    }
    yield "roll.json", _json(roll.model_copy(update=own).model_dump(mode="json"))
    if told is not None:
        yield NAME, _json(told.model_copy(update={"students": alone, "missing": ()}).model_dump(mode="json"))


def _without_places(kept: Kept) -> Kept:
    """Paths inside the hand-in: where it lay on the machine that graded is nobody's business."""
    submission = kept.submission
    documents = tuple(document.model_copy(update={"path": Path(document.name)}) for document in submission.documents)
    own = {
        "path": Path(submission.path.name),
        "files": {name: Path(name) for name in submission.files},
        "handed_in": {name: Path(name) for name in handed_in.named(submission)},
        "documents": documents,
    }
    return kept.model_copy(update={"submission": submission.model_copy(update=own)})


def _rubrics(case: Case) -> Iterator[tuple[str, bytes]]:
    """`rubrics/<sha256>.json`, and beside them the files that they need."""
    for rubric in case.rubrics:
        places = stored.places(rubric)
        yield words.rubric_path(rubric), stored.written(rubric, lambda file, at=places: at[file]).encode()  # type: ignore[misc]
        for file, place in places.items():
            if file.is_file():
                yield f"rubrics/{place.as_posix()}", file.read_bytes()


def _gradebook(case: Case, url: str | None) -> bytes:
    with tempfile.TemporaryDirectory(prefix="grader-appeal-") as folder:
        file = Path(folder) / FILE
        copy_of_gradebook(case, url, file)
        return file.read_bytes()


# ---------------------------------------------------------------- where it ran


def _environment(case: Case) -> dict[str, Any]:
    kept, run = case.kept, case.standing.machine.execution
    python, machine, *_ = (*kept.installed, "", "")
    return {
        "grader": case.kept.report.grader_version,
        "python": python,
        "machine": machine,
        "system": kept.system,
        "walls": run.walls,
        "repairs": run.repairing,
        "in_the_kernel": run.environment,
    }


def _plain(entry: Any) -> dict[str, Any]:
    told = {"report": entry.report, "override": entry.override, "second_mark": entry.mark, "look": entry.look}
    dumped = {key: noun.model_dump(mode="json") for key, noun in told.items() if noun is not None}
    return {"number": entry.number, "at": entry.at.isoformat(), **dumped}


def _json(plain: Mapping[str, Any] | Sequence[Any]) -> bytes:
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")
