"""Hand-ins that attack the grader, what must hold whatever they do, and the proof that each wall is needed.

`families/` holds the cases as data, `case.py` says what a case is, `promises.py` what holds for all of them. `play.py`
is a grader process of its own among planted secrets, listeners and decoys (`stage.py`, `listeners.py`), so that a case
that gets through costs the tests one process. Everything here is bounded, and no packet leaves the machine.
"""
