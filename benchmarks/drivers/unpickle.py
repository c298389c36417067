"""The executed notebook inside the results that `otter run --pickle-results` writes. Run in the environment `otter`."""

from __future__ import annotations

import sys
from pathlib import Path

import dill
import nbformat

for folder in map(Path, sys.argv[1:]):
    with (folder / "results.pkl").open("rb") as pickled:
        nbformat.write(dill.load(pickled).notebook, folder / "executed.ipynb")
