"""Grades deep-learning homework: runs notebooks, recomputes what earns points, scores written answers."""

__version__ = "0.1.0"
