"""What makes a notebook from Colab, Kaggle or a laptop run here, each repair in a ledger.

The repairs themselves act in the kernel (grader/probes: helps.py and the modules that it names), where something would
otherwise fail; here stands what is decided outside of it: which of them a notebook calls for (needs.py), the tables
that it may be given (forms.py), and what the ledger says (ledger.py).
"""
