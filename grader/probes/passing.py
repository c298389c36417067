"""A test of the rubric's, run in the names that the notebook left."""

import ast
import builtins
import contextlib
import doctest
import io
import os
import random
import sys
import traceback
import types

from .common import Fault, describe, finite_or_none, is_a, np
from .relied import relied_on

_compile, _exec, _eval, _parse = compile, exec, eval, ast.parse
_FILE = "<test>"
_KEPT, _CHANGED, _NOTHING = {}, {}, object()  # names by item; names that tests changed: what they were and became
_NEWER = int(np.__version__.partition(".")[0]) > 1  # than numpy 1
_NUMBERS = (int, float, np.integer, np.floating)


def passes(namespace, request):
    """Whether the test ran to its end (then its `token` is told back), else where and how it stopped."""
    told = {}
    with _names_of(request["item"], namespace), _without_exit():
        try:
            told["replaced"] = relied_on(namespace, request)
            if request.get("seed"):
                seed(namespace, request["seed"])
            told |= _KINDS[request["kind"]](request["code"], namespace)
            told["replaced"] = list(dict.fromkeys([*told["replaced"], *relied_on(namespace, request)]))
            told["token"] = request["token"]
        except Fault:
            raise
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            told |= {"error": _last_line(error), "line": _line(error), "lines": _lines(error)}
    return told


def seed(namespace, request):
    """Begin random numbers anew, or give the name that holds their seed its value."""
    if request["variable"]:
        namespace[request["variable"]] = request["value"]
    else:
        random.seed(request["value"])
        np.random.seed(request["value"])
    return {}


def keep(namespace, request):
    """Note what the names mean now, at the end of an item."""
    _KEPT[request["item"]] = dict(namespace)
    return {}


@contextlib.contextmanager
def _names_of(item, namespace):
    """The names as they were at the end of the item, and as tests before this one changed them.

    What a test changed holds for later items where the notebook itself did not give the name another meaning since.
    """
    final, kept = dict(namespace), _KEPT.setdefault(item, dict(namespace))
    before = dict(kept)
    for name, (was, became) in _CHANGED.items():
        if kept.get(name, _NOTHING) is was:
            before[name] = became
    _put(namespace, before)
    try:
        yield
    finally:
        after = dict(namespace)
        for name, value in after.items():
            if before.get(name, _NOTHING) is not value:
                was, became = _CHANGED.get(name, (_NOTHING, _NOTHING))
                original = was if became is not _NOTHING and before.get(name) is became else kept.get(name, _NOTHING)
                _CHANGED[name] = (original, value)
        _KEPT[item] = after
        _put(namespace, final)


def _put(namespace, names):
    """In the very same mapping, which is the global one of the notebook's functions."""
    namespace.clear()
    namespace.update(names)


def _cell(code, namespace):
    """Statements, and the value of the last one where it is an expression that gives a number."""
    tree = _parse(code, _FILE)
    shown = tree.body and isinstance(tree.body[-1], ast.Expr) and not code.rstrip().endswith(";")
    last = tree.body.pop() if shown else None
    _exec(_compile(tree, _FILE, "exec"), namespace)
    value = _eval(_compile(ast.Expression(last.value), _FILE, "eval"), namespace) if last is not None else None
    number = is_a(value, *_NUMBERS) and not is_a(value, bool)
    return {"value": finite_or_none(value), "number": str(float(value))} if number else {}


def _function(code, namespace):
    """The last function of the text, called with the objects that its parameters name, None where there is none; `env`
    gets all names. What it does to them is undone."""
    own = {"__name__": "tests", "__builtins__": builtins}
    _exec(_compile(code, _FILE, "exec"), own)
    functions = [value for value in own.values() if is_a(value, types.FunctionType) and value.__module__ == "tests"]
    test, before = functions[-1], dict(namespace)
    asked = test.__code__.co_varnames[: test.__code__.co_argcount + test.__code__.co_kwonlyargcount]
    missing = [name for name in asked if name != "env" and name not in namespace]
    try:
        test(**{name: namespace if name == "env" else namespace.get(name) for name in asked})
    except Exception as error:
        if not missing:
            raise
        raise _At(_line(error), f"`{missing[0]}` is not defined; {_last_line(error)}") from None
    finally:
        _put(namespace, before)
    return {}


def _doctest(code, namespace):
    """Examples, in a copy of the names; each must print what stands below it."""
    names, checker = dict(namespace), doctest.OutputChecker()
    for example in doctest.DocTestParser().get_examples(code):
        printed, raised = _Printed(), None
        shown, sys.displayhook = sys.displayhook, printed.show
        try:
            with contextlib.redirect_stdout(printed):
                _exec(_compile(example.source, _FILE, "single"), names)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            if example.exc_msg is None:
                raise _At(example.lineno + 1, _last_line(error)) from None
            raised = error
        finally:
            sys.displayhook = shown
        _compare(example, printed, raised, checker)
    return {}


class _Printed(io.StringIO):
    """What an example prints, and beside it what it would print by numpy 1, where `np.float64(2.0)` was `2.0`.

    Expected outputs were saved by whatever numpy their author had.
    """

    def __init__(self):
        super().__init__()
        self.older = io.StringIO()

    def write(self, text):
        self.older.write(text)
        return super().write(text)

    def show(self, value):
        if value is None:
            return
        super().write(f"{value!r}\n")
        with np.printoptions(legacy="1.25") if _NEWER else contextlib.nullcontext():
            self.older.write(f"{value!r}\n")


def _compare(example, printed, raised, checker):
    wanted, options = example.want, [printed.getvalue(), printed.older.getvalue()]
    if example.exc_msg is not None:
        told = traceback.format_exception_only(type(raised), raised)[-1:] if raised is not None else ["no exception"]
        wanted, options = example.exc_msg, told
    flags = sum(flag for flag, on in example.options.items() if on)
    if not any(checker.check_output(wanted, got, flags) for got in options):
        expected, found = wanted.strip() or "nothing", options[0].strip() or "nothing"
        raise _At(example.lineno + 1, f"expected {expected[:200]}, got {found[:200]}")


_KINDS = {"cell": _cell, "doctest": _doctest, "function": _function}


class _At(Exception):
    """An example failed at this line of the test."""

    def __init__(self, line, message):
        super().__init__(message)
        self.line = line


class _Exit(BaseException):
    """What `os._exit` becomes while a test runs: it ends the test, not the kernel."""


@contextlib.contextmanager
def _without_exit():
    def stopped(status=0):
        raise _Exit(f"os._exit({status})")

    kept, os._exit = os._exit, stopped
    try:
        yield
    finally:
        os._exit = kept


def _last_line(error):
    """As a traceback ends, `AssertionError: message`, in one line."""
    if is_a(error, _At, _Exit):
        return str(error)[:500]
    return " ".join(describe(error).split())[:500]


def _line(error):
    """The number of the test's own line at which it stopped; None if it is in none."""
    if is_a(error, _At):
        return error.line
    if is_a(error, SyntaxError) and error.filename == _FILE:
        return error.lineno
    line, frame = None, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == _FILE:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def _lines(error):
    """All lines of the test on the way to where it stopped, the outermost first."""
    found, frame = [], error.__traceback__
    while frame is not None and len(found) < 100:
        found += [frame.tb_lineno] if frame.tb_frame.f_code.co_filename == _FILE else []
        frame = frame.tb_next
    return found
