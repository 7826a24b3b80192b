"""Golden events: events that a model must give the probabilities it gave when it was made.

They run the whole way, from the report over the site to the probabilities, so they tell when a
change anywhere makes a model say something else than what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from adscribe.context import derive
from adscribe.errors import AdscribeError, ModelError
from adscribe.event.native import from_native
from adscribe.features import FeatureSpace
from adscribe.model.outcomes import OutcomeSpace
from adscribe.model.softmax import Array, Softmax
from adscribe.site import Site

TOLERANCE = 1e-4
"""Other processors add up in another order."""

_TOLD = 1e-3


class Golden(msgspec.Struct, frozen=True):
    """An event, and what the model says of it.

    Attributes
    ----------
    event : dict
        In the native form.
    site : str
        Text of the site file; empty: without one.
    probabilities : dict of str to float
        By outcome; those that aren't named are below 0.001.
    """

    event: dict[str, Any]
    site: str
    probabilities: dict[str, float]


def record(
    events: Iterable[tuple[Mapping[str, Any], str]],
    features: FeatureSpace,
    outcomes: OutcomeSpace,
    model: Softmax,
) -> list[Golden]:
    """Return golden events.

    Parameters
    ----------
    events : iterable of (mapping, str)
        Native events and texts of site files.
    features, outcomes, model
        The model.
    """
    found = []
    for event, site in events:
        said = _said(event, site, features, model)
        told = {
            text: round(float(probability), 6)
            for text, probability in zip(outcomes.texts, said, strict=True)
            if probability >= _TOLD
        }
        found.append(Golden(dict(event), site, told))
    return found


def check(golden: Sequence[Golden], features: FeatureSpace, outcomes: OutcomeSpace, model: Softmax) -> None:
    """Make sure that the model says what it said.

    Raises
    ------
    ModelError
        If there is no golden event, one can't be read, or a probability is another.
    """
    if not golden:
        raise ModelError("the model has no golden event, so nothing tells whether it still says what it said")
    for number, one in enumerate(golden, start=1):
        try:
            said = _said(one.event, one.site, features, model)
        except ModelError:
            raise
        except AdscribeError as wrong:
            raise ModelError(f"golden event {number} can't be read: {wrong.message}") from wrong
        expected = np.array([one.probabilities.get(text, np.nan) for text in outcomes.texts])
        told = ~np.isnan(expected)
        off = np.abs(said[told] - expected[told])
        known = int(told.sum()) == len(one.probabilities)
        if not known or (off > TOLERANCE).any() or (said[~told] > _TOLD + TOLERANCE).any():
            raise ModelError(
                f"golden event {number} gets other probabilities than when the model was made",
                hint="the model was made with another version of adscribe; take the one that ships with this",
            )


def _said(event: Mapping[str, Any], site: str, features: FeatureSpace, model: Softmax) -> Array:
    network = Site.parse(site) if site else Site.default()
    read, _ = from_native(event, zone=network.timezone)
    row = features.row(derive(read, network))
    return model.probabilities(row.indices, row.values)
