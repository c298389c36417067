"""Grades deep-learning homework: runs notebooks, recomputes what earns points, scores written answers."""

__version__ = "0.1.0"


def load_ipython_extension(shell: object) -> None:
    """`%load_ext grader`: gives a notebook's author `%grader check`."""
    from grader.notebook_extension import register

    register(shell)
