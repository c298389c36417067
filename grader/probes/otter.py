"""A stand-in for otter, which students' notebooks call: it checks nothing, and what it prints earns nothing.

The tests are the grader's, and it runs them itself.
"""

import importlib.abc
import importlib.machinery
import sys
import types

from .helps import note


def install():
    sys.meta_path.insert(0, _First())  # one that is installed here would look for test files, a log and a network


class _First(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The finder before all others, and the loader of what it finds."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] != "otter":
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return types.ModuleType(spec.name)

    def exec_module(self, module):
        module.Notebook = Notebook
        module.__version__ = "0"
        module.__getattr__ = lambda name: _idle(module.__name__, name)
        note("otter", "otter")


def _idle(module, name):
    """What nobody foresaw of otter's: a function that does nothing."""
    if name.startswith("_"):
        raise AttributeError(name)  # asked by whatever shows values
    return lambda *args, **kwargs: Checked(name)


class Checked:
    """What a check gives: no verdict."""

    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return f"{self._name}: not checked here; the grader runs its own tests"


class Notebook:
    """Takes every call that a notebook for otter makes, and does nothing."""

    def __init__(self, *args, **kwargs):
        pass

    def check(self, question="", *args, **kwargs):
        return Checked(str(question)[:100])

    def check_all(self, *args, **kwargs):
        return Checked("all questions")

    def export(self, *args, **kwargs):
        return None

    def __getattr__(self, name):
        return _idle("Notebook", name)
