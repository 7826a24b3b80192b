"""`adscribe data events-from-flows`: captures become events."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import IO, Annotated

import msgspec
import typer
from rich.console import Console

from adscribe.cli.rejects import Rejects
from adscribe.event.native import to_native
from adscribe.flows import Flow, FlowIndex, PeerName, read_flows
from adscribe.sensors import Reject
from adscribe.site import Site

_PLAIN_EVERY = 5.0
_SAID_EVERY = 10_000


def events_from_flows(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Zeek, nfdump or CICFlowMeter; .gz as well.")
    ],
    out: Annotated[Path, typer.Option(help="File for the events, a native event a line.")],
    labels: Annotated[
        Path | None,
        typer.Option(help="File for the labels of each event's flows, where the data set has them."),
    ] = None,
    site: Annotated[
        Path | None, typer.Option(help="Site file; private ranges are the inside when not given.")
    ] = None,
    data_feed: Annotated[str | None, typer.Option(help="Name of the data feed that events carry.")] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="File for what can't be read; standard error when not given.")
    ] = None,
) -> None:
    """Report what a detector of Flowmon's kind would report of recorded flows, updates included.

    Files that follow each other in time are one recording; one that begins earlier than the file before
    it is a capture of its own. Labels go to a file of their own, a line an event in the
    same order; no detector reads them.
    """
    # Only commands of `data` need the training room.
    from adscribe.training.detectors import Detectors  # noqa: PLC0415

    network = Site.load(site) if site else Site.default()
    detectors = Detectors(network.is_internal, data_feed=data_feed)
    reported: Counter[str] = Counter()
    opened = 0
    with ExitStack() as stack:
        sink = stack.enter_context(_new(rejects)) if rejects else None
        events = stack.enter_context(_new(out))
        truths = stack.enter_context(_new(labels)) if labels else None
        flows = _Flows(files, network.timezone, Rejects(sink), stack.enter_context(_progress()))
        for number, report in enumerate(detectors.detect(*flows.recordings()), start=1):
            events.write(msgspec.json.encode(to_native(report.event)) + b"\n")
            if truths is not None:
                entry = {"line": number, "labels": report.labels}
                truths.write(msgspec.json.encode(entry, order="sorted") + b"\n")
            reported[report.event.method] += 1
            opened += report.event.updated_at is None
    if detectors.left_out:
        typer.echo(f"{detectors.left_out:,} flows of too many sources at once were not counted", err=True)
    methods = ", ".join(f"{method} {number:,}" for method, number in sorted(reported.items())) or "none"
    typer.echo(f"flows {flows.number:,}, events {opened:,}, reports {reported.total():,}: {methods}")
    flows.rejects.exit()


def read_index(files: list[Path], site: Site, rejects: Rejects) -> FlowIndex:
    """Return the flows of files for looking up.

    Raises
    ------
    FlowError
        A file can't be read, or there are more flows than are kept.
    """
    index = FlowIndex()
    with _progress() as say:
        flows = _Flows(files, site.timezone, rejects, say)
        for recording in flows.records():
            for record in recording:
                index.add(record)
    return index


def _new(path: Path) -> IO[bytes]:
    try:
        return path.open("wb")
    except OSError as wrong:
        raise typer.BadParameter(f"{path} can't be written: {wrong.strerror}") from None


class _Flows:
    """The flows of files, with a sign of life now and then."""

    def __init__(
        self, files: list[Path], zone: tzinfo, rejects: Rejects, say: Callable[[str], object]
    ) -> None:
        self.number = 0
        self.rejects = rejects
        self._files = files
        self._zone = zone
        self._say = say

    def records(self) -> list[Iterator[Flow | PeerName]]:
        """Return what each file holds, without what can't be read."""
        return [self._read(file) for file in self._files]

    def recordings(self) -> list[Iterator[Flow]]:
        """Return the flows of each file."""
        return [(record for record in records if isinstance(record, Flow)) for records in self.records()]

    def _read(self, file: Path) -> Iterator[Flow | PeerName]:
        for record in read_flows(file, zone=self._zone):
            if isinstance(record, Reject):
                self.rejects.write(str(file), record)
                continue
            self.number += isinstance(record, Flow)
            yield record
            if self.number % _SAID_EVERY == 0:
                self._say(f"{file.name}: {self.number:,} flows")


@contextmanager
def _progress() -> Iterator[Callable[[str], object]]:
    """Give what shows how far the reading is: one line on a terminal, a line now and then elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _PlainLines()
        return
    with console.status("flows") as status:
        yield status.update


class _PlainLines:
    """Lines for a log: one every few seconds."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _PLAIN_EVERY

    def __call__(self, line: str) -> None:
        if time.monotonic() >= self._next:
            typer.echo(line, err=True)
            self._next = time.monotonic() + _PLAIN_EVERY
