"""`python -m grader.gradescope /autograder`, which `run_autograder` calls."""

from __future__ import annotations

import sys
from pathlib import Path

from grader.gradescope.run import main

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
