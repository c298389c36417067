"""Loaders of scikit-learn that need a network: the course's table in the form that they would give."""

import functools
import inspect
import warnings

from .files import ASKING
from .helps import TABLES, after_import, note


def install():
    after_import("sklearn.datasets", _watch)


def _watch(datasets):
    for table in TABLES:
        original = getattr(datasets, table["loader"], None) if table["loader"] else None
        if original is not None:
            setattr(datasets, table["loader"], _served(original, table))


def _served(original, table):
    """The loader itself, tried once and without waiting; where that fails, the course's table in its form."""
    known = inspect.signature(original).parameters

    @functools.wraps(original)
    def load(*args, **kwargs):
        __tracebackhide__ = True
        once = {name: value for name, value in (("n_retries", 1), ("delay", 1e-9)) if name in known}
        ASKING.append(original)
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="Retry downloading")
                return original(*args, **{**once, **kwargs})
        except OSError:
            pass
        finally:
            ASKING.pop()
        note("loader", f"{table['loader']}()", table["told"])
        return _bunch(table, kwargs.get("as_frame", False), kwargs.get("return_X_y", False))

    return load


def _bunch(table, as_frame, return_x_y):
    import pandas
    from sklearn.utils import Bunch

    frame = pandas.read_csv(table["file"])
    names = [name for name in frame.columns if name != table["target"]]
    data, target = frame[names], frame[table["target"]]
    if not as_frame:
        data, target = data.to_numpy(), target.to_numpy()
    if return_x_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        frame=frame[[*names, table["target"]]] if as_frame else None,
        target_names=[table["target"]],
        feature_names=names,
        DESCR=f"{len(frame)} rows of {table['told']}, in the form of sklearn.datasets.{table['loader']}.",
    )
