"""A solution's code -> what students are given: the marks that say what is left out, line by line."""

from __future__ import annotations

import re

from grader.errors import GraderError

_LEFT_OUT = ("# SOLUTION NO PROMPT", "# BEGIN PROMPT", "# END PROMPT", "# SEED")
_BEGIN = re.compile(r"(\s*)# ?BEGIN SOLUTION( NO PROMPT)?\s*$")
_END = re.compile(r".*# ?END SOLUTION\s*$")
_TARGET = r"[\w.]+(?:\[(?:[^\[\]]|\[[^\[\]]*\])*\])*"
_MARKED = r".*# ?SOLUTION\b"
_ASSIGNED = re.compile(rf"(\s*{_TARGET}(?:\s*,\s*{_TARGET})*(?:\s*:[^=]+)?\s*=)(?!=){_MARKED}")
_LINE = re.compile(rf"(\s*){_MARKED}")
_BEGIN_IGNORED = re.compile(r"\s*#\s*BEGIN\s*IGNORE\b", re.IGNORECASE)
_PROMPT = "..."


def without_solution(source: str, where: str) -> str:
    """The code as students get it. Raises GraderError where a block has no end, or an end no beginning."""
    kept: list[str] = []
    inside = False
    for line in source.splitlines():
        if inside or _END.match(line):
            if not inside:
                raise GraderError(f"{where}: `# END SOLUTION` without `# BEGIN SOLUTION`")
            inside = not _END.match(line)
        elif begun := _BEGIN.match(line):
            inside = True
            kept += [] if begun[2] else [begun[1] + _PROMPT]
        elif not line.rstrip().endswith(_LEFT_OUT):
            kept.append(_shown(line))
    if inside:
        raise GraderError(f"{where}: `# BEGIN SOLUTION` without `# END SOLUTION`")
    return "\n".join(kept)


def _shown(line: str) -> str:
    if assigned := _ASSIGNED.match(line):
        return f"{assigned[1]} {_PROMPT}"
    whole = _LINE.match(line)
    return whole[1] + _PROMPT if whole else line


def without_ignored(source: str, where: str) -> str:
    """Without lines marked `# IGNORE`, and blocks of them, which neither students nor the grader get."""
    kept: list[str] = []
    inside = False
    for line in source.splitlines():
        ends = line.rstrip().endswith("# END IGNORE")
        if inside or ends:
            if not inside:
                raise GraderError(f"{where}: `# END IGNORE` without `# BEGIN IGNORE`")
            inside = not ends
        elif _BEGIN_IGNORED.match(line):
            inside = True
        elif not line.rstrip().endswith("# IGNORE"):
            kept.append(line)
    if inside:
        raise GraderError(f"{where}: `# BEGIN IGNORE` without `# END IGNORE`")
    return "\n".join(kept)
