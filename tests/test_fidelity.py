"""A forked kernel shows what a stock kernel shows: the same outputs for many kinds of cells, the same leftovers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from build import course, submission

from grader.kernels.runner import KernelRunner
from grader.kernels.warm import KernelServer

pytestmark = pytest.mark.long

CELLS = {
    "a bare expression": "1 + 1",
    "text": "print('한글 and text', flush=True)",
    "standard error": "import sys; print('to stderr', file=sys.stderr)",
    "both streams": "import sys\nprint('out', flush=True)\nprint('err', file=sys.stderr, flush=True)",
    "an exception": "def broken():\n    return 1 / 0\nbroken()",
    "a syntax error": "for",
    "a wide frame": "import pandas as pd, numpy as np\npd.DataFrame(np.arange(60).reshape(2, 30))",
    "a long frame": "pd.DataFrame({'a': range(100)})",
    "a described frame": "pd.read_csv('sample_data/train.csv').describe()",
    "a series": "pd.Series([1.5, None, 3], name='s')",
    "an array": "np.linspace(0, 1, 20)",
    "a tensor": "import torch\ntorch.linspace(0, 1, 7)",
    "a module": "torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())",
    "random numbers": "import random\nrandom.random(), np.random.rand(), torch.rand(2)",
    "training": (
        "m = torch.nn.Linear(3, 1)\no = torch.optim.Adam(m.parameters())\nx = torch.randn(64, 3)\n"
        "for _ in range(20):\n    o.zero_grad(); l = m(x).pow(2).mean(); l.backward(); o.step()\nl.item()"
    ),
    "a figure by show": "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4]); plt.title('t'); plt.show()",
    "a figure left open": "fig, ax = plt.subplots()\nax.bar([1, 2], [3, 4])",
    "a figure as a value": "fig",
    "two figures": "plt.figure(); plt.plot([1]); plt.figure(); plt.plot([2])",
    "its backend": "import matplotlib\nmatplotlib.get_backend(), matplotlib.rcParams['figure.figsize']",
    "HTML": "from IPython.display import HTML, Markdown, display\ndisplay(HTML('<b>x</b>'), Markdown('*y*'))",
    "updated display": "h = display('first', display_id=True)\nh.update('second')",
    "cleared output": "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('kept')",
    "a magic": "%matplotlib inline",
    "a cell magic": "%%capture caught\nprint('hidden')",
    "its captive": "caught.stdout",
    "a shell line": "!echo from the shell",
    "the last value": "_",
    "history": "In[1], Out[1]",
    "help": "len?",
    "warnings": "import warnings\nwarnings.warn('careful')",
    "logging": "import logging\nlogging.warning('logged')",
    "names": "__name__, __doc__, sorted(n for n in globals() if n.startswith('_grader'))",
    "await": "import asyncio\nawait asyncio.sleep(0, 'awaited')",
    "a child process": (
        "import subprocess\nsubprocess.run([sys.executable, '-c', 'print(7)'], capture_output=True).stdout"
    ),
    "a data loader with workers": (
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "sum(b[0].sum() for b in DataLoader(TensorDataset(torch.arange(8.)), batch_size=4, num_workers=1))"
    ),
    "threads": "torch.get_num_threads()",
    "argv": "len(sys.argv)",
    "a progress bar": (
        "from tqdm import tqdm\n"
        "_ = [i for i in tqdm(range(3), file=sys.stdout, ncols=40, bar_format='{n_fmt}/{total_fmt}')]"
    ),
    "scikit-learn": "from sklearn.linear_model import LinearRegression\nLinearRegression()",
    "a fit": "LinearRegression().fit(np.arange(6).reshape(3, 2), [1, 2, 4]).coef_",
}


def outputs(folder: Path, runner: KernelRunner) -> dict[str, Any]:
    assignment = course(folder / "course", "{check: runs, points: 1}")
    execution = runner.run(submission(folder, assignment, *CELLS.values()), assignment)
    assert execution.notebook is not None, execution.errors
    cells = execution.notebook["cells"][1:]
    return {name: cell["outputs"] for name, cell in zip(CELLS, cells, strict=True)}


@pytest.fixture(scope="module")
def both(server: KernelServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    # One folder for both, so that paths in tracebacks are the same.
    folder = tmp_path_factory.mktemp("fidelity")
    return outputs(folder, KernelRunner()), outputs(folder, KernelRunner(server))


@pytest.mark.parametrize("name", CELLS)
def test_forked_as_stock(both: tuple[dict[str, Any], dict[str, Any]], name: str) -> None:
    stock, forked = both
    assert comparable(forked[name]) == comparable(stock[name])


def comparable(value: Any) -> Any:
    """Outputs without what differs between any two runs: process numbers and temporary folders."""
    return re.sub(r"ipykernel_\d+/\d+|grader-job-\w+|\b0x[0-9a-f]+|sk-\w+-id-\d+", "…", repr(value))
