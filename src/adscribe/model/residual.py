"""What a site's analysts have taught beyond the model: bounded offsets, beside it and never in it.

A *cell* is a detection method and the roles of the monitored end. Each has offsets in log-odds for labels of
outcomes: a reason, a technique or its parent, or `CATEGORY`, that any category applies. They are added to the
model's logits for events of the cell. What verdicts may do is limited wherever the file came from:

- the odds between two outcomes change by `BOUND` at most, about as much as one strong fact would;
- an all-clear is given only where the model gives it on its own: offsets can take one away, never make one;
- an event that the site forbids isn't touched, nor one that is unfamiliar.

So of the answers `benign` and `misconfiguration` none is new. The share of wrong categories was promised for
the model alone; with a residual it is to be measured.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from adscribe.context import Context
from adscribe.context.vocabulary import load_vocabulary
from adscribe.context.words import cut, listing, percent
from adscribe.errors import ModelError, Place
from adscribe.model.decoding import CALM, Decision
from adscribe.model.outcomes import REASONS, Outcome, OutcomeSpace
from adscribe.model.softmax import Array, Softmax

BOUND = 3.0
"""Log-odds by which two outcomes move against each other at most: twenty-fold odds."""

CATEGORY = "category"
"""The label of all outcomes with a category."""

FORMAT = 1
"""Of the file. Another number is refused; fields with a default may be added within one."""

MOST_CELLS = 10_000
MOST_BYTES = 2**25

_LONGEST = 240


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt of one kind of event.

    Attributes
    ----------
    method : str
        Detection method.
    roles : tuple of str
        Roles of the monitored end, sorted; none where none is known.
    verdicts, events, analysts, days : int
        Verdicts that count, the events that they are on, who gave them, and on how many days.
    first, last : datetime
        When the first and the last was given.
    judged : mapping of str to int
        How many of the events were judged what: a reason, or techniques joined by ``+``.
    expected : mapping of str to float
        How many the model would have expected of each.
    offsets : mapping of str to float
        Label to log-odds.
    """

    method: str
    roles: tuple[str, ...]
    verdicts: int
    events: int
    analysts: int
    days: int
    first: datetime
    last: datetime
    judged: dict[str, int]
    expected: dict[str, float]
    offsets: dict[str, float]


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that nothing was learnt of, and why."""

    method: str
    roles: tuple[str, ...]
    verdicts: int
    why: str


class Residual(msgspec.Struct, frozen=True, kw_only=True):
    """The file.

    Attributes
    ----------
    model : str
        Fingerprint of the model that it stands beside; see `fingerprint`.
    attack : str
        Version of Enterprise ATT&CK that the labels are of.
    site : str or None
        The site file that the verdicts' events were read with.
    bound, prior : float
        The largest change of odds, and the standard deviation that offsets were expected to have.
    verdicts, set_aside : int
        Verdicts that count, and those in quarantine.
    cells, left_out : tuple
        What was learnt, and what wasn't.
    """

    format: int = FORMAT
    model: str
    attack: str
    site: str | None
    bound: float
    prior: float
    verdicts: int
    set_aside: int
    cells: tuple[Cell, ...]
    left_out: tuple[LeftOut, ...] = ()

    def to_json(self) -> bytes:
        """Return the file's content, to be read by people as well."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @property
    def sha256(self) -> str:
        """Digest of the content, which answers name."""
        return hashlib.sha256(self.to_json()).hexdigest()


