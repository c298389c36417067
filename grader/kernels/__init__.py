"""Where student code runs: a kernel of its own per submission, never the grader's process."""
