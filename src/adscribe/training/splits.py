"""Nothing of the test may be known in training: what belongs together lies in one part."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from adscribe.errors import AdscribeError, Place

SPLITS = ("train", "calibrate", "validate", "test")

TOGETHER = ("site", "campaign", "event_key")
"""Columns whose values lie in one part each."""


class SplitError(AdscribeError):
    """Data whose parts know of one another."""


def check(columns: Mapping[str, Sequence[str | None]], held_out: Collection[str] = ()) -> None:
    """Make sure that the parts are apart.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        ``site``, ``split``, ``campaign``, ``event_key``, ``behaviour`` and ``parameter_set`` of each
        row. A campaign is named ``<site>-<kind>-<number>``; keys of events are unique among all sites.
    held_out : collection of str
        Behaviours, ``behaviour/parameter set`` and kinds of campaign that only the test may have.

    Raises
    ------
    SplitError
        If a part is unknown, a site, campaign or event lies in two, or something held out lies
        outside of the test.
    """
    splits = columns["split"]
    for row, split in enumerate(splits):
        if split not in SPLITS:
            raise SplitError(f"{split!r} is no part of the data", place=Place(line=row + 1))
    for name in TOGETHER:
        _together(name.replace("_", " "), columns[name], splits)
    kept = set(held_out)
    names = ("site", "behaviour", "parameter_set", "campaign", "split")
    for site, behaviour, parameters, campaign, split in set(
        zip(*(columns[name] for name in names), strict=True)
    ):
        kind = campaign.removeprefix(f"{site}-").rpartition("-")[0] if campaign else None
        for found in (behaviour, f"{behaviour}/{parameters}", kind):
            if split != "test" and found in kept:
                raise SplitError(f"{found} is held out for the test but lies in {split}", hint="build anew")


def _together(name: str, values: Iterable[str | None], splits: Sequence[str | None]) -> None:
    parts: dict[str, str | None] = {}
    for value, split in zip(values, splits, strict=True):
        if value is not None and parts.setdefault(value, split) != split:
            raise SplitError(
                f"the {name} {value!r} lies in {parts[value]} and in {split}",
                hint="split by site; an event, its updates and a campaign lie in one",
            )
