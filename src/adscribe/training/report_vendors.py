"""What the text model says of detections of a vendor that it hasn't seen, as a file and for the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from adscribe.errors import AdscribeError, Place
from adscribe.training.bootstrap import Draws, Estimate, estimate
from adscribe.training.text.candidates import BASE
from adscribe.training.text.examples import VENDORS, Example
from adscribe.training.text.nested import Hits, Out, compare, reported


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor, held out.

    Attributes
    ----------
    vendor : str
        Which.
    chosen : str
        The candidate that did best on the three others.
    first, among : Estimate or None
        Share of its detections whose right parent technique is first, and among the first three;
        intervals by drawing families of near-copies.
    base_first, base_among : Estimate or None
        The same of the candidate to beat.
    """

    vendor: str
    chosen: str
    first: Estimate | None
    among: Estimate | None
    base_first: Estimate | None
    base_among: Estimate | None


class VendorsOut(msgspec.Struct, frozen=True, kw_only=True):
    """All vendors, each held out once.

    Attributes
    ----------
    base : str
        The candidate to beat.
    vendors : tuple of Vendor
        One by one.
    gain_first, gain_among : Estimate
        Mean gain over the vendors, in shares of detections.
    """

    base: str
    vendors: tuple[Vendor, ...]
    gain_first: Estimate
    gain_among: Estimate


def vendors_out(
    trials: Mapping[str, Mapping[tuple[Out, str], Hits]],
    chosen: Mapping[str, str],
    tests: Mapping[str, Sequence[Example]],
) -> VendorsOut:
    """Return the figures of trials.

    Parameters
    ----------
    trials : mapping
        See `adscribe.training.text.nested.trials`, by candidate.
    chosen : mapping of str to str
        The candidate for each vendor, chosen without it.
    tests : mapping of str to sequence of Example
        The detections that they are of.
    """
    best, base = reported(trials, chosen), reported(trials, dict.fromkeys(VENDORS, BASE.name))
    gain = compare(best, base, tests)
    found = []
    for vendor in VENDORS:
        first, among = _shares(best[vendor], tests[vendor])
        base_first, base_among = _shares(base[vendor], tests[vendor])
        found.append(
            Vendor(
                vendor=vendor,
                chosen=chosen[vendor],
                first=first,
                among=among,
                base_first=base_first,
                base_among=base_among,
            )
        )
    return VendorsOut(base=BASE.name, vendors=tuple(found), gain_first=gain.first, gain_among=gain.among)


def write(found: VendorsOut, path: Path) -> None:
    """Write the figures as JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


def read(path: Path) -> VendorsOut:
    """Read what `write` wrote.

    Raises
    ------
    AdscribeError
        If it isn't that.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=VendorsOut)
    except (OSError, msgspec.MsgspecError) as wrong:
        raise AdscribeError(
            "holds no figures of held-out vendors",
            place=Place(str(path)),
            hint="python -m pipelines.text CORPORA --only compare --json FILE writes them",
        ) from wrong


def _shares(hits: Hits, tests: Sequence[Example]) -> list[Estimate | None]:
    _, at = np.unique([one.family for one in tests], return_inverse=True)
    sums = np.zeros((int(at.max()) + 1, 3))
    np.add.at(sums, at, np.c_[hits, np.ones(len(at))])
    draws = Draws.of(len(sums))
    return [estimate(draws.ratio(sums[:, side], sums[:, 2]), len(at)) for side in (0, 1)]
