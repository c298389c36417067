"""What grading costs beside other tools. `bench.py` says how it is measured."""
