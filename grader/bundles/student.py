"""What students are given to hold their work against before they hand it in: one zip without a secret."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path

from grader import __version__
from grader.bundles.contents import CONTENTS, FILES, KIND, README, RUBRIC, SUFFIX, Asked, Contents
from grader.checking.visible import kept, visible, without
from grader.class_file import WRITTEN
from grader.model import Assignment, Item
from grader.rubric import stored

_README = """{ko}

이 파일은 풀지 않고 그대로 씁니다. 과제를 제출하기 전에 이렇게 확인하세요.
    grader check 노트북.ipynb -a {id}{suffix}

{en}

Use this file as it is; there is no need to unpack it. To check your work before you hand it in:
    grader check notebook.ipynb -a {id}{suffix}
"""


def for_students(assignment: Assignment, *, answers: bool = True) -> Assignment:
    """The part that students may see; without `answers`, what a written answer should say is kept back too."""
    seen = visible(assignment)
    return seen if answers else _without_answers(seen)


def bundle(seen: Assignment) -> dict[str, bytes]:
    """The files of the bundle by name: the same for the same assignment. `seen` is what `for_students` returns.

    Raises OSError if one of the assignment's files cannot be read.
    """
    names = {file: place.name for file, place in stored.places(seen).items()}
    rubric = _rubric(seen, names)
    files = {RUBRIC: packed(rubric)} | {f"{FILES}/{name}": file.read_bytes() for file, name in names.items()}
    files = {name: files[name] for name in sorted(files)}
    contents = Contents(
        kind=KIND,
        assignment=seen.id,
        title=seen.title,
        grader=__version__,
        items=tuple(Asked(id=item.id, title=item.title, points=item.points) for item in seen.items),
        kept_back=seen.kept_back,
        sha256={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    )
    told = json.dumps(contents.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"
    readme = _README.format(ko=seen.title.ko, en=seen.title.en, id=seen.id, suffix=SUFFIX)
    return {CONTENTS: told.encode(), README: readme.encode(), **files}


def packed(rubric: bytes) -> bytes:
    """So that what an answer should say is not read by accident. It is no secret: whoever wants to unpacks it."""
    return zlib.compress(rubric, 9)


def _rubric(seen: Assignment, names: dict[Path, str]) -> bytes:
    """As it is stored, under a hash of its own: that of the whole rubric would tell whether a guess at it is right."""

    def as_stored(sha256: str) -> bytes:
        return stored.written(seen.model_copy(update={"sha256": sha256}), lambda file: Path(names[file])).encode()

    return as_stored(hashlib.sha256(as_stored("")).hexdigest())


def _without_answers(seen: Assignment) -> Assignment:
    items: list[Item] = []
    kept_back = list(seen.kept_back)
    for item in seen.items:
        left_out = _on_words(item)
        rest = without(item, left_out)
        items += [rest] if rest is not None else []
        kept_back += (kept(item, one) for one in item.criteria if rest is None or one.id in left_out)
    return seen.model_copy(
        update={
            "items": tuple(items),
            "total": round(sum(item.points for item in items), 6),
            "kept_back": tuple(kept_back),
            "concepts": {},
            "terms": {},
        }
    )


def _on_words(item: Item) -> frozenset[str]:
    """Criteria on a written answer, and those that require one of them."""
    found: set[str] = set()
    for one in item.criteria:
        if one.check == WRITTEN or found.intersection(one.requires):
            found.add(one.id)
    return frozenset(found)
