"""What runs in Gradescope's container: one hand-in, graded as `grader grade` does it, and a results.json that is true
at every moment: written before anything runs, and again at the end."""