def load(path: Path) -> Residual:
    """Read a file.

    Raises
    ------
    ModelError
        If it can't be read or isn't laid out as expected.
    """
    place = Place(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as wrong:
        raise ModelError(f"can't be read: {wrong.strerror or 'unknown error'}", place=place) from None
    hint = "adscribe feedback learn writes one"
    if len(data) > MOST_BYTES:
        raise ModelError(f"more than {MOST_BYTES:,} bytes", place=place, hint=hint)
    try:
        residual = msgspec.json.decode(data, type=Residual)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as wrong:
        raise ModelError(f"no residual: {wrong}", place=place, hint=hint) from None
    if residual.format != FORMAT:
        raise ModelError(f"a residual of the format {residual.format}", place=place, hint="learn it again")
    if len(residual.cells) > MOST_CELLS:
        raise ModelError(f"more than {MOST_CELLS:,} cells", place=place, hint=hint)
    return residual


def fingerprint(softmax: Softmax, space: OutcomeSpace) -> str:
    """Return what tells a model from all others: offsets mean nothing beside another."""
    digest = hashlib.sha256("\n".join(space.texts).encode())
    digest.update(np.ascontiguousarray(softmax.coefficients).data)
    digest.update(np.ascontiguousarray(softmax.intercept).data)
    return f"sha256:{digest.hexdigest()}"


class Key(NamedTuple):
    """A cell's method and roles."""

    method: str
    roles: tuple[str, ...]

    @property
    def text(self) -> str:
        """In an analyst's words: ``UPLOAD, a backup server``."""
        vocabulary = load_vocabulary()
        word = vocabulary.keys["source_role"].word
        roles = tuple(word(role) for role in self.roles if role in vocabulary.roles)
        return f"{self.method}, {listing(roles) or 'no known role'}"


def key_of(context: Context) -> Key:
    """Return the cell of an event: of its source where that lies inside, else of its targets."""
    end = "source_role" if context.values("source") == ("inside",) else "target_role"
    return Key(context.event.method, tuple(sorted(context.values(end))))


def labels_of(outcome: Outcome) -> frozenset[str]:
    """Return the labels of an outcome that offsets can be for."""
    if outcome.reason is not None and not outcome.is_category:
        return frozenset((outcome.reason,))
    parents = {name.partition(".")[0] for name in outcome.techniques}
    return frozenset((CATEGORY, *outcome.techniques)) | parents


class Offsets(NamedTuple):
    """What verdicts add to one event.

    Attributes
    ----------
    logits : array of float32, outcomes
        Added to the model's.
    text : str
        The verdicts in an analyst's words.
    """

    logits: Array
    text: str

    def moved(self, probabilities: Array) -> Array:
        """Return the probabilities with the offsets."""
        found: Array = probabilities * np.exp(self.logits)
        found /= found.sum()
        return found


class Beside:
    """A residual beside the outcomes of a model.

    Parameters
    ----------
    residual : Residual
        What was learnt.
    softmax, space : Softmax, OutcomeSpace
        Of the model.

    Raises
    ------
    ModelError
        If it was learnt beside another model, a cell stands twice or an offset is no number.
    """

    def __init__(self, residual: Residual, softmax: Softmax, space: OutcomeSpace) -> None:
        if residual.model != fingerprint(softmax, space):
            raise ModelError(
                "the residual was learnt beside another model", hint="learn it again beside this"
            )
        if residual.attack != space.enterprise.name:
            raise ModelError(
                f"the residual speaks of {residual.attack}, the model of {space.enterprise.name}"
            )
        self.residual = residual
        self.reference = f"sha256:{residual.sha256}"
        self._is_category = space.is_category
        labels = [labels_of(outcome) for outcome in space.outcomes]
        self._offsets: dict[Key, Offsets] = {}
        for cell in residual.cells:
            key = Key(cell.method, tuple(sorted(cell.roles)))
            if key in self._offsets:
                raise ModelError(f"the residual has the cell {key.text} twice")
            self._offsets[key] = Offsets(bounded(cell.offsets, labels), _told(key, cell))

    def of(self, context: Context) -> Offsets | None:
        """Return what verdicts add to an event; ``None`` where they have no say."""
        if not self._offsets or context.values("authorised") == ("no",):
            return None
        return self._offsets.get(key_of(context))

    def doubt(self, decision: Decision, own: Array, calm: float) -> str | None:
        """Return why a decision can't stand, in words: an all-clear that the model alone doesn't give.

        Parameters
        ----------
        decision : Decision
            With the offsets.
        own : array, outcomes
            Probabilities of the model alone.
        calm : float
            How probable any category may be in an all-clear.
        """
        any_category = float(self._is_category @ own)
        if decision.reason not in CALM or any_category <= calm:
            return None
        left = percent(any_category)
        return f"verdicts alone give no all-clear: without them {left} remain for a category"


def bounded(offsets: Mapping[str, float], labels: list[frozenset[str]]) -> Array:
    """Return what offsets add to each outcome, none more than half of `BOUND` up or down.

    Raises
    ------
    ModelError
        If one is no number.
    """
    if not all(math.isfinite(value) for value in offsets.values()):
        raise ModelError("an offset of the residual is no number")
    sums = [math.fsum(offsets[name] for name in having if name in offsets) for having in labels]
    return np.clip(np.array(sums, dtype=np.float32), -BOUND / 2, BOUND / 2)


def _told(key: Key, cell: Cell) -> str:
    if not cell.judged:
        return f"analysts judged such events here ({key.text})"
    most = max(cell.judged, key=lambda name: (cell.judged[name], name))
    called = most.replace("_", " ") if most in REASONS else most
    share = f"{cell.judged[most]:,} of {cell.events:,}"
    return cut(f"analysts judged {share} such events here as {called} ({key.text})", _LONGEST)
