"""nbclient as its manual shows it, a fresh kernel for each notebook, in as many processes as wanted.

Run in the environment `nbclient` as `fresh.py JOBS FOLDER...`; each folder holds `notebook.ipynb` and gets
`executed.ipynb`. The kernel is shut down at once (`shutdown_kernel="immediate"`): nbclient's default asks it politely,
which takes a second more per notebook.
"""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def execute(folder: str) -> None:
    notebook = nbformat.read(Path(folder) / "notebook.ipynb", as_version=4)
    resources = {"metadata": {"path": folder}}
    NotebookClient(notebook, kernel_name="python3", resources=resources, shutdown_kernel="immediate").execute()
    nbformat.write(notebook, Path(folder) / "executed.ipynb")


if __name__ == "__main__":
    with ProcessPoolExecutor(int(sys.argv[1]), multiprocessing.get_context("fork")) as executor:
        list(executor.map(execute, sys.argv[2:]))
