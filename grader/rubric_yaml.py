"""YAML that remembers its lines, so that every complaint about a rubric can point at one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from grader.errors import Complaint, RubricError

Location = tuple[str | int, ...]


class Document:
    """Plain Python values of one YAML file, and the line each of them stands on."""

    def __init__(self, file: Path, text: str) -> None:
        """Raises RubricError for what is not YAML, is not a mapping, or repeats a key."""
        self.file = file
        self._lines: dict[Location, int] = {(): 1}
        self._complaints: list[Complaint] = []
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            self.values: Any = self._plain(loader, node, ()) if node is not None else None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            problem = f"not valid YAML: {error.problem or error.context}"
            mend = "check the indentation, quotes and brackets on and just before this line"
            raise RubricError([Complaint(file, line, problem, mend)]) from None
        except yaml.YAMLError as error:
            raise RubricError([Complaint(file, 1, f"not valid YAML: {error}", "save it as UTF-8 text")]) from None
        finally:
            loader.dispose()
        if not isinstance(self.values, dict):
            self.complain((), "a rubric is a mapping of keys to values", "start with `id:`, `title:` and `items:`")
        if self._complaints:
            raise RubricError(self._complaints)

    def line(self, location: Location) -> int:
        """The line of the nearest thing at or above `location`."""
        while location not in self._lines:
            location = location[:-1]
        return self._lines[location]

    def complain(self, location: Location, problem: str, mend: str) -> None:
        self._complaints.append(Complaint(self.file, self.line(location), problem, mend))

    @property
    def complaints(self) -> list[Complaint]:
        return sorted(self._complaints, key=lambda complaint: complaint.line)

    def _plain(self, loader: yaml.SafeLoader, node: yaml.Node, location: Location) -> Any:
        self._lines[location] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(loader, child, (*location, i)) for i, child in enumerate(node.value)]
        return loader.construct_object(node, deep=True)

    def _mapping(self, loader: yaml.SafeLoader, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(loader.construct_object(key_node, deep=True))
            if key in values:
                self._lines[(*location, key)] = key_node.start_mark.line + 1
                first = "YAML would silently keep only one of them"
                self.complain((*location, key), f"`{key}` is written twice", f"keep one `{key}`: {first}")
                continue
            values[key] = self._plain(loader, value_node, (*location, key))
            self._lines[(*location, key)] = key_node.start_mark.line + 1
        return values


def read(file: Path) -> Document:
    """Read `file`. Raises RubricError when it cannot be read or is not a YAML mapping."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        mend = "give the path of a rubric such as rubrics/hw1.yaml, saved as UTF-8"
        raise RubricError([Complaint(file, 1, f"cannot be read: {error}", mend)]) from None
    return Document(file, text)
