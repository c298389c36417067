"""Assignments of other systems -> a rubric here, with what it needs beside it."""
