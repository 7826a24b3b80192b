"""Make the model that ships: train on a corpus, measure it once on the test part, write its card.

Run: ``python -m pipelines.model CORPUS MODELS [VIGNETTES]``. MODELS gets ``adscribe/`` (the artefact),
``evaluation/`` and ``README.md`` (the model card). `adscribe promote` is a step of its own: somebody
decides it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from adscribe.training.card import as_card
from adscribe.training.evaluation import data_card
from adscribe.training.runs import run_evaluation, run_training
from adscribe.training.training import Settings


def main() -> None:
    """Run all of it."""
    corpus, models, *rest = map(Path, sys.argv[1:])
    card = data_card(corpus)
    settings = Settings(seed=card["plan"]["seed"])
    _, version = run_training(corpus, models / "adscribe", settings, say=print)
    evaluation = run_evaluation(
        str(models / "adscribe"),
        corpus,
        models / "evaluation",
        vignettes=rest[0] if rest else None,
        seed=settings.seed,
    )
    (models / "README.md").write_text(as_card(evaluation, card), encoding="utf-8")
    print(f"version {version} of adscribe in the registry")


if __name__ == "__main__":
    main()
