"""YAML that remembers its lines, so that every complaint about a rubric can point at one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from grader.errors import Complaint, RubricError

Location = tuple[str | int, ...]

_MAX_VALUES = 100_000  # a rubric has a few thousand; aliases that repeat aliases have no end
_MAX_DEPTH = 40
_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null")}
_LAYOUT = "check the indentation, quotes and brackets on and just before this line"


class _Loader(yaml.SafeLoader):
    """Reads text, numbers, truth values and null; what looks like a date stays text."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # a name of PyYAML's, made once and never changed
        start: [(tag, pattern) for tag, pattern in resolvers if tag in _TAGS]
        for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Document:
    """Plain Python values of one YAML file, and the line each of them stands on."""

    def __init__(self, file: Path, text: str) -> None:
        """Raises RubricError for what is not YAML or not a mapping."""
        self.file = file
        self._lines: dict[Location, int] = {(): 1}
        self._renamed: dict[Location, Location] = {}
        self._complaints: list[Complaint] = []
        self._blamed: set[Location] = set()
        self._blamed_within: set[Location] = set()
        self.values: Any = self._parsed(text)
        if not isinstance(self.values, dict):
            self.complain((), "a rubric is a mapping of keys to values", "start with `id:`, `title:` and `items:`")
            raise RubricError(self.complaints)

    def line(self, location: Location) -> int:
        """The line of the nearest thing at or above `location`."""
        written = self._written(location)
        while written not in self._lines:
            written = written[:-1]
        return self._lines[written]

    def rename(self, location: Location, name: str) -> None:
        """Let what stands at `location` be found under `name`, the key that was meant."""
        self._renamed[(*self._written(location[:-1]), name)] = self._written(location)

    def complain(self, location: Location, problem: str, mend: str, line: int | None = None) -> None:
        """Note what is wrong at `location`, unless that or what it is a part of has been complained of."""
        if self._blames_at_or_above(location):
            return
        self._complaints.append(Complaint(self.file, line or self.line(location), problem, mend))
        self._blamed.add(location)
        self._blamed_within.update(location[:end] for end in range(1, len(location) + 1))

    def blames(self, location: Location) -> bool:
        """Whether a complaint names `location`, a part of it, or what it is a part of."""
        return location in self._blamed_within or self._blames_at_or_above(location)

    def _blames_at_or_above(self, location: Location) -> bool:
        return any(location[:end] in self._blamed for end in range(len(location) + 1))

    @property
    def complaints(self) -> list[Complaint]:
        return sorted(self._complaints, key=lambda complaint: complaint.line)

    def _written(self, location: Location) -> Location:
        written: Location = ()
        for part in location:
            written = self._renamed.get((*written, part), (*written, part))
        return written

    def _parsed(self, text: str) -> Any:
        try:
            loader = _Loader(text)
        except yaml.reader.ReaderError as error:
            line = text[: error.position].count("\n") + 1
            found = f"not valid YAML: the character U+{ord(text[error.position]):04X} cannot stand in text"
            raise self._refusal(line, found, "remove it, and save the file as UTF-8 text") from None
        try:
            node = loader.get_single_node()
            return self._plain(loader, node, ()) if node is not None else None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self._refusal(line, f"not valid YAML: {_told(error)}", _LAYOUT) from None
        except RecursionError:
            raise self._refusal(loader.line + 1, "nested far too deeply", _LAYOUT) from None
        finally:
            loader.dispose()

    def _refusal(self, line: int, problem: str, mend: str) -> RubricError:
        return RubricError([*self._complaints, Complaint(self.file, line, problem, mend)])

    def _plain(self, loader: _Loader, node: yaml.Node, location: Location) -> Any:
        line = node.start_mark.line + 1
        if len(location) > _MAX_DEPTH or len(self._lines) > _MAX_VALUES:
            mend = "write out what its aliases (`*name`) stand for"
            raise self._refusal(line, "nested too deeply, or too many values, for a rubric", mend)
        self._lines.setdefault(location, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(loader, child, (*location, i)) for i, child in enumerate(node.value)]
        return self._scalar(loader, node, location)

    def _scalar(self, loader: _Loader, node: yaml.Node, location: Location) -> Any:
        kind = node.tag.rpartition(":")[2]
        try:
            if node.tag not in _TAGS or "\0" in node.value:
                raise ValueError
            value = loader.construct_object(node)
            str(value).encode()  # raises ValueError for half a surrogate pair, and for a number of endless length
        except (ValueError, LookupError):
            self.complain(location, f"{node.value!a:.60} cannot be read as `{kind}`", "write plain text or a number")
            return None
        if value is not None and not str(value).strip():
            self.complain(location, "there is no text between the quotes", "write something, or leave it out")
        return value

    def _mapping(self, loader: _Loader, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            simple = isinstance(key_node, yaml.ScalarNode) and key_node.value != "<<"
            here = (*location, key_node.value) if simple else location
            line = key_node.start_mark.line + 1
            fault = _fault_of_key(key_node, values)
            if fault is None:
                self._lines[here] = line
                values[key_node.value] = self._plain(loader, value_node, here)
            else:
                self.complain(here, *fault, line)
        return values


def _told(error: yaml.MarkedYAMLError) -> str:
    """What the parser expected, and where the thing began that it was reading."""
    start = f" from line {error.context_mark.line + 1}" if error.context_mark else ""
    return ", ".join(part for part in (f"{error.context or ''}{start}", error.problem) if part)


def _fault_of_key(node: yaml.Node, before: dict[str, Any]) -> tuple[str, str] | None:
    """Problem and mend of a key, or None if it is a good one."""
    if not isinstance(node, yaml.ScalarNode):
        return "a key is one word, not a list or a mapping", "write `key: value`"
    if node.value == "<<":
        return "`<<` does not merge mappings here", "write its keys out"
    if not node.value.isprintable():
        return f"{node.value!a:.60} is no key", "use letters that can be seen"
    if node.value in before:
        return f"`{node.value}` is written twice", f"keep one `{node.value}`: YAML would silently keep only one"
    return None


def read(file: Path) -> Document:
    """Read `file`. Raises RubricError when it cannot be read or is not a YAML mapping."""
    mend = "give the path of a rubric such as rubrics/hw1.yaml"
    try:
        content = file.read_bytes()
        return Document(file, content.decode("utf-8"))
    except OSError as error:
        raise RubricError([Complaint(file, 1, f"cannot be read: {error.strerror}", mend)]) from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise RubricError([Complaint(file, line, "not UTF-8 text", "save it with the encoding UTF-8")]) from None
