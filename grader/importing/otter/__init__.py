"""Assignments for otter, in each of its formats, read without running or unpickling anything of them."""
