"""`%load_ext grader` and `%grader check`, with which an author looks at a notebook, do nothing once it is handed in."""

from IPython import get_ipython

_OURS = "grader"


def install():
    shell = get_ipython()
    shell.register_magic_function(_nothing, "line_cell", _OURS)
    manager = shell.extension_manager
    for name in ("load_extension", "reload_extension", "unload_extension"):
        setattr(manager, name, _but_ours(getattr(manager, name)))


def _nothing(line="", cell=None):
    return None


def _but_ours(original):
    def handled(module_str):
        return None if module_str == _OURS else original(module_str)

    return handled
