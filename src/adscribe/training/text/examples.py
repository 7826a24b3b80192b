"""What the text model learns from: experts' mappings of detections, and the codebook's own reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from adscribe.codebook import Codebook
from adscribe.codebook.rows import Row
from adscribe.training.corpora import IMPORTERS, Detection, parents, read

VENDORS = ("exabeam", "sentinel", "splunk", "sigma")
"""Sources that are held out in turn, and that figures are of."""

CODEBOOK = "codebook"

ANYWHERE = ("attack-technique", "attack-software", "ctid-cve")
"""Sources that count whole; of others, but for vendors, only what a network sensor sees."""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A text and the techniques that an expert assigned to it.

    Attributes
    ----------
    source : str
        Of the detection (`adscribe.training.corpora.detection.Source`), or `CODEBOOK`.
    network : bool
        Whether it is of what a network sensor sees.
    text : str
        Title, then description.
    techniques : frozenset of str
        Parent techniques.
    family : str
        Near-copies share it.
    """

    source: str
    network: bool
    text: str
    techniques: frozenset[str]
    family: str


def gather(folder: Path, names: Iterable[str] = IMPORTERS) -> tuple[Example, ...]:
    """Return the examples of all corpora below a folder, and those of the codebook that ships.

    Detections without a technique, or under a licence that doesn't let a model ship, are left out. Of
    corpora with many near-copies the capped part is taken, of vendors' all.

    Parameters
    ----------
    folder : Path
        Holds a folder for each corpus, by its name.
    names : iterable of str
        Corpora to read.

    Raises
    ------
    CorpusError
        If one can't be read.
    """
    found: list[Example] = []
    for name in names:
        corpus = read(name, folder / name)
        vendor = corpus.detections[0].source in VENDORS
        taken = corpus.detections if vendor else corpus.capped()
        found += [example(one) for one in taken if one.techniques and one.shippable]
    return (*found, *of_codebook(Codebook.load()))


def example(detection: Detection) -> Example:
    """Return a detection as an example."""
    return Example(
        source=detection.source,
        network=detection.network,
        text=detection.text,
        techniques=frozenset(parents(detection.techniques)),
        family=detection.family,
    )


def of_codebook(book: Codebook) -> tuple[Example, ...]:
    """Return the rows of a codebook that assign techniques: their reason, method and conditions as text."""
    return tuple(
        Example(
            source=CODEBOOK,
            network=True,
            text=_said(row),
            techniques=frozenset(parents(row.enterprise.techniques)),
            family=row.id,
        )
        for row in book.rows()
        if row.enterprise is not None and row.enterprise.techniques
    )


def weighted(
    examples: Iterable[Example], weights: Mapping[str, float], elsewhere: float
) -> list[tuple[Example, float]]:
    """Return the examples that count, with their weights.

    Parameters
    ----------
    examples : iterable of Example
    weights : mapping of str to float
        By source; one that isn't there doesn't count. Vendors count 1.
    elsewhere : float
        What a vendor's detections count that are of other than network data.
    """
    found = []
    for one in examples:
        if one.source in VENDORS:
            weight = 1.0 if one.network else elsewhere
        else:
            weight = weights.get(one.source, 0.0) if one.network or one.source in ANYWHERE else 0.0
        if weight > 0:
            found.append((one, weight))
    return found


def _said(row: Row) -> str:
    submethods = " ".join(name for name in row.submethods if name != "*")
    conditions = " ".join(str(condition).replace("_", " ") for condition in row.when)
    method = "" if row.method.startswith(("_", "*")) else row.method
    return f"{row.why}\n{method} {submethods} {conditions}"
