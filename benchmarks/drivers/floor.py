"""The floor: a fork of a warm process for each notebook, and plain `exec` of its cells. Nothing is quicker in Python.

Not a tool: no kernel, no outputs but what is printed, no figures drawn (`plt.show` does nothing), no limits. Run in the
environment `floor` as `floor.py JOBS FOLDER...`; each folder holds `notebook.ipynb` and gets `printed.txt`.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import NoReturn

import matplotlib as mpl
import matplotlib.pyplot
import pandas  # noqa: F401  # imported to be warm
import torch
import torch._dynamo


def main() -> int:
    jobs, folders = int(sys.argv[1]), [Path(argument).resolve() for argument in sys.argv[2:]]
    mpl.use("Agg")
    torch.set_num_threads(1)
    torch.optim.Adam(torch.nn.Linear(2, 1).parameters())
    gc.freeze()
    running, failed = 0, 0
    for folder in folders:
        if running == jobs:
            failed += os.wait()[1] != 0
            running -= 1
        if os.fork() == 0:
            execute(folder)
        running += 1
    for _ in range(running):
        failed += os.wait()[1] != 0
    return int(failed > 0)


def execute(folder: Path) -> NoReturn:
    """In the child: run the cells one after another. Never returns."""
    code = 1
    try:
        os.chdir(folder)
        os.dup2(os.open("printed.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        warnings.simplefilter("ignore")  # that figures are not shown
        namespace: dict[str, object] = {"__name__": "__main__"}
        for cell in json.loads(Path("notebook.ipynb").read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), namespace)
        sys.stdout.flush()
        code = 0
    except BaseException:  # noqa: BLE001  # the process ends here
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
