"""What a test relies on and the notebook replaced: parts of libraries, of Python, and names that stand for them."""

import ast
import builtins
import doctest
import math
import re
import sys
import unittest

import numpy.testing as numpy_testing

from .common import np, pd, replaced, torch

_OWNERS = {
    "builtins": builtins,
    "doctest.DocTestParser": doctest.DocTestParser,
    "doctest.OutputChecker": doctest.OutputChecker,
    "math": math,
    "numpy": np,
    "numpy.linalg": np.linalg,
    "numpy.testing": numpy_testing,
    "pandas": pd,
    "pandas.DataFrame": pd.DataFrame,
    "pandas.Series": pd.Series,
    "pandas.testing": pd.testing,
    "torch": torch,
    "torch.Tensor": torch.Tensor,
    "torch.testing": torch.testing,
    "unittest.TestCase": unittest.TestCase,
}
_USUAL = {"np": np, "numpy": np, "pd": pd, "pandas": pd, "torch": torch, "math": math}
_KERNELS = frozenset(("input", "open", "exit", "quit"))  # the kernel itself gives these names another meaning
_examples = doctest.DocTestParser().get_examples
_HELD = {}
_MOST = 20


def remember():
    """Note what there is before the first cell, once all of ours is installed."""
    _HELD.update({path: dict(vars(owner)) for path, owner in _OWNERS.items()})


def relied_on(namespace, request):
    """Names in the test's text that do not mean what they meant before the notebook."""
    code, kind = request["code"], request["kind"]
    names = _of_names(namespace, code, kind) if kind != "function" else ()  # a function's are its file's
    found = dict.fromkeys([*names, *replaced(), *_of_libraries(), *_of_pytest()])
    judging = [name for name in found if kind == "doctest" and name.startswith("doctest.")]
    return [*judging, *(name for name in found if _stands(name, code))][:_MOST]


def _stands(name, code):
    return re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", code) is not None


def _of_libraries():
    """Members that another object stands for."""
    for path, held in _HELD.items():
        now = vars(_OWNERS[path])
        for name, value in held.items():
            if not name.startswith("_") and name not in _KERNELS and now.get(name) is not value:
                yield f"{path}.{name}"


def _of_pytest():
    """Which only a notebook, or a test, imports."""
    module = sys.modules.get("pytest")
    for name in ("approx", "raises"):
        function = getattr(module, name, None)
        if module is not None and "_pytest" not in str(getattr(getattr(function, "__code__", None), "co_filename", "")):
            yield f"pytest.{name}"


def _of_names(namespace, code, kind):
    """Names of Python and libraries that the notebook gave to something of its own, and the test does not."""
    try:
        text = "".join(example.source for example in _examples(code)) if kind == "doctest" else code
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    for name in sorted((used - set(_bound(tree))) & set(namespace)):
        value = namespace[name]
        of_python = name in _HELD.get("builtins", ()) and name not in _KERNELS
        if (of_python and not _is_of_a_library(value)) or (name in _USUAL and value is not _USUAL[name]):
            yield name


def _bound(tree):
    """Names that a test gives a meaning itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name


def _is_of_a_library(value):
    """As after `from numpy import *`."""
    return any(value is one for held in _HELD.values() for one in held.values())
