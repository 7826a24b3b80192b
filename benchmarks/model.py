"""What an answer of the learnt model costs, beside a plain ``predict_proba`` with the same table.

Run by hand: ``python benchmarks/model.py MODEL --write`` puts the table into benchmarks/README.md. The
steps take turns on the same events, so that what else the machine does falls on all of them.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from reporting import keep, timed
from scipy.sparse import csr_array  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from adscribe.attack import Catalogue
from adscribe.codebook import Codebook
from adscribe.context import Context, derive
from adscribe.model.artefact import Artefact, load
from adscribe.model.learned import LearnedModel
from adscribe.resources import shipped
from adscribe.sensors import Report, read
from adscribe.site import Site


def contexts(site: Site) -> list[Context]:
    """Return the shipped samples in context: every method and submethod of 13.0."""
    files = sorted((shipped("datasets", "samples") / "flowmon").iterdir())
    return [
        derive(report.event, site) for file in files for report in read(file) if isinstance(report, Report)
    ]


def plain(artefact: Artefact) -> LogisticRegression:
    """Return scikit-learn's model with the same table, laid out so that it isn't copied for every row."""
    model = LogisticRegression()
    model.coef_ = artefact.softmax.coefficients.T
    model.intercept_ = artefact.softmax.intercept
    model.classes_ = np.arange(len(model.intercept_))
    return model


def measure(
    some: Sequence[Context], site: Site, artefact: Artefact, model: LearnedModel, rounds: int
) -> Mapping[str, float]:
    """Return the microseconds that each step takes an event: the mean over events in its fastest round."""
    space, softmax = artefact.features, artefact.softmax
    rows = [space.row(context) for context in some]
    width = len(space)
    matrices = [
        csr_array((row.values, row.indices, np.array([0, len(row.indices)])), shape=(1, width))
        for row in rows
    ]
    learner = plain(artefact)
    steps: dict[str, Callable[[], object]] = {
        "`predict_proba` of scikit-learn, one ready row": lambda: [
            learner.predict_proba(matrix) for matrix in matrices
        ],
        "probabilities, one ready row": lambda: [
            softmax.probabilities(row.indices, row.values) for row in rows
        ],
        "context derived": lambda: [derive(context.event, site) for context in some],
        "features as a row": lambda: [space.row(context) for context in some],
        "answer to a context": lambda: [
            model.assess(context, explain=False, candidates=0) for context in some
        ],
        "answer that says why": lambda: [
            model.assess(context, explain=True, candidates=0) for context in some
        ],
    }
    return timed(steps, rounds, len(some))


def table(found: Mapping[str, float]) -> str:
    """Return the figures as a table: a row a step."""
    first = next(iter(found.values()))
    rows = ["| µs an event | | × |", "|---|---:|---:|"]
    return "\n".join(rows + [f"| {step} | {took:.1f} | {took / first:.2f} |" for step, took in found.items()])


def main() -> None:
    """Measure, print and, if asked, keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("model", type=Path, help="folder of a model")
    parser.add_argument("--rounds", type=int, default=50, choices=range(1, 1001), metavar="N")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    asked = parser.parse_args()
    catalogue = Catalogue.load()
    artefact, manifest = load(asked.model, catalogue)
    held = [step.risk for step in artefact.promises.steps if step.threshold is not None]
    model = LearnedModel(artefact, Codebook.load(), version=manifest.version, risk=held[-1])
    site = Site.load(shipped("examples", "sites", "office.yaml"))
    # The products are small: threads would wait for each other.
    with threadpool_limits(1):
        found = measure(contexts(site), site, artefact, model, asked.rounds)
    size = f"{len(artefact.features):,} features, {len(artefact.outcomes.outcomes)} outcomes"
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    text = f"{table(found)}\n\n{size}; {machine}, fastest of {asked.rounds} rounds."
    print(text)
    if asked.write:
        keep("model", text)


if __name__ == "__main__":
    main()
