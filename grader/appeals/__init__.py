"""`grader appeal`: one student's case in a zip, to be graded again elsewhere."""
