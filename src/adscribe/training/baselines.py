"""What a model must be better than, and a probe for what it must not know.

The rules of the codebook are the third baseline; `adscribe.training.answering` asks them beside the
model.
"""

from __future__ import annotations

import ipaddress
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier  # type: ignore[import-untyped]

from adscribe.errors import AdscribeError
from adscribe.model.outcomes import Outcome

MOST_GAIN = 0.02
"""By how much what a probe reads may beat what the ends of an event say anyway."""

_BITS = 128
_BUCKETS = 64
_NAMES = ("hostname", "user")
_FIGURES = re.compile(r"[0-9_-]+")
_IDS = ("external_id", "instance", "data_feed", "perspective", "sensor")


class StaticTable:
    """Answers by method and submethod alone: what most training events of them are.

    Parameters
    ----------
    methods, submethods : sequence of str
        Of training events.
    outcomes : sequence of Outcome
        Their truths.
    """

    def __init__(
        self, methods: Sequence[str], submethods: Sequence[str | None], outcomes: Sequence[Outcome]
    ) -> None:
        self.majority = _commonest(Counter(outcomes))
        self._methods = _table(zip(methods, outcomes, strict=True))
        self._both = _table(zip(zip(methods, submethods, strict=True), outcomes, strict=True))

    def answer(self, methods: Sequence[str], submethods: Sequence[str | None]) -> list[Outcome]:
        """Return the answers; an unseen submethod gets its method's, an unseen method the commonest."""
        return [
            self._both.get((method, submethod)) or self._methods.get(method) or self.majority
            for method, submethod in zip(methods, submethods, strict=True)
        ]


def _table(pairs: Iterable[tuple[Any, Outcome]]) -> dict[Any, Outcome]:
    counted: dict[Any, Counter[Outcome]] = {}
    for key, outcome in pairs:
        counted.setdefault(key, Counter())[outcome] += 1
    return {key: _commonest(counts) for key, counts in counted.items()}


def _commonest(counts: Counter[Outcome]) -> Outcome:
    if not counts:
        raise AdscribeError("there is no event to learn from", hint="build more data")
    return min(counts, key=lambda outcome: (-counts[outcome], outcome.text))


class LeakProbe(msgspec.Struct, frozen=True, kw_only=True):
    """How well a learner does that sees only what must say nothing.

    An address does say something that anybody may read: its side and whether it is there at all. The
    probe is therefore set against the same learner on the same columns, whose training events of equal
    ends (`_ends`) had their bits, names and ids exchanged among each other: it has all that the ends say
    and nothing that is said by the rest.

    Attributes
    ----------
    accuracy, allowed, majority : float
        Of the probe, of the one with exchanged columns, and of the commonest training outcome, on other
        sites.
    gain : float
        By how much the probe is better than either of the others.
    parts : dict of str to float
        The gain of a probe that sees the ends and one kind alone: where to look.
    passes : bool
        Whether the gain is at most `MOST_GAIN`.
    events : int
        That it was measured on.
    """

    accuracy: float
    allowed: float
    majority: float
    gain: float
    parts: dict[str, float]
    passes: bool
    events: int


