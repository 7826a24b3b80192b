"""Static tables that stand beside the model: counted once on simulated data, kept as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from adscribe.errors import AdscribeError, ModelError, Place
from adscribe.model.outcomes import Outcome
from adscribe.training.baselines import StaticTable
from adscribe.training.detectors.detection import DETECTORS

FILE = "table.yaml"


class FrozenTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Answers by method and submethod.

    Attributes
    ----------
    majority : str
        Answer for a method that isn't listed.
    methods : dict of str to dict of str to str
        Answers by method, and in it by submethod; that of any other submethod under ``""``.
    """

    majority: str
    methods: dict[str, dict[str, str]]

    @classmethod
    def of(cls, table: StaticTable, pairs: Sequence[tuple[str, str]]) -> FrozenTable:
        """Keep what a table says of the methods that detectors report.

        Parameters
        ----------
        table : StaticTable
            Counted on training events.
        pairs : sequence of tuple of str
            Methods and submethods that the data have.
        """
        reported = sorted({detector.method for detector in DETECTORS})
        wanted = sorted({(method, "") for method in reported} | {one for one in pairs if one[0] in reported})
        answers = table.answer([method for method, _ in wanted], [submethod for _, submethod in wanted])
        methods: dict[str, dict[str, str]] = {method: {} for method in reported}
        for (method, submethod), answer in zip(wanted, answers, strict=True):
            methods[method][submethod] = answer.text
        return cls(majority=table.majority.text, methods=methods)

    def answer(self, method: str, submethod: str | None) -> Outcome:
        """Return what the table says of an event."""
        own = self.methods.get(method, {})
        return Outcome.parse(own.get(submethod or "") or own.get("") or self.majority)


class Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The tables of ``datasets/traffic``.

    Attributes
    ----------
    data : str
        SHA-256 of the content that they were counted on.
    table : FrozenTable
        The most frequent outcome.
    mapping : FrozenTable
        The most frequent category: a table that always names one.
    """

    data: str
    table: FrozenTable
    mapping: FrozenTable

    @classmethod
    def load(cls, folder: Path) -> Tables:
        """Read the tables of a folder.

        Raises
        ------
        AdscribeError
            If there are none.
        """
        try:
            found = msgspec.yaml.decode((folder / FILE).read_bytes(), type=cls)
            for one in (found.table, found.mapping):
                for text in (one.majority, *(text for own in one.methods.values() for text in own.values())):
                    Outcome.parse(text)
        except (OSError, msgspec.MsgspecError, ModelError) as wrong:
            raise AdscribeError(f"holds no static tables: {wrong}", place=Place(FILE)) from None
        return found

    def write(self, folder: Path) -> None:
        """Write them into a folder."""
        (folder / FILE).write_bytes(msgspec.yaml.encode(self))
