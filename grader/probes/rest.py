"""The rest of a cell that stopped at an import of what cannot be had: one missing module takes no other with it."""

import ast
import contextlib
import itertools

from IPython import get_ipython

from .helps import note

_shell = get_ipython()


def install():
    _shell.events.register("post_run_cell", _after)


def _after(result):
    error = result.error_in_exec
    if not isinstance(error, ImportError) or not result.info.store_history:
        return
    source = _shell.transform_cell(result.info.raw_cell)
    with contextlib.suppress(SyntaxError, ValueError):
        _go_on(ast.parse(source).body, error)


def _go_on(body, error):
    """Run what stands after the import that failed; an import that fails too is passed over, all else ends it."""
    line = _line_in_cell(error)
    stopped = next((place for place, node in enumerate(body) if node.lineno <= line <= node.end_lineno), None)
    if stopped is None or not _is_import(body[stopped]):
        return
    rest = body[stopped + 1 :]
    ran = sum(itertools.takewhile(bool, map(_passed, rest)))
    if ran:
        note("rest", ast.unparse(body[stopped]), f"{ran}/{len(rest)}")
        _shell.events.trigger("post_execute")  # shows the figures


def _passed(node):
    """Run one statement; whether the next may follow."""
    kind, mode = (ast.Interactive, "single") if isinstance(node, ast.Expr) else (_module, "exec")
    try:
        exec(compile(kind([node]), "<the rest of the cell>", mode), _shell.user_ns)
    except ModuleNotFoundError as other:
        if _is_import(node):
            note("missing", other.name or str(other))
        return _is_import(node)
    except ImportError:
        return _is_import(node)
    except Exception:
        return False
    return True


def _module(nodes):
    return ast.Module(nodes, [])


def _is_import(node):
    return isinstance(node, ast.Import | ast.ImportFrom)


def _line_in_cell(error):
    """The line of the cell in which the error came up: the first frame after IPython's own."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is _shell.user_ns or trace.tb_frame.f_globals.get("__name__") == "__main__":
            return trace.tb_lineno
        trace = trace.tb_next
    return 0
