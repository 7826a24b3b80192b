"""How much of a corpus may be of one kind.

Corpora are skewed: a third of the mapped rules of Emerging Threats name one dynamic-DNS domain each. So
at most `PER_FAMILY` detections of a family with the same labels are selected, and at most `PER_LABEL`
detections of a source that list a technique (or, of those that list none, a tactic); a detection stays as
long as one of its labels has room. So no label of a corpus is lost.

The order in which they are taken decides which stay: first one of each family, then the second of each,
and so on; those that a shipped model may be trained on come first, and else the SHA-256 of source and id
decides. Nothing is drawn, so the same corpus gives the same selection.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from adscribe.training.corpora.detection import Detection, parents

PER_FAMILY = 5
"""Detections of one family with the same labels that are selected."""

PER_LABEL = 300
"""Detections of one source that list one technique, sub-techniques included, and are selected."""


def select(
    detections: Sequence[Detection], *, per_family: int = PER_FAMILY, per_label: int = PER_LABEL
) -> frozenset[tuple[str, str]]:
    """Return source and id of the detections that remain when classes are capped."""
    copies: dict[tuple[object, ...], list[Detection]] = defaultdict(list)
    for one in sorted(detections, key=_order):
        copies[one.source, one.family, one.techniques, one.tactics].append(one)
    rounds = ((rank, one) for members in copies.values() for rank, one in enumerate(members[:per_family]))
    counts: Counter[tuple[str, str]] = Counter()
    selected: set[tuple[str, str]] = set()
    for _, one in sorted(rounds, key=lambda ranked: (ranked[0], *_order(ranked[1]))):
        labels = [(one.source, label) for label in parents(one.techniques) or one.tactics]
        if any(counts[label] < per_label for label in labels):
            counts.update(labels)
            selected.add((one.source, one.id))
    return frozenset(selected)


def _order(one: Detection) -> tuple[bool, str]:
    return not one.shippable, hashlib.sha256(f"{one.source}\n{one.id}".encode()).hexdigest()
