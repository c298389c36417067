"""Print a key for the environment that `grade.sh install` makes: another one for other packages, system or Python.

Arguments: the folder of the grader, and what is installed in its place, which may be empty.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from pathlib import Path

root, version = Path(sys.argv[1]), sys.argv[2]
package = sorted(file for file in (root / "grader").rglob("*") if file.is_file() and file.suffix != ".pyc")
sources = [root / "pyproject.toml", root / "constraints.txt", *package]
content = b"\0".join([version.encode(), *(file.read_bytes() for file in sources)])
print(platform.system(), platform.machine(), platform.python_version(), hashlib.sha256(content).hexdigest(), sep="-")
