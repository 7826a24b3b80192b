"""Values of a stepped key by degree: near a step a number has both, so that no answer tips there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from adscribe.context.vocabulary import Key, load_vocabulary

NUMBERS: Mapping[str, str] = {
    "target_scale": "target_count",
    "port_scale": "ports_count",
    "client_scale": "clients_unsuccessful_count",
    "id_scale": "identifiers_count",
    "attempts": "attempts_count",
    "attempts_per_target": "attempts_per_target_ratio",
    "interval": "average_interval_seconds",
    "packets": "packets_count",
    "upload": "uploaded_bytes",
    "download": "downloaded_bytes",
    "flow_balance": "sent_received_ratio",
    "response_ratio": "response_ratio",
    "change": "change_ratio",
    "probability": "probability_ratio",
    "device_count": "hidden_devices_count",
}
"""Key to the number that its steps cut; ``domains`` is one or several, with nothing between."""

FACTOR = 2.0
"""From a step divided by this to the step times this a number belongs to both sides."""

MARGIN = 0.1
"""The same for shares, as a difference."""

DISTINCT = 3.0
"""Steps of whole numbers up to here stay sharp: none, one and two differ in kind."""

_MEASURED = ("bytes", "seconds", "ratio", "times", "attempts a target", "bytes sent for each byte received")

Degrees = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a value of a key passes into the next; ``None`` where there is no value."""

    low: float
    high: float
    before: str | None
    after: str | None
    logarithmic: bool

    def degrees(self, number: float) -> Iterator[tuple[str, float]]:
        """Yield the values on both sides of a number between `low` and `high`, with their degrees."""
        if self.logarithmic:
            share = math.log(number / self.low) / math.log(self.high / self.low)
        else:
            share = (number - self.low) / (self.high - self.low)
        if self.before is not None:
            yield self.before, 1.0 - share
        if self.after is not None:
            yield self.after, share


def degrees(key: str, number: float) -> Degrees:
    """Return the values of a key that a number has, each with its degree above 0 and at most 1.

    Examples
    --------
    >>> degrees("upload", 2**40), degrees("attempts_per_target", 5)
    ((('huge', 1.0),), (('low', 0.5), ('high', 0.5)))
    """
    edges, last = _edges(key)
    for edge in edges:
        if number < edge.low:
            return ((edge.before, 1.0),) if edge.before is not None else ()
        if number < edge.high:
            return tuple((value, degree) for value, degree in edge.degrees(number) if degree > 0)
    return last


@cache
def _edges(key: str) -> tuple[tuple[Edge, ...], Degrees]:
    return tuple(_between(load_vocabulary().keys[key])), ((load_vocabulary().steps(key)[-1].value, 1.0),)


def _between(key: Key) -> Iterator[Edge]:
    for step, following in zip(key.steps, key.steps[1:], strict=False):
        at = following.lower
        if step.below is not None:
            # Beyond its own end a value has no degree; it fades before.
            yield Edge(step.below - MARGIN, step.below, step.value, None, False)
            yield Edge(at, at + MARGIN, None, following.value, False)
        elif key.unit == "ratio":
            yield Edge(at - MARGIN, at + MARGIN, step.value, following.value, False)
        elif at <= (0 if key.unit in _MEASURED else DISTINCT) or at == 1:
            yield Edge(at, at, step.value, following.value, True)
        else:
            yield Edge(at / FACTOR, at * FACTOR, step.value, following.value, True)
