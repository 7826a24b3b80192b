"""The compiled tables say what the trees say, and the rule chooses by what it says."""

from __future__ import annotations

import msgspec
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]

from adscribe.training.candidates import CANDIDATES, Result, as_text, winner
from adscribe.training.tables import compiled


def test_tables_say_what_the_trees_say_at_every_point() -> None:
    chance = np.random.default_rng(1)
    rows = chance.integers(0, 6, size=(600, 8)).astype(np.float32) / 4
    truth = (rows[:, 0] > 0.6).astype(int) + (rows[:, 1] + rows[:, 2] > 1.4) + (rows[:, 3] * rows[:, 4] > 0.5)
    trees = HistGradientBoostingClassifier(
        max_iter=12, max_leaf_nodes=4, interaction_cst="pairwise", random_state=0
    ).fit(rows, truth)
    widest = max(
        len({*tree.nodes["feature_idx"][tree.nodes["is_leaf"] == 0]})
        for step in trees._predictors
        for tree in step
    )
    assert widest > 2, "a tree that asks more columns than a single leaf is the harder case"
    tables = compiled(trees)
    # Points between the training values, and on them.
    asked = np.vstack([rows, chance.uniform(-1, 3, size=(400, 8)).astype(np.float32)])
    np.testing.assert_allclose(tables.predict(asked), trees.predict_proba(asked), atol=1e-5)


def result(name: str, unseen: float, *, event_seconds: float = 5e-5) -> Result:
    return Result(
        name=name,
        rows=100,
        accuracy=0.8,
        log_loss=0.5,
        coverage=0.8,
        unseen=unseen,
        calibration_error=0.02,
        train_seconds=1.0,
        event_seconds=event_seconds,
        bytes=1000,
    )


def test_who_is_right_for_most_behaviours_left_out_wins_among_those_that_can_be_served() -> None:
    first, second, slow = (result(name, 0.6) for name in list(CANDIDATES)[:3])
    better = msgspec.structs.replace(second, unseen=0.65)
    dear = msgspec.structs.replace(slow, unseen=0.9, event_seconds=0.01)
    silent = msgspec.structs.replace(slow, unseen=0.9, coverage=0.5)
    assert winner([first, better, dear, silent]) == better
    assert winner([dear, silent]) is None
    assert f"**{better.name}**" in as_text([first, better, dear])


def test_within_a_point_the_first_wins() -> None:
    first, second = (result(name, coverage) for name, coverage in zip(CANDIDATES, (0.6, 0.605), strict=False))
    assert winner([first, second]) == first
