"""Finds the work in a notebook that uses names of its own: which trained model answers an item, and what it predicts.

The kernel tells raw rows and layers (grader/probes/found.py); everything is decided here, on the grader's side:
`roles` (what the rubric asks for), `choice` (which model is meant, and why), `rows` (which rows of the data a model was
fed), `carrying` (how unseen rows get through the student's own preprocessing, and predictions back into the target's
unit). `conversation` asks in that order.
"""
