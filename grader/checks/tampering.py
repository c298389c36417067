"""What a notebook replaced of Python and its libraries, for sentences that name what to look at."""

from __future__ import annotations

import re
from typing import Any

_SOURCE = re.compile(
    r"(?:builtins|__builtins__|json|base64|struct|sys|np|numpy|pd|pandas|torch|nn|IPython|get_ipython\(\))(?:\.\w+)+\s*=(?!=)"
    r"|\bsys\.modules\b|\b(?:set|del)attr\s*\(|\buser_expressions\b|\b_grader_probes\b|^\s*def\s+__import__"
)
_HARMLESS = re.compile(r"\.(?:options|backends|plotting)\.|\.(?:manual_)?seed")
_MOST = 4


def suspicious_lines(cells: list[dict[str, Any]]) -> list[str]:
    """`cell 3: json.dumps = None`: the first few lines of code that put something in a library's place."""
    found = []
    for number, cell in enumerate(cells, start=1):
        source = cell.get("source", "") if cell.get("cell_type") == "code" else ""
        for line in source.splitlines():
            if _SOURCE.search(line) and not _HARMLESS.search(line) and not line.lstrip().startswith("#"):
                found.append(f"cell {number}: {line.strip()[:100]}")
    return found[:_MOST]
