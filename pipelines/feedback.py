"""Show what 200 verdicts change at simulated sites whose backups look like exfiltration, as a table.

Run: ``python -m pipelines.feedback [SEED…]``. A row a site; the model is the one that ships.
"""

from __future__ import annotations

import sys

from adscribe.assign import Classifier
from adscribe.resources import shipped
from adscribe.training.feedback.demonstration import Counts, Shown, answered, demonstrate, lived

SEEDS = (2, 3, 4, 5, 6)
REPORTS, VERDICTS = 2_500, 200
ELSEWHERE = 1_000_000
"""Added to a seed for the site next door, which has no such backups."""


def main() -> None:
    """Run the demonstration."""
    seeds = tuple(map(int, sys.argv[1:])) or SEEDS
    backups = shipped("datasets", "demonstrations") / "backups.yaml"
    classifier = Classifier.load()
    print(
        "| seed | verdicts (set aside) | cells | reports after | shown | wrong | of backups"
        " | attacks | not shown | all-clears (dangerous) | next door |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    total = [0, 0]
    for seed in seeds:
        before = _elsewhere(classifier, seed)
        found = demonstrate(classifier, backups, seed=seed, reports=REPORTS, number=VERDICTS)
        same = before == _elsewhere(classifier, seed)
        print(_row(seed, found, same))
        total = [total[0] + found.before.wrong, total[1] + found.after.wrong]
    print(f"\nWrong categories: {total[0]} before, {total[1]} after.")


def _elsewhere(classifier: Classifier, seed: int) -> list[bytes]:
    """Return the answers of the site next door, whose service has no residual."""
    reports, site = lived(seed + ELSEWHERE, REPORTS // 5)
    return [told.answer.to_json() for told in answered(classifier, reports, site)]


def _row(seed: int, found: Shown, same: bool) -> str:
    one, other = found.before, found.after

    def both(name: str) -> str:
        return f"{getattr(one, name)} → {getattr(other, name)}"

    cells = (
        str(seed),
        f"{len(found.reviewed)} ({len(found.aside)})",
        str(len(found.residual.cells)),
        str(one.reports),
        both("shown"),
        both("wrong"),
        both("wrong_backups"),
        str(one.attacks),
        both("missed"),
        f"{_clear(one)} → {_clear(other)}",
        "identical" if same else "DIFFERS",
    )
    return f"| {' | '.join(cells)} |"


def _clear(counts: Counts) -> str:
    return f"{counts.all_clear} ({counts.dangerous})"


if __name__ == "__main__":
    main()
