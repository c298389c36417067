"""What makes a YAML file a rubric: its lines, types and rules; `grader.assignment` loads it."""
