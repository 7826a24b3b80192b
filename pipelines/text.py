"""Compare the candidates of the text model, and make what ships: the model and the table of named threats.

Run: ``python -m pipelines.text CORPORA [--only threats|compare|model|mappings] [--json FILE]``. CORPORA holds
a folder for each corpus of ``datasets/sources.yaml``. The comparison is tracked in MLflow and written
into ``docs/text.md``, and with ``--json`` into a file for ``adscribe evaluate --vendors``. The model that
ships is trained by the candidate that ``shipping`` names.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from adscribe.attack import Catalogue
from adscribe.text import load_model
from adscribe.training import mappings, report_vendors, tracking
from adscribe.training.corpora import ATTACK, read
from adscribe.training.text import nested, report, shipping, threats
from adscribe.training.text.candidates import CANDIDATES
from adscribe.training.text.examples import gather

PAGE = Path(__file__).resolve().parents[1] / "docs" / "text.md"


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--only", choices=("threats", "compare", "model", "mappings"))
    parser.add_argument("--candidate", default=shipping.SHIPPED, help="name of the one that is trained")
    parser.add_argument("--json", type=Path, metavar="FILE", help="file for the figures of the comparison")
    arguments = parser.parse_args()
    if arguments.only in (None, "threats"):
        matrix = Catalogue.load().matrix("enterprise", ATTACK)
        threats.write(threats.table(read("attack-kb", arguments.corpora / "attack-kb").detections, matrix))
    if arguments.only == "threats":
        return
    examples = gather(arguments.corpora)
    if arguments.only in (None, "compare"):
        trials = {}
        with tracking.run("text", kind="candidates"):
            for candidate in CANDIDATES:
                with tracking.run(candidate.name, kind="candidate") as module:
                    trials[candidate.name] = nested.trials(candidate, examples)
                    module.log_metrics(report.figures(trials, candidate.name))
        table = report.table(trials, nested.judged(examples))
        print(table, end="")
        report.write(table, PAGE)
        if arguments.json:
            found = report_vendors.vendors_out(trials, report.chosen_for(trials), nested.judged(examples))
            report_vendors.write(found, arguments.json)
    if arguments.only in (None, "model"):
        print(shipping.ship(examples, arguments.candidate))
        load_model.cache_clear()
    if arguments.only in (None, "model", "mappings"):
        mappings.write(mappings.made(examples))


if __name__ == "__main__":
    main()