def leak_probe(
    train: Sequence[Mapping[str, Any]],
    train_outcomes: Sequence[Outcome],
    test: Sequence[Mapping[str, Any]],
    test_outcomes: Sequence[Outcome],
    *,
    seed: int = 0,
    trees: int = 100,
) -> LeakProbe:
    """Train on the bits of addresses, MACs, names, ids and the clock; measure on other sites.

    Parameters
    ----------
    train, test : sequence of mapping
        Native events.
    train_outcomes, test_outcomes : sequence of Outcome
        Their truths.
    seed, trees : int
        Of the learner, and how many trees it has.
    """
    texts = np.array([outcome.text for outcome in train_outcomes])
    truths = np.array([outcome.text for outcome in test_outcomes])
    names, counts = np.unique(texts, return_counts=True)
    majority = float((truths == names[counts.argmax()]).mean())
    seen, new = _unmeaning(train), _unmeaning(test)
    ends, new_ends = (np.array([_ends(event) for event in events], np.float32) for events in (train, test))
    exchanged = _exchanged(ends, np.random.default_rng(seed))

    def accuracy(kinds: Sequence[str], order: NDArray[np.intp] | None = None) -> float:
        rows = np.hstack([seen[kind] for kind in kinds])
        learner = ExtraTreesClassifier(trees, min_samples_leaf=5, random_state=seed, n_jobs=1)
        learner.fit(np.hstack([ends, rows if order is None else rows[order]]), texts)
        said = learner.predict(np.hstack([new_ends, *(new[kind] for kind in kinds)]))
        return float((said == truths).mean())

    together, allowed = accuracy(list(seen)), accuracy(list(seen), exchanged)
    gain = together - max(allowed, majority)
    return LeakProbe(
        accuracy=together,
        allowed=allowed,
        majority=majority,
        gain=gain,
        parts={kind: accuracy([kind]) - max(accuracy([kind], exchanged), majority) for kind in seen},
        passes=gain <= MOST_GAIN,
        events=len(truths),
    )


def _exchanged(ends: NDArray[np.float32], generator: np.random.Generator) -> NDArray[np.intp]:
    """Return an order of events in which each stands in the place of one with equal ends."""
    _, group = np.unique(ends, axis=0, return_inverse=True)
    order = np.arange(len(ends))
    for number in range(int(group.max()) + 1):
        own = np.flatnonzero(group == number)
        order[own] = generator.permutation(own)
    return order


def _ends(event: Mapping[str, Any]) -> list[float]:
    """Return what anybody may read of source and first target: kind of address, and what is known of it."""
    return [
        float(fact)
        for end in (event["source"], _first_target(event))
        for fact in (*_kinds(end.get("ip")), *(bool(end.get(name)) for name in ("mac", *_NAMES)))
    ]


def _kinds(ip: str | None) -> tuple[bool, ...]:
    if not ip:
        return (False,) * 6
    address = ipaddress.ip_address(ip)
    return (
        True,
        address.version == 6,
        address.is_private,
        address.is_multicast,
        address.is_link_local,
        address.is_reserved,
    )


def _first_target(event: Mapping[str, Any]) -> Mapping[str, Any]:
    first: Any = next(iter(event.get("targets") or ()), {})
    return first if isinstance(first, Mapping) else {"ip": first}


def _unmeaning(events: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[np.float32]]:
    """Return by kind what says nothing of what an event is, a row an event."""
    rows = [_row(event) for event in events]
    return {kind: np.array([row[kind] for row in rows], dtype=np.float32) for kind in rows[0]}


def _row(event: Mapping[str, Any]) -> dict[str, list[float]]:
    source, first = event["source"], _first_target(event)
    at = datetime.fromisoformat(event["detected_at"])
    mac = int(source["mac"].replace(":", ""), 16) if source.get("mac") else 0
    return {
        "source address": _bits(source["ip"]),
        "target address": _bits(first.get("ip")),
        "mac": [float(mac >> bit & 1) for bit in range(48)],
        "names": [bucket for end in (source, first) for name in _NAMES for bucket in _name(end.get(name))],
        "ids": [_bucket(event.get(name)) for name in _IDS],
        "clock": [float(part) for part in (at.month, at.day, at.weekday(), at.hour, at.minute, at.second)],
    }


def _bits(ip: str | None) -> list[float]:
    number = int(ipaddress.ip_address(ip)) if ip else 0
    return [float(number >> bit & 1) for bit in range(_BITS)]


def _name(text: str | None) -> tuple[float, ...]:
    """Return a name as a whole, and its letters: `scanner07` and `scanner12` are of one kind."""
    return _bucket(text), _bucket(_FIGURES.sub("", text.partition(".")[0]) if text else None)


def _bucket(text: str | None) -> float:
    return float(zlib.crc32(text.encode()) % _BUCKETS + 1) if text else 0.0
