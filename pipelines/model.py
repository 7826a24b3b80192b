"""Make the model that ships: train on a corpus, measure it once on the test part, write its card.

Run: ``python -m pipelines.model CORPUS MODELS [VIGNETTES] [--version N]``. MODELS gets ``adscribe/``
(the artefact), ``evaluation/`` and ``README.md`` (the model card). `adscribe promote` is a step of its
own: somebody decides it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from adscribe.training.card import as_card
from adscribe.training.evaluation import data_card
from adscribe.training.runs import run_evaluation, run_training
from adscribe.training.training import Settings


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("models", type=Path)
    parser.add_argument("vignettes", type=Path, nargs="?")
    parser.add_argument("--version", default="1", help="that the model's answers name")
    arguments = parser.parse_args()
    corpus, models = arguments.corpus, arguments.models
    card = data_card(corpus)
    settings = Settings(seed=card["plan"]["seed"])
    _, version = run_training(corpus, models / "adscribe", settings, version=arguments.version, say=print)
    evaluation = run_evaluation(
        str(models / "adscribe"),
        corpus,
        models / "evaluation",
        vignettes=arguments.vignettes,
        seed=settings.seed,
    )
    (models / "README.md").write_text(as_card(evaluation, card), encoding="utf-8")
    print(f"version {version} of adscribe in the registry")


if __name__ == "__main__":
    main()
