"""Tables as the grader reads them: numpy only, so that no student's pandas is ever involved."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grader.errors import GraderError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Numeric columns of one CSV file.

    features: shape (rows, columns without the target), in the file's order; target: shape (rows,).
    """

    columns: tuple[str, ...]
    features: Floats
    target: Floats


@lru_cache(maxsize=32)
def read(file: Path, target: str) -> Table:
    """Read a numeric CSV with a header line. Raises GraderError if a value is no number or `target` is missing."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            header = next(csv.reader(lines), [])
            rows = lines.readlines()
        if not rows:
            raise GraderError(f"{file}: no rows below its header line")
        values = np.loadtxt(rows, delimiter=",", ndmin=2, dtype=np.float64)
    except (OSError, ValueError, csv.Error) as error:
        raise GraderError(f"{file}: not a table of numbers with a header line ({error})") from None
    if target not in header:
        raise GraderError(f"{file}: no column `{target}`; it has {', '.join(header) or 'no columns'}")
    if values.shape[1] != len(header):
        raise GraderError(f"{file}: {len(header)} names in the header, but {values.shape[1]} columns")
    place = header.index(target)
    columns = tuple(name for name in header if name != target)
    return Table(columns, np.delete(values, place, axis=1), values[:, place])
