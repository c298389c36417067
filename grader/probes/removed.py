"""Names that libraries have given up since: each is what it was, where the library has it no more."""

import functools

from .common import np, pd
from .helps import after_import, called_by_notebook, note, on_failure

# numpy's old name -> what it meant, as a name of numpy's or of Python's
_NUMPY = {
    **{name: name for name in ("float", "int", "bool", "object", "complex", "str")},
    **{"long": "int", "unicode": "str", "float_": "np.float64", "complex_": "np.complex128", "unicode_": "np.str_"},
    **{"NaN": "np.nan", "NAN": "np.nan", "Inf": "np.inf", "Infinity": "np.inf", "infty": "np.inf"},
    **{"product": "np.prod", "cumproduct": "np.cumprod", "alltrue": "np.all", "sometrue": "np.any"},
    **{"trapz": "np.trapezoid", "in1d": "np.isin", "row_stack": "np.vstack", "msort": "np.sort"},
    **{"round_": "np.round", "string_": "np.bytes_", "asfarray": "np.asarray"},
}
_PYTHON = {kind.__name__: kind for kind in (float, int, bool, object, complex, str)}


def install():
    _watch_numpy()
    _watch_pandas()
    after_import("sklearn.metrics", _watch_sklearn)
    after_import("seaborn", _watch_seaborn)
    after_import("matplotlib.style", _watch_style)


def _watch_numpy():
    """numpy asks this function for names that it has not got."""
    original = np.__getattr__

    @functools.wraps(original)
    def missing(name):
        try:
            return original(name)
        except AttributeError:
            if name not in _NUMPY or not called_by_notebook():
                raise
        meant = _NUMPY[name]
        note("removed", f"np.{name}", meant)
        return getattr(np, meant[3:]) if meant.startswith("np.") else _PYTHON[meant]

    np.__getattr__ = missing


def _watch_pandas():
    def append(self, other, ignore_index=False, verify_integrity=False, sort=False):
        note("removed", f"{type(self).__name__}.append", "pd.concat")
        if isinstance(other, dict):
            other = pd.Series(other)
        if isinstance(self, pd.DataFrame) and isinstance(other, pd.Series):
            other = other.to_frame().T
        parts = [self, *other] if isinstance(other, list | tuple) else [self, other]
        return pd.concat(parts, ignore_index=ignore_index, verify_integrity=verify_integrity, sort=sort)

    def iteritems(self):
        note("removed", f"{type(self).__name__}.iteritems", "items")
        return self.items()

    def applymap(self, function, **kwargs):
        note("removed", "DataFrame.applymap", "DataFrame.map")
        return self.map(function, **kwargs)

    for kind in (pd.DataFrame, pd.Series):
        for old in (append, iteritems, applymap):
            if not hasattr(kind, old.__name__) and (old is not applymap or kind is pd.DataFrame):
                setattr(kind, old.__name__, old)


def _watch_sklearn(metrics):
    for name in ("mean_squared_error", "mean_squared_log_error"):
        _watch_root(metrics, name)


def _watch_root(metrics, name):
    def mend(error, args, kwargs):
        if "squared" not in kwargs or "squared" not in str(error):
            return None
        rest = {key: value for key, value in kwargs.items() if key != "squared"}
        note("removed", f"{name}(squared={kwargs['squared']})", "** 0.5" if not kwargs["squared"] else name)
        if kwargs["squared"]:
            return lambda: original(*args, **rest)
        if isinstance(rest.get("multioutput", ""), str) and rest.get("multioutput") == "raw_values":
            return lambda: np.sqrt(original(*args, **rest))
        return lambda: float(np.mean(np.sqrt(original(*args, **{**rest, "multioutput": "raw_values"}))))

    original = on_failure(metrics, name, TypeError, mend)


def _watch_seaborn(seaborn):
    def distplot(values=None, *args, **kwargs):
        note("removed", "sns.distplot", "sns.histplot")
        kept = {key: value for key, value in kwargs.items() if key in ("bins", "ax", "color", "label", "kde")}
        return seaborn.histplot(values, **{"kde": True, "stat": "density", **kept})

    if not hasattr(seaborn, "distplot"):
        seaborn.distplot = distplot


def _watch_style(style):
    """`seaborn` and its like are called `seaborn-v0_8` since matplotlib 3.6."""

    def mend(error, args, kwargs):
        asked = args[0] if args else kwargs["style"]
        if not isinstance(asked, str) or not asked.startswith("seaborn"):
            return None
        now = next((n for n in style.library if n == asked.replace("seaborn", "seaborn-v0_8", 1)), None)
        if now is None:
            return None
        note("removed", f"style.use({asked!r})", now)
        return lambda: original(now)

    original = on_failure(style, "use", OSError, mend)
    core = getattr(style, "core", None)
    if getattr(core, "use", None) is original:
        core.use = style.use
