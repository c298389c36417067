"""`python -m real.play CASE`: run one notebook in this process and print, as JSON, what is true of it.

Plain Python, no grader: the cells are executed one after the other in one namespace, in a folder laid out as on Colab,
with the seeds and the one thread that a kernel gets.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import sys
import time
import warnings
from types import ModuleType, SimpleNamespace
from typing import Any

os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "Agg"}

import matplotlib.pyplot  # noqa: F401  # what is imported here is not counted as the student's time
import numpy as np
import pandas as pd
import seaborn  # noqa: F401
import sklearn.ensemble  # noqa: F401
import torch
import torch._dynamo  # the first optimizer imports it

from real.corpus import ITEMS, Case, cases, code_cells
from real.predictors import PREDICTORS, PRICE, ROWS

_read_csv = pd.read_csv


def main() -> None:
    case = next(case for case in cases() if case.name == sys.argv[1])
    heldout = _read_csv(sys.argv[2])
    warnings.simplefilter("ignore")
    _replace(case.stands_in)
    modules = _record_modules()
    _seed()
    printed = io.StringIO()
    began = time.process_time()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        names, errors = _run(case)
    seconds = time.process_time() - began
    ns = SimpleNamespace(**names, modules=modules)
    truth = {role: _truth(case, role, ns, heldout) for role in ITEMS if (case.name, role) in PREDICTORS}
    told = {"errors": errors, "seconds": round(seconds, 2), "truth": truth, "printed": printed.getvalue()}
    print(json.dumps(told, ensure_ascii=False))


def _seed() -> None:
    random.seed(0)
    np.random.seed(0)  # the generator that notebooks use
    torch.manual_seed(0)
    torch.set_num_threads(1)


def _record_modules() -> list[torch.nn.Module]:
    """Every module that is made from now on, in order; kept alive, for some notebooks let go of theirs."""
    made: list[torch.nn.Module] = []
    original = torch.nn.Module.__init__

    def noted(self: torch.nn.Module, *args: Any, **kwargs: Any) -> None:
        made.append(self)
        original(self, *args, **kwargs)

    torch.nn.Module.__init__ = noted  # type: ignore[method-assign]
    return made


def _run(case: Case) -> tuple[dict[str, Any], list[str]]:
    """The namespace at the end, and the names of the exceptions that cells raised; as in a notebook, the rest runs."""
    main_module = ModuleType("__main__")
    main_module.__dict__["display"] = print
    sys.modules["__main__"] = main_module
    errors = []
    for line, source in code_cells(case.file.read_text(encoding="utf-8")):
        code = compile("\n" * (line - 1) + source, str(case.file), "exec")
        try:
            exec(code, main_module.__dict__)
        except Exception as error:  # noqa: BLE001  # a notebook goes on after whatever a cell raises
            errors.append(f"{type(error).__name__}: {error}")
    return {k: v for k, v in main_module.__dict__.items() if not k.startswith("__")}, errors


def _truth(case: Case, role: str, ns: SimpleNamespace, heldout: pd.DataFrame) -> dict[str, float]:
    predict = PREDICTORS[case.name, role]
    found = {"r2": _r2(predict, ns, heldout)}
    if case.name in ROWS and "recomputed" in case.models[role].level:
        found["r2_own"] = _r2(predict, ns, ROWS[case.name](ns))
    return found


def _r2(predict: Any, ns: SimpleNamespace, rows: pd.DataFrame) -> float:
    actual = rows[PRICE].to_numpy()
    features = [
        name for name in _read_csv("sample_data/california_housing_train.csv", nrows=1).columns if name != PRICE
    ]
    predicted = np.asarray(predict(ns, rows[features].reset_index(drop=True)), dtype=np.float64)
    assert predicted.shape == actual.shape
    assert np.isfinite(predicted).all()
    return round(1 - float(((actual - predicted) ** 2).sum() / ((actual - actual.mean()) ** 2).sum()), 5)


# ---------------------------------------------------------------- what stands in for what is not there


def _replace(stands_in: dict[str, Any]) -> None:
    """`files`: a path or URL -> a table of sample_data; `fetch_california_housing`, `colab` and `cuda`: whether."""
    files = {path: f"sample_data/california_housing_{name}.csv" for path, name in stands_in.get("files", {}).items()}
    if files:
        pd.read_csv = lambda path, *args, **kwargs: _read_csv(files.get(path, path), *args, **kwargs)
    if stands_in.get("fetch_california_housing"):
        import sklearn.datasets

        sklearn.datasets.fetch_california_housing = _fetch
    if stands_in.get("colab"):
        drive = SimpleNamespace(mount=lambda *_: None)
        sys.modules["google.colab"] = SimpleNamespace(drive=drive)  # type: ignore[assignment]
    if stands_in.get("cuda"):
        _without_cuda()


def _fetch() -> Any:
    """The training table in the form of scikit-learn's: averages per household, the price in 100,000 dollars."""
    from sklearn.utils import Bunch

    table = _read_csv("sample_data/california_housing_train.csv")
    homes = table["households"]
    columns = {
        "MedInc": table["median_income"],
        "HouseAge": table["housing_median_age"],
        "AveRooms": table["total_rooms"] / homes,
        "AveBedrms": table["total_bedrooms"] / homes,
        "Population": table["population"],
        "AveOccup": table["population"] / homes,
        "Latitude": table["latitude"],
        "Longitude": table["longitude"],
    }
    data = np.column_stack(list(columns.values()))
    return Bunch(data=data, target=table[PRICE].to_numpy() / 100_000, feature_names=list(columns))


def _without_cuda() -> None:
    torch.Tensor.cuda = torch.nn.Module.cuda = lambda self, *_: self  # type: ignore[method-assign, assignment]
    torch.cuda.synchronize = lambda *_: None
    randperm = torch.randperm
    torch.randperm = lambda n, device=None: randperm(n)


if __name__ == "__main__":
    main()
