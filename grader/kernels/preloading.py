"""What notebooks import, imported once and ready to be forked.

Never imported by the grader: only by the servers that fork kernels.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import sys
from typing import Any

from grader.kernels import launch

_PRELOADED = (
    *("numpy", "pandas", "pandas.io.formats.html", "pandas.io.formats.string", "torch", "torch.nn", "torch.optim"),
    *("torch.utils.data", "torch._dynamo", "matplotlib", "matplotlib.pyplot", "matplotlib.backends.backend_agg"),
    *("PIL.Image", "IPython", "IPython.core.completer", "IPython.core.completerlib", "IPython.core.debugger"),
    *("IPython.core.oinspect", "IPython.core.pylabtools", "IPython.extensions.storemagic", "stack_data", "zmq"),
    *("grader.kernels.streams", "grader.walls.enter"),  # behind the walls they could not be found
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "tornado.platform.asyncio", "tornado.queues"),
    *("comm", "pygments.formatters.terminal256", "IPython.core.logger", "zmq.utils.garbage"),
    *("encodings.ascii", "encodings.idna", "encodings.latin_1", "doctest"),
)
# what some notebooks import: loaded piece by piece between requests, once there was more than one
LATER = (
    *("joblib", "scipy.linalg", "scipy.sparse", "scipy.optimize", "scipy.stats", "sklearn.utils", "sklearn.metrics"),
    *("sklearn.linear_model", "sklearn.model_selection", "sklearn.preprocessing"),
)
# not matplotlib_inline.backend_inline: it must meet the kernel's own shell when it is imported


def preload() -> None:
    """Import, and run once what imports more on first use. Leaves the process with one thread."""
    gc.disable()  # imports leave little garbage, and looking for it takes a tenth of their time
    for name in _PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if "pandas" in sys.modules:
        # pandas looks at import whether it is in a notebook; here it is not yet, so it is told what it would find
        sys.modules["pandas"].set_option("display.max_columns", 20)
    if "torch" in sys.modules:
        _use_torch_once(sys.modules["torch"])
    if "matplotlib.pyplot" in sys.modules:
        _draw_once()
    _be_ready_to_fork()


def preload_more(name: str) -> None:
    gc.disable()
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
    _be_ready_to_fork()


def _be_ready_to_fork() -> None:
    launch.note_modules()
    gc.enable()
    gc.freeze()  # or every child's first collection would copy all of this memory
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    if threads != 1:
        sys.exit(f"kernel server: {threads} threads after the imports, but it may fork with one only")


def _use_torch_once(torch: Any) -> None:
    """The first optimizer imports torch._dynamo; a step on one thread starts no pool of threads."""
    torch.set_num_threads(1)
    model = torch.nn.Linear(2, 1)
    for kind in (torch.optim.SGD, torch.optim.Adam):
        optimizer = kind(model.parameters(), lr=0.1)
        model(torch.zeros(4, 2)).sum().backward()
        optimizer.step()


def _draw_once() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    figure.subplots().plot([1, 2])
    figure.savefig(io.BytesIO(), format="png")
