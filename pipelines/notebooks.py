"""Execute the evaluation notebooks: ``python -m pipelines.notebooks [NAME…]``, such as ``2-evaluation``.

Each is written with its outputs to ``build/notebooks``. The environment says what they look at, see
``notebooks/README.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
OUT = ROOT / "build" / "notebooks"

TIMEOUT = 3600
"""Seconds that a cell may take."""


def names() -> list[str]:
    """Return the notebooks by name, in order."""
    return sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


def execute(name: str) -> nbformat.NotebookNode:
    """Return a notebook with the outputs of its cells.

    Raises
    ------
    CellExecutionError
        If a cell raises.
    """
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    folder = {"metadata": {"path": str(ROOT)}}
    # Sockets of the file system, in a folder of their own: nobody else on the machine can listen to them.
    with TemporaryDirectory(prefix="adscribe-") as space:
        sockets = Config({"ConnectionFileMixin": {"transport": "ipc", "ip": f"{space}/kernel"}})
        client = NotebookClient(
            notebook, timeout=TIMEOUT, kernel_name="python3", config=sockets, resources=folder
        )
        return client.execute()


def complaints(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """Yield what a reader would see in red: what was written to standard error."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream" and output.name == "stderr":
                yield output.text


def main() -> int:
    """Execute the notebooks that are named, else all."""
    OUT.mkdir(parents=True, exist_ok=True)
    status = 0
    for name in sys.argv[1:] or names():
        notebook = execute(name)
        written = OUT / f"{name}.ipynb"
        nbformat.write(notebook, written)  # type: ignore[no-untyped-call]
        print(written.relative_to(ROOT))
        for text in complaints(notebook):
            print(text, file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
