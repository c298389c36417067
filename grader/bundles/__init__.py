"""An assignment packed for somebody else: for students, without what they may not see; for Gradescope, whole."""
