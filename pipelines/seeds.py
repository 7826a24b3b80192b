"""What chance has to do with a model's figures: train it with other seeds and measure each on the same part.

Run: ``python -m pipelines.seeds CORPUS OUT [--seeds 1 2 3 4]``. OUT gets an artefact and an evaluation a
seed; ``adscribe evaluate … --report DIR --other-seed OUT/seed-1/evaluation …`` shows their spread. The rows
are read once: the seed decides what is drawn of them, where the fitting begins and how sites are parted for
the promises.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from adscribe.training import report
from adscribe.training.dataset import load
from adscribe.training.evaluation import evaluate
from adscribe.training.training import Settings, made


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4])
    parser.add_argument(
        "--measure-seed", type=int, default=0, help="of the intervals, as the first evaluation"
    )
    arguments = parser.parse_args()
    dataset = load(arguments.corpus)
    for seed in arguments.seeds:
        folder = arguments.out / f"seed-{seed}"
        made(dataset, arguments.corpus, folder / "model", Settings(seed=seed), say=print)
        # What the data tell without a model is the same for all.
        found = evaluate(
            folder / "model", arguments.corpus, split="test", seed=arguments.measure_seed, probe=False
        )
        report.write(found, folder / "evaluation")
        whole = found.scores["model"].whole
        print(f"seed {seed}: coverage {whole.coverage}, wrong {whole.wrong}", flush=True)


if __name__ == "__main__":
    main()
