"""What makes a YAML file a rubric: its lines, its types and the rules that it must keep; `grader.assignment` loads it."""
