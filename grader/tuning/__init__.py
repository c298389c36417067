"""A rubric against answers that a person has graded: how far they agree, and what would bring them closer."""
