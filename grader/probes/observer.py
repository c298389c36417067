"""Watches the notebook while it runs: first values of parameters, losses sent backward, figures drawn.

Only public hooks of torch are used where there are any; `torch.autograd.backward` and matplotlib's one exit for
pictures, `FigureCanvasBase.print_figure`, are wrapped. A notebook that removes a hook loses evidence, no more.
"""

import functools
import random
import sys
import weakref

from .common import summary, torch
from .trainings import Trainings

SEED = 0  # the same for everybody, so that a rerun gives the same figures
_MOST_LOSSES = 200_000
_MOST_FIGURES = 100
_MOST_LINES = 12
_LARGEST_SNAPSHOT = 5_000_000  # numbers kept per module; homework models have thousands


class Observer:
    def __init__(self):
        self.initial = weakref.WeakKeyDictionary()  # module -> {parameter name: values before its first forward}
        self.watching = True  # until the first question: what the questions call, the notebook may never have called
        self.inputs = None  # while recording: module -> the first tensor it is called with
        self.losses = []  # (loss, the modules called since the backward pass before it)
        self.called = set()  # ids of modules called since the last backward pass
        self.groups = {}  # frozenset of ids -> itself, so that a long training keeps one set, not thousands
        self.figures = []
        self.curves = []  # (label, heights) of the lines drawn, whole
        self.trainings = Trainings()
        self.execution = 0  # number of the cell that runs now, as in `In [3]`

    def before_forward(self, module, args):
        """A hook of every module: whatever it stumbles over, the student's forward pass goes on."""
        try:
            if self.watching:
                self.trainings.enter()
            self.called.add(id(module))
            if self.watching and module not in self.initial:
                for part in module.modules():  # a forward of its own may use their parameters without calling them
                    if part not in self.initial:
                        self._keep_initial(part)
            if self.inputs is not None and args and hasattr(args[0], "detach"):
                self.inputs.setdefault(module, args[0].detach())
        except Exception:
            return

    def after_forward(self, module, args, output):
        try:
            if self.watching:
                self.trainings.leave(module, args, output, self.execution)
        except Exception:
            return

    def _keep_initial(self, module):
        own = {name: p for name, p in module._parameters.items() if p is not None}
        if any(torch.nn.parameter.is_lazy(p) for p in own.values()):
            return  # not there yet; the hook comes by again
        if sum(p.numel() for p in own.values()) <= _LARGEST_SNAPSHOT:
            self.initial[module] = {name: p.detach().clone() for name, p in own.items()}

    def parameters(self, model):
        """Rows of name, shape, `trainable`, and `moved`: unlike before the module's first call, None if unknown."""
        rows = []
        for prefix, module in model.named_modules():
            before = self.initial.get(module, {})
            for name, p in module.named_parameters(recurse=False):
                start = before.get(name)
                moved = None if start is None else not (start.shape == p.shape and torch.equal(start, p.detach()))
                full_name = f"{prefix}.{name}" if prefix else name
                rows.append({"name": full_name, "shape": list(p.shape), "trainable": p.requires_grad, "moved": moved})
        return rows

    def before_backward(self, tensors):
        """Note a loss, and which modules were called to make it."""
        try:
            first = tensors[0] if isinstance(tensors, list | tuple) and tensors else tensors
            if getattr(first, "numel", lambda: 0)() == 1 and len(self.losses) < _MOST_LOSSES:
                group = frozenset(self.called)
                self.losses.append((float(first.detach()), self.groups.setdefault(group, group)))
                self.trainings.backward(first, self.execution)
            self.called.clear()
        except Exception:
            return

    def losses_of(self, module):
        """Losses that a call of this module went into; all of them if no module is given."""
        if id(module) in self.trainings.of:
            return self.trainings.of[id(module)].history
        return [loss for loss, called in self.losses if module is None or id(module) in called]

    def picture(self, figure):
        if len(self.figures) < _MOST_FIGURES:
            self.figures.append({"execution": self.execution, "axes": [_axes(axes, figure) for axes in figure.axes]})
            self.curves += [curve for axes in figure.axes for curve in _drawn(axes)][:_MOST_LINES]


OBSERVER = Observer()


def _watch_cells():
    from IPython import get_ipython

    shell = get_ipython()

    def before_cell(_info):
        OBSERVER.trainings.settle(OBSERVER.execution)
        OBSERVER.execution += 1  # counted here: releases of IPython differ in when they raise execution_count

    shell.events.register("pre_run_cell", before_cell)
    shell.ask_exit = lambda: None  # `exit()` in a cell would end the kernel before anything is asked


def _axes(axes, figure):
    heading = getattr(figure, "_suptitle", None)
    x_heading, y_heading = getattr(figure, "_supxlabel", None), getattr(figure, "_supylabel", None)
    titles = [axes.get_title(loc) for loc in ("center", "left", "right")]
    return {
        "title": next((t for t in titles if t), heading.get_text() if heading else "")[:300],
        "xlabel": (axes.get_xlabel() or (x_heading.get_text() if x_heading else ""))[:300],
        "ylabel": (axes.get_ylabel() or (y_heading.get_text() if y_heading else ""))[:300],
        "lines": [{"label": label, **summary(heights)} for label, heights in _drawn(axes)],
    }


def _drawn(axes):
    """Label and heights of each line, and of the dots of each scatter plot."""
    lines = [(line.get_label(), line.get_ydata(orig=False)) for line in axes.get_lines()[:_MOST_LINES]]
    dots = [(d.get_label(), d.get_offsets()[:, 1]) for d in axes.collections if hasattr(d, "get_sizes")]
    return [(str(label)[:300], [float(v) for v in heights]) for label, heights in lines + dots]


def _watched(original):
    """`torch.autograd.backward` or `grad`, noting the loss that it is given."""

    @functools.wraps(original)
    def watched(tensors, *args, **kwargs):
        __tracebackhide__ = True
        OBSERVER.before_backward(tensors)
        return original(tensors, *args, **kwargs)

    return watched


def _watch_torch():
    torch.nn.modules.module.register_module_forward_pre_hook(OBSERVER.before_forward)
    torch.nn.modules.module.register_module_forward_hook(OBSERVER.after_forward, always_call=True)
    for name in ("backward", "grad"):
        setattr(torch.autograd, name, _watched(getattr(torch.autograd, name)))
    torch.manual_seed(SEED)


def _watch_figures():
    from matplotlib.backend_bases import FigureCanvasBase

    original = FigureCanvasBase.print_figure

    @functools.wraps(original)
    def print_figure(self, *args, **kwargs):
        try:
            OBSERVER.picture(self.figure)
        except Exception as error:  # a figure we cannot describe must still be drawn
            print(f"grader: this figure could not be described ({type(error).__name__})", file=sys.stderr)
        return original(self, *args, **kwargs)

    FigureCanvasBase.print_figure = print_figure


def install():
    """Seed and start watching. Libraries that the environment lacks are left out."""
    random.seed(SEED)
    for watch in (_watch_cells, _watch_torch, _watch_figures):
        try:
            watch()
        except ImportError:
            continue
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(SEED)
