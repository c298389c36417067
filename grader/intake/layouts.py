"""From a listing to hand-ins: an export's by its numbers, a class's by its files and folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from grader import reading
from grader.intake import gradescope, labels
from grader.intake.caps import Refused
from grader.intake.documents import is_document
from grader.intake.handin import HandIn
from grader.intake.labels import Label, nfc
from grader.intake.listing import Listing
from grader.intake.recognise import by_top, is_notebook, labelled, looks_like_export, unwrapped
from grader.intake.room import Room
from grader.intake.suffixes import is_archive, stem
from grader.model import Identity, Text
from grader.names import printable

_MOST_NESTED = 8  # archives of one student that are opened

_TOGETHER = Text(ko="함께 제출한 사람: {0}", en="handed in together with {0}")


@dataclass(frozen=True)
class Found:
    """The hand-ins of a class, and the names of files that are nobody's."""

    hand_ins: tuple[HandIn, ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layouts:
    """Sorts listings. `room` is where archives inside are unpacked; without one they are told, not opened.

    `depth` is the number of archives around a listing.
    """

    room: Room | None = None

    def of_class(self, listing: Listing, place: Path, depth: int = 0, *, packed: bool = False) -> Found:
        """Everything below one place of a class, be it an export or what a teacher has put there."""
        listing = unwrapped(listing, packed=packed)
        if gradescope.METADATA in listing.files:
            return self._of_gradescope(listing, place, depth)
        told = labelled(listing)
        general = self._general(_without(listing, told), place, depth)
        return Found((*self._of_export(listing, told, place, depth), *general.hand_ins), general.unused)

    def of_student(
        self, name: str, listing: Listing, place: Path, depth: int = 0, order: Mapping[str, int] | None = None
    ) -> HandIn:
        """All files of one student, `name` being their folder's or archive's."""
        files, closed, notes = self._with_archives_open(listing, depth)
        student, identity = labels.of_name(stem(name))
        return HandIn(
            student,
            place,
            printable(name if is_archive(name) else f"{name}/"),
            files,
            own_folder=True,
            identity=identity,
            raw=stem(name),
            closed=closed,
            notes=(*notes, *_passed_over(listing)),
            order=order or {},
        )

    # ------------------------------------------------------------ exports

    def _of_gradescope(self, listing: Listing, place: Path, depth: int) -> Found:
        told = gradescope.read(listing.files[gradescope.METADATA])
        found: list[HandIn] = []
        unknown = dict(by_top(listing))
        del unknown[gradescope.METADATA]
        for name in [name for name in unknown if name in told and told[name].people]:
            entry, one = told[name], self.of_student(name, unknown.pop(name), place / name, depth)
            for person in entry.people:
                others = ", ".join(p.name or p.email or p.number for p in entry.people if p != person)
                said = (_TOGETHER.filled(printable(others)),) if others else ()
                known = person.model_copy(update={"group": printable(name) if others else ""})
                theirs = replace(one, student=_called(person), identity=known, said=(*one.said, *said), raw="")
                found.append(replace(theirs, late=entry.late, submitted_at=entry.at))
        general = self._general(_only(listing, unknown), place, depth)
        return Found((*found, *general.hand_ins), general.unused)

    def _of_export(self, listing: Listing, told: Mapping[str, Label], place: Path, depth: int) -> Iterator[HandIn]:
        """One hand-in for each number of a Canvas or Moodle export."""
        parts = by_top(listing)
        students: dict[tuple[str, str], list[str]] = {}
        for name in sorted(told, key=lambda name: (told[name].attachment, name)):
            students.setdefault(told[name].key, []).append(name)
        for names in students.values():
            first, order, exported = told[names[0]], {}, {}
            files: dict[str, Path] = {}
            refused: dict[str, str] = {}
            for name in names:
                refused.update({f"{name}/{path}": said for path, said in parts[name].refused.items()})
                for path, file in parts[name].files.items():
                    given = _free(told[name].file or path, files)
                    files[given], order[given], exported[given] = file, told[name].attachment, name
            one = self.of_student(first.shown, Listing(files, refused=refused), place / names[0], depth, order)
            late = any(told[name].late for name in names) if first.late is not None else None
            known = replace(one, identity=first.identity, late=late, exported=exported)
            yield replace(known, student=printable(first.shown))

    # ------------------------------------------------------------ what teachers keep

    def _general(self, listing: Listing, place: Path, depth: int) -> Found:
        """Notebooks, students' folders and archives, and what looks like one of them and cannot be read."""
        direct = listing.directly()
        nested = [self._archive(name, file, place, depth) for name, file in direct.items() if is_archive(name)]
        loose = {name: _loose(name, file) for name, file in direct.items() if is_notebook(name)}
        owners = {nfc(reading.stem(name)): name for name in reversed(loose)}
        for name in [name for name in direct if is_document(name)]:
            owner = owners.get(nfc(reading.stem(name)))
            if owner is None:
                loose[name] = _loose(name, direct[name], document=True)
            else:
                loose[owner] = replace(loose[owner], files={**loose[owner].files, name: direct[name]})
        folders = [self.of_student(n, part, place / n, depth) for n, part in listing.by_folder().items()]
        refused = [_refused(name, place / name, said) for name, said in listing.refused_directly().items()]
        inside = [hand_in for one in nested for hand_in in one.hand_ins]
        unused = [name for name in direct if not (is_archive(name) or name in loose or is_document(name))]
        unused += [name for one in nested for name in one.unused]
        return Found((*loose.values(), *folders, *inside, *refused), tuple(map(printable, unused)))

    def _archive(self, name: str, file: Path, place: Path, depth: int) -> Found:
        """An archive among a class's hand-ins: a student's, or an export."""
        try:
            listing = self._opened(file, name, depth)
        except Refused as error:
            return Found((replace(_refused(stem(name), file, str(error)), shown=printable(name)),))
        if looks_like_export(listing):
            return self.of_class(listing, place / name, depth + 1)
        return Found((self.of_student(name, listing, file, depth + 1),))

    # ------------------------------------------------------------ archives of one student

    def _with_archives_open(
        self, listing: Listing, depth: int
    ) -> tuple[dict[str, Path], tuple[str, ...], tuple[str, ...]]:
        """Files, refusals, and notes: archives are opened where no notebook lies beside them."""
        files, closed = dict(listing.files), list(listing.refused.values())
        notes: list[str] = []
        packed = [name for name in files if is_archive(name)]
        if packed and any(name.lower().endswith(".ipynb") for name in files):
            told = ", ".join(map(printable, packed[:5])) + (f" and {len(packed) - 5} more" if len(packed) > 5 else "")
            return files, tuple(closed), (f"not opened, as a notebook lies beside it: {told}",)
        for name in packed[:_MOST_NESTED]:
            try:
                inner = self._opened(files[name], name, depth)
            except Refused as error:
                closed.append(str(error))
                continue
            opened, refused, said = self._with_archives_open(inner, depth + 1)
            folder = _free(stem(name), [path.partition("/")[0] for path in files])
            files.update({f"{folder}/{path}": file for path, file in opened.items()})
            closed += refused
            notes += said
        if len(packed) > _MOST_NESTED:
            notes.append(f"of {len(packed)} archives only {_MOST_NESTED} were opened: hand in one")
        return files, tuple(closed), tuple(notes)

    def _opened(self, file: Path, name: str, depth: int) -> Listing:
        shown = printable(nfc(PurePosixPath(name).name))
        if self.room is None:
            raise Refused(f"{shown} is an archive, which is not opened here: hand in the notebook itself")
        return self.room.unpack(file, shown, depth=depth)


def _passed_over(listing: Listing) -> Iterator[str]:
    """A note on notebooks in folders of tools; on copies of Jupyter's and Colab's only where there is nothing else."""
    alone = not any(map(is_notebook, listing.files))
    told = [name for name in sorted(listing.passed_over) if alone or not _is_hidden(name)]
    if told:
        more = f" and {len(told) - 3} more" if len(told) > 3 else ""
        yield f"not the student's work, as it lies in a folder of tools: {', '.join(map(printable, told[:3]))}{more}"


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__")) or part == "sample_data" for part in name.split("/"))


def _without(listing: Listing, names: Mapping[str, object]) -> Listing:
    return _only(listing, {name: part for name, part in by_top(listing).items() if name not in names})


def _only(listing: Listing, names: Mapping[str, object]) -> Listing:
    """What lies under some of the first names."""

    def kept(path: str) -> bool:
        return path.partition("/")[0] in names

    files = {path: file for path, file in listing.files.items() if kept(path)}
    refused = {path: said for path, said in listing.refused.items() if kept(path)}
    passed_over = frozenset(filter(kept, listing.passed_over))
    return Listing(files, frozenset(filter(kept, listing.folders)), refused, passed_over)


def _loose(name: str, file: Path, *, document: bool = False) -> HandIn:
    """A file among others'. A document counts if its name has a student's number, or if a roster knows its owner."""
    plain = reading.stem(name)
    student, identity = labels.of_name(plain)
    doubtful = document and not identity.number
    return HandIn(student, file, printable(name), {name: file}, identity=identity, raw=plain, doubtful=doubtful)


def _refused(name: str, place: Path, said: str) -> HandIn:
    plain = reading.stem(name) if is_notebook(name) or is_document(name) else stem(name)
    student, identity = labels.of_name(plain)
    return HandIn(student, place, printable(name), identity=identity, raw=plain, closed=(said,))


def _free(name: str, taken: Mapping[str, object] | list[str]) -> str:
    """The name, or with a number if it is taken."""
    pure, number, free = PurePosixPath(name), 1, name
    while free in taken:
        number += 1
        free = pure.with_name(f"{pure.stem} ({number}){pure.suffix}").as_posix()
    return free


def _called(person: Identity) -> str:
    return printable(f"{person.number} {person.name}".strip() or person.email or "unnamed")
