"""A capture read: the reports of the detectors, and what its flows are labelled."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from adscribe.errors import AdscribeError, Place
from adscribe.flows import Flow, read_flows
from adscribe.training.detectors import Detection, Detectors
from adscribe.training.traffic.captures import Capture

_WHOLE_DAY = 23 * 3600.0
_CHUNK = 1 << 20


@dataclass(slots=True)
class Day:
    """What a local day of a capture holds.

    Attributes
    ----------
    first, last : float
        Ends of its first and last flow, in seconds since 1970.
    benign : bool
        Whether every flow carries a label, and none that stands for an attack.
    """

    first: float
    last: float
    benign: bool = True

    @property
    def complete(self) -> bool:
        """Whether the flows span the day."""
        return self.last - self.first >= _WHOLE_DAY


@dataclass(slots=True)
class Recording:
    """What became of a capture.

    Attributes
    ----------
    detections : list of Detection
        Reports of the detectors, in the order of their times.
    labels : Counter of str
        Flows by label; those without one under ``""``.
    days : dict of date to Day
        By day of the site.
    """

    detections: list[Detection] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)
    days: dict[date, Day] = field(default_factory=dict)

    @property
    def flows(self) -> int:
        """How many there are."""
        return self.labels.total()

    @property
    def benign_days(self) -> list[date]:
        """Complete days without an attack: the only ones on which an alarm is known to be false."""
        return [day for day, held in self.days.items() if held.benign and held.complete]


def record(capture: Capture, folder: Path) -> Recording:
    """Read a capture and let the detectors report.

    Parameters
    ----------
    capture : Capture
        Which one.
    folder : Path
        That its files lie in.

    Raises
    ------
    AdscribeError
        If a file is missing, or isn't the one that the truths were written for.
    """
    for name, expected in capture.files.items():
        if _digest(folder / name) != expected:
            raise AdscribeError(
                "is another file than the one whose truths are known",
                place=Place(name),
                hint="datasets/sources.yaml says where it is from",
            )
    recording = Recording()
    detectors = Detectors(capture.site.is_internal)
    flows = (_read(capture, folder / name, recording) for name in capture.files)
    recording.detections = list(detectors.detect(*flows))
    return recording


def _read(capture: Capture, path: Path, recording: Recording) -> Iterator[Flow]:
    zone = capture.site.timezone
    attacks: dict[str, bool] = {}
    for flow in read_flows(path, zone=zone):
        if not isinstance(flow, Flow):
            continue
        label = flow.label or ""
        recording.labels[label] += 1
        if label not in attacks:
            attacks[label] = not capture.is_calm(label)
        day = datetime.fromtimestamp(flow.end, zone).date()
        held = recording.days.setdefault(day, Day(flow.end, flow.end))
        held.first, held.last = min(held.first, flow.end), max(held.last, flow.end)
        held.benign = held.benign and not attacks[label]
        yield flow


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                found.update(chunk)
    except OSError as wrong:
        raise AdscribeError("can't be read", place=Place(str(path))) from wrong
    return found.hexdigest()
