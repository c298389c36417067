"""Free-form notebooks as students hand them in, with a truth that is computed without the grader.

`cases/NAME.py` is a notebook in percent format; `expect.yaml` says by hand what is in it; `predictors.py` carries raw
rows through each student's own preprocessing; `make_truth.py` runs the notebooks and writes `truth.yaml`.
"""
