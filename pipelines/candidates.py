"""Compare learners on a corpus; all of them are tracked in MLflow.

Run: ``python -m pipelines.candidates CORPUS [SITES]``. The table goes to standard output; with SITES
only so many sites are read.
"""

from __future__ import annotations

import sys
from pathlib import Path

from adscribe.training.candidates import as_text, compare
from adscribe.training.dataset import load
from adscribe.training.evaluation import data_card


def main() -> None:
    """Run the comparison."""
    folder = Path(sys.argv[1])
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else None
    dataset = load(folder, limit=limit)
    print(as_text(compare(dataset, data_card(folder)["attack"])), end="")


if __name__ == "__main__":
    main()
