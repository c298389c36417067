"""The grader's own arithmetic on tables of numbers, in float64; no student's library has a part in it."""
