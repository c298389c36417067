"""A GPU that is asked for where there is none: the CPU does the work. `torch.cuda.is_available()` stays as it is."""

import ast
import time

from IPython import get_ipython

from .common import torch
from .helps import note, on_failure

_FACTORIES = (
    *("tensor", "as_tensor", "asarray", "zeros", "ones", "empty", "full", "rand", "randn", "randint", "randperm"),
    *("arange", "linspace", "logspace", "eye", "normal", "zeros_like", "ones_like", "empty_like", "full_like"),
    *("rand_like", "randn_like"),
)
_ERRORS = (AssertionError, RuntimeError, NotImplementedError)
_CARD = "CPU (no GPU here)"


def install():
    on_failure(torch.utils.data.DataLoader, "_get_iterator", (OSError, RuntimeError, ValueError), _alone)
    original_load[0] = on_failure(torch, "load", RuntimeError, _on_cpu)
    if torch.cuda.is_available():
        return
    for owner, names in (
        (torch, _FACTORIES),
        (torch.Tensor, ("to", "new_zeros", "new_ones", "new_tensor", "new_full")),
    ):
        for name in names:
            _watch(owner, name)
    _watch(torch.nn.Module, "to")
    for kind in (torch.Tensor, torch.nn.Module):
        on_failure(kind, "cuda", _ERRORS, _staying)
    _watch_defaults()
    _watch_cuda()
    get_ipython().ast_transformers.append(_Demands())


class _Demands(ast.NodeTransformer):
    """Cells that stop where there is no GPU, `assert torch.cuda.is_available()`, go on, after a note.

    What an `if` decides by the question stays as it is, unless the cell is to end there.
    """

    def visit_Assert(self, node):
        if not _is_demand(node.test):
            return node
        failed = ast.ExceptHandler(ast.Name("AssertionError", ast.Load()), None, [_telling(node)])
        return ast.fix_missing_locations(ast.copy_location(ast.Try([node], [failed], [], []), node))

    def visit_If(self, node):
        self.generic_visit(node)
        if not (isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not) and _is_demand(node.test)):
            return node
        node.body = [_telling(line) if _ends(line) else line for line in node.body]
        return node


def _is_demand(test):
    text = ast.unparse(test)
    return "cuda" in text and any(
        word in text for word in ("is_available", "device_count", "is_cuda", "'cuda", ".type")
    )


def _ends(line):
    """Whether a statement ends the run of a cell: `raise`, `sys.exit()`, `exit()`."""
    call = line.value if isinstance(line, ast.Expr) else None
    named = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
    return isinstance(line, ast.Raise) or named in ("sys.exit", "exit", "quit", "os._exit")


def _telling(line):
    """A statement in the line's place that notes that it is passed over."""
    made = ast.parse(f"__import__('sys').modules[{__name__!r}].passed_over({ast.unparse(line)[:100]!r})").body[0]
    for node in ast.walk(made):
        ast.copy_location(node, line)
    return made


def passed_over(told):
    note("gpu", told, "cpu")


original_load = [None]


def _is_gpu(value):
    return (isinstance(value, str) and value.startswith("cuda")) or (
        isinstance(value, torch.device) and value.type == "cuda"
    )


def _watch(owner, name):
    told = f".{name}('cuda')" if owner is not torch else f"torch.{name}(device='cuda')"

    def mend(error, args, kwargs):
        if not any(map(_is_gpu, (*args, *kwargs.values()))):
            return None
        note("gpu", told, "cpu")
        plain = tuple("cpu" if _is_gpu(value) else value for value in args)
        named = {key: "cpu" if _is_gpu(value) else value for key, value in kwargs.items()}
        return lambda: original(*plain, **named)

    original = on_failure(owner, name, _ERRORS, mend)


def _staying(error, args, kwargs):
    """`x.cuda()` is `x`."""
    note("gpu", ".cuda()", "cpu")
    return lambda: args[0]


def _on_cpu(error, args, kwargs):
    location = args[1] if len(args) > 1 else kwargs.get("map_location")
    if torch.cuda.is_available() or not (_is_gpu(location) or "CUDA" in str(error)):
        return None
    note("gpu", "torch.load(map_location='cuda')" if _is_gpu(location) else "torch.load", "cpu")
    named = {**kwargs, "map_location": "cpu"}
    if hasattr(args[0], "seek"):
        args[0].seek(0)
    return lambda: original_load[0](args[0], *args[2:], **named)


def _alone(error, args, kwargs):
    """Worker processes need what walls may forbid; batches and their order are the same without."""
    loader = args[0]
    if loader.num_workers == 0:
        return None
    note("workers", f"num_workers={loader.num_workers}")
    module = torch.utils.data.dataloader
    module._MultiProcessingDataLoaderIter._shutdown = True  # of one that was never finished; others have their own
    return lambda: module._SingleProcessDataLoaderIter(_without_workers(loader))


def _without_workers(loader):
    for name, value in (("num_workers", 0), ("prefetch_factor", None), ("persistent_workers", False), ("timeout", 0)):
        object.__setattr__(loader, name, value)
    return loader


def _watch_defaults():
    def set_default_device(device):
        if _is_gpu(device):
            note("gpu", f"torch.set_default_device({str(device)!r})", "cpu")
            return
        original(device)

    original = torch.set_default_device
    torch.set_default_device = set_default_device

    def mend(error, args, kwargs):
        if "cuda" not in str(args[0] if args else kwargs):
            return None
        note("gpu", "torch.set_default_tensor_type", "cpu")
        return lambda: None

    on_failure(torch, "set_default_tensor_type", (TypeError, *_ERRORS), mend)


class _Event:
    """Times by the clock: what runs on the CPU is done when the call returns."""

    def __init__(self, *args, **kwargs):
        note("gpu", "torch.cuda.Event", "time.perf_counter")
        self.at = None

    def record(self, stream=None):
        self.at = time.perf_counter()

    def synchronize(self):
        return None

    def query(self):
        return True

    def wait(self, stream=None):
        return None

    def elapsed_time(self, end):
        """Milliseconds."""
        return (end.at - self.at) * 1000


def _watch_cuda():
    cuda = torch.cuda
    told = {"get_device_name": _CARD, "current_device": 0, "get_device_capability": (0, 0), "mem_get_info": (0, 0)}
    silent = ("synchronize", "set_device", "reset_peak_memory_stats", "reset_max_memory_allocated", "init")
    counted = ("memory_allocated", "max_memory_allocated", "memory_reserved", "max_memory_reserved")
    for name, value in {**told, **dict.fromkeys(silent), **dict.fromkeys(counted, 0)}.items():
        on_failure(cuda, name, (*_ERRORS, ValueError), _answering(name, value))
    cuda.Event = _Event


def _answering(name, value):
    def mend(error, args, kwargs):
        note("gpu", f"torch.cuda.{name}()", "cpu")
        return lambda: value

    return mend
