"""Score what is said of recorded traffic; see ``docs/traffic.md``.

Run: ``python -m pipelines.traffic DATA [MODEL] [--write PAGE]``. DATA holds the data sets of
``datasets/sources.yaml``, MODEL is the folder of an artefact. The figures go to standard output, and with
``--write`` into the page. ``python -m pipelines.traffic --count-table CORPUS`` counts the static tables anew.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from adscribe.resources import shipped
from adscribe.training.answering import columns
from adscribe.training.evaluation import data_card, static_table
from adscribe.training.traffic import score
from adscribe.training.traffic.pages import as_text, write
from adscribe.training.traffic.table import FrozenTable, Tables


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="data sets, or with --count-table a simulated corpus")
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    parser.add_argument("--count-table", action="store_true")
    arguments = parser.parse_args()
    if arguments.count_table:
        count(arguments.data)
        return
    text = as_text(score(arguments.data, arguments.model))
    print(text, end="")
    if arguments.write:
        write(text, arguments.write)


def count(corpus: Path) -> None:
    """Count the static tables on the training part of a corpus."""
    found = columns(corpus, ("method", "submethod"))
    pairs = {
        (method, submethod)
        for method, submethod in zip(found["method"], found["submethod"], strict=True)
        if submethod
    }
    ordered = sorted(pairs)
    Tables(
        data=data_card(corpus)["content_sha256"],
        table=FrozenTable.of(static_table(corpus), ordered),
        mapping=FrozenTable.of(static_table(corpus, categories=True), ordered),
    ).write(shipped("datasets", "traffic"))


if __name__ == "__main__":
    main()
