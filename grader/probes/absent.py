"""Modules that cannot be had: an import of one is passed over, and what uses it fails with the import's own error."""

import ast
import sys

from IPython import get_ipython

from .helps import note

_FORGIVING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def install():
    get_ipython().ast_transformers.append(_Imports())


class _Imports(ast.NodeTransformer):
    """Puts each import that is not guarded into a `try` that binds its names to stand-ins where the module is missing.

    A guarded one, `try: import wandb` before `except ImportError`, asks whether the module is here: it is told.
    """

    def visit_Import(self, node):
        return [self._tried(ast.Import([alias]), node, alias.name) for alias in node.names]

    def visit_ImportFrom(self, node):
        if node.level or node.module in (None, "__future__") or node.names[0].name == "*":
            return node
        return self._tried(node, node, node.module)

    def visit_Try(self, node):
        guarded = any(map(_forgives, node.handlers))
        for part in ("handlers", "orelse", "finalbody", *(() if guarded else ("body",))):
            setattr(node, part, self._visited(getattr(node, part)))
        return node

    def visit_With(self, node):
        suppressing = any("suppress" in ast.unparse(item.context_expr) for item in node.items)
        return node if suppressing else self.generic_visit(node)

    def _visited(self, nodes):
        found = [self.visit(node) for node in nodes]
        return [node for one in found for node in (one if isinstance(one, list) else [one])]

    def _tried(self, node, line, module):
        bound = [_bound(alias, isinstance(node, ast.ImportFrom), module) for alias in node.names]
        lines = [f"{name} = __import__('sys').modules[{__name__!r}].stand_in({module!r})" for name in bound]
        missing = ast.ExceptHandler(ast.Name("ModuleNotFoundError", ast.Load()), None, ast.parse("\n".join(lines)).body)
        made = ast.Try([ast.copy_location(node, line)], [missing], [], [])
        for part in ast.walk(missing):
            ast.copy_location(part, line)
        return ast.copy_location(made, line)


def _forgives(handler):
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in _FORGIVING for kind in kinds)


def _bound(alias, from_module, module):
    """The name that an import binds."""
    return alias.asname or (alias.name if from_module else module.partition(".")[0])


def stand_in(module):
    """What the name is bound to; raises the error that is being handled if more than the whole package is missing."""
    error = sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1]
    first = module.partition(".")[0]
    if (error.name or "").partition(".")[0] != first or first in sys.modules:
        raise error
    note("missing", first)
    return _Absent(first)


class _Absent:
    """Every use raises the error that the import would have raised."""

    def __init__(self, name, *rest):
        if rest or not isinstance(name, str):  # as the base of a class
            _lacking(getattr(name, "_Absent__name", str(name)))
        object.__setattr__(self, "_Absent__name", name)

    def __getattr__(self, name):
        if name.startswith("_") and name != "__version__":
            raise AttributeError(name)  # asked by whatever looks at a notebook's values
        return _lacking(self.__name)

    def __repr__(self):
        return f"<{self.__name}: not here>"

    def __mro_entries__(self, bases):
        _lacking(self.__name)

    def _fails(self, *args, **kwargs):
        _lacking(self.__name)

    __call__ = __getitem__ = __setattr__ = __iter__ = __len__ = __enter__ = __exit__ = _fails


def _lacking(name):
    __tracebackhide__ = True
    raise ModuleNotFoundError(f"No module named {name!r}", name=name)
