"""Judge what is believed beforehand on behaviours that are left out; all of it is tracked in MLflow.

Run: ``python -m pipelines.unseen CORPUS [SITES [FOLDS]]``. The table goes to standard output; with SITES
only so many sites are read, with FOLDS only so many fifths of the behaviours are left out in turn.
"""

from __future__ import annotations

import sys
from pathlib import Path

from adscribe.training.dataset import load
from adscribe.training.evaluation import data_card
from adscribe.training.unseen import FOLDS, as_text, compare


def main() -> None:
    """Run the comparison."""
    folder, *numbers = sys.argv[1:]
    sites, folds = (*map(int, numbers), None, None)[:2]
    dataset = load(Path(folder), limit=sites)
    print(as_text(compare(dataset, data_card(Path(folder))["attack"], folds=folds or FOLDS)), end="")


if __name__ == "__main__":
    main()
