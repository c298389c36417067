"""What a notebook replaced of Python and its libraries, for sentences that name what to look at."""

from __future__ import annotations

import re
from typing import Any

_OWNERS = r"(?:builtins|__builtins__|json|base64|struct|sys|np|numpy|pd|pandas|torch|nn|IPython|get_ipython\(\))"
_SOURCE = re.compile(
    rf"\b{_OWNERS}(?:\.\w+)+\s*=(?!=)|\b(?:set|del)attr\s*\(\s*{_OWNERS}|\bsys\.modules\b|\buser_expressions\b"
    r"|\b_grader_probes\b|\b__import__\s*="
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
