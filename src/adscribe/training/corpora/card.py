"""The data card of a corpus of expert mappings."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from adscribe.attack import Matrix
from adscribe.training.corpora.caps import PER_FAMILY, PER_LABEL
from adscribe.training.corpora.detection import ATTACK, Corpus, parents
from adscribe.training.corpora.sources import SourceEntry

LARGEST = 20
"""Families that the card shows."""

_SIZES = ((1, 1), (2, 5), (6, 20), (21, 100), (101, 10**9))


def card(corpus: Corpus, entry: SourceEntry) -> dict[str, Any]:
    """Return the card of a corpus as a JSON document."""
    all_, capped = corpus.detections, corpus.capped()
    families = Counter(one.family for one in all_)
    authors = Counter(" ".join(one.author.split()) for one in all_ if one.author)
    return {
        "corpus": corpus.name,
        "title": entry.title,
        "attack": f"enterprise {ATTACK}",
        "origins": [msgspec.to_builtins(origin) for origin in entry.origins],
        "licence": corpus.licence,
        "notice": entry.notice,
        "may_ship": entry.may_ship,
        "files": [msgspec.to_builtins(file) for file in corpus.files],
        "content_sha256": digest(corpus),
        "detections": len(all_),
        "selected": len(capped),
        "caps": {"per_family": PER_FAMILY, "per_label": PER_LABEL},
        "network": sum(one.network for one in all_),
        "shippable": sum(one.shippable for one in all_),
        "sources": _counted(one.source for one in all_),
        "licences": _counted(one.licence for one in all_),
        "labels": _counted(
            "techniques and tactics"
            if one.techniques and one.tactics
            else "techniques alone"
            if one.techniques
            else "tactics alone"
            for one in all_
        ),
        "techniques": _two((one.techniques for one in all_), (one.techniques for one in capped)),
        "parents": _two(
            (parents(one.techniques) for one in all_), (parents(one.techniques) for one in capped)
        ),
        "tactics": _two((one.tactics for one in all_), (one.tactics for one in capped)),
        "families": {
            "count": len(families),
            "sizes": {
                _size(low, high): sum(low <= size <= high for size in families.values())
                for low, high in _SIZES
            },
            "largest": dict(sorted(families.items(), key=lambda one: (-one[1], one[0]))[:LARGEST]),
        },
        "rejects": {
            what: _counted(one.reason for one in corpus.rejects if one.what == what)
            for what in ("detection", "label")
        },
        "authors": dict(sorted(authors.items())),
    }


def digest(corpus: Corpus) -> str:
    """Return the SHA-256 of all detections and of which are selected."""
    content = hashlib.sha256()
    for one in corpus.detections:
        content.update(msgspec.json.encode((one, (one.source, one.id) in corpus.selected)))
    return content.hexdigest()


def as_text(made: Mapping[str, Any], matrix: Matrix) -> str:
    """Return a card as Markdown; the matrix has the names of techniques."""
    named = (
        (f"{key} {matrix.technique(key).display}", *counts) for key, counts in made["techniques"].items()
    )
    parts = [
        f"# {made['title']}",
        f"Made by `adscribe data import {made['corpus']} PATH`; how, is in `docs/corpora.md`."
        " Counts are of detections, in brackets of those that remain when classes are capped.",
        _table(("", ""), _facts(made)),
        made["notice"],
        "## Origin",
        _table(
            ("origin", "commit", "date", "path"),
            ((one["repository"], one["commit"], one["date"], one["path"]) for one in made["origins"]),
        ),
        _table(("file", "SHA-256", "as in `datasets/sources.yaml`"), (_file(one) for one in made["files"])),
        "## Techniques",
        _table(
            ("technique", "detections"), ((name, f"{all_:,} ({capped:,})") for name, all_, capped in named)
        ),
        "## Tactics that were listed",
        _table(
            ("tactic", "detections"), ((name, f"{a:,} ({c:,})") for name, (a, c) in made["tactics"].items())
        )
        if made["tactics"]
        else "None: techniques alone.",
        "## Families of near-copies",
        _table(("size", "families"), made["families"]["sizes"].items()),
        _table(("largest", "detections"), made["families"]["largest"].items()),
        "## Not taken over",
        _table(
            ("what", "why", "times"),
            (
                (what, why, times)
                for what, reasons in made["rejects"].items()
                for why, times in reasons.items()
            ),
        )
        if any(made["rejects"].values())
        else "Nothing.",
    ]
    if made["authors"]:
        parts += ["## Authors", "; ".join(made["authors"]) + "."]
    return "\n\n".join(parts) + "\n"


def _facts(made: Mapping[str, Any]) -> list[tuple[str, str]]:
    caps = made["caps"]
    ships = f"{made['shippable']:,}" if made["may_ship"] else "none"
    return [
        ("detections", f"{made['detections']:,} ({made['selected']:,})"),
        *((f"from {source}", f"{count:,}") for source, count in made["sources"].items()),
        ("on what a network sensor sees", f"{made['network']:,}"),
        ("families of near-copies", f"{made['families']['count']:,}"),
        *((f"with {kind}", f"{count:,}") for kind, count in made["labels"].items()),
        *((f"under {licence}", f"{count:,}") for licence, count in made["licences"].items()),
        ("a shipped model may be trained on", ships),
        (
            "caps",
            f"{caps['per_family']} of a family with the same labels, {caps['per_label']} of a technique",
        ),
        ("ATT&CK", made["attack"]),
        ("content (SHA-256)", f"`{made['content_sha256']}`"),
    ]


def _file(one: Mapping[str, Any]) -> tuple[str, str, str]:
    expected = one["expected"]
    same = "yes" if expected == one["sha256"] else "no, that is another" if expected else "not listed there"
    return one["file"], f"`{one['sha256']}`", same


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda one: (-one[1], one[0])))


def _two(all_: Iterable[tuple[str, ...]], capped: Iterable[tuple[str, ...]]) -> dict[str, tuple[int, int]]:
    """Return how many detections list each label, of all and of those that are selected."""
    remain = Counter(label for labels in capped for label in labels)
    return {
        key: (count, remain[key]) for key, count in _counted(one for labels in all_ for one in labels).items()
    }


def _size(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} and more" if high > 10**6 else f"{low} to {high}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )
