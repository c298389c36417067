"""Whether a rubric can be fooled: its claims said, denied and given to the wrong subject, and answers that are none."""
