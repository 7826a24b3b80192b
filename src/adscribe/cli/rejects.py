"""What can't be read, kept apart from what was."""

from __future__ import annotations

from typing import IO

import msgspec
import typer

from adscribe.sensors import Reject

UNREADABLE = 3
"""Exit status when some input couldn't be read."""


class Rejects:
    """Writes rejects to a file, or their place and reason to standard error.

    Parameters
    ----------
    sink : binary file, optional
        Where they go; standard error when not given.

    Attributes
    ----------
    number : int
        How many there were.
    """

    def __init__(self, sink: IO[bytes] | None) -> None:
        self.number = 0
        self._sink = sink

    def write(self, name: str, reject: Reject) -> None:
        """Write one of an input."""
        self.number += 1
        if self._sink is None:
            # Only the place and the reason: an input can hold addresses.
            pointer = f", {reject.pointer}" if reject.pointer else ""
            typer.echo(f"{name}, line {reject.line}{pointer}: {reject.reason}", err=True)
            return
        entry = {
            "file": name,
            "line": reject.line,
            "pointer": reject.pointer,
            "reason": reject.reason,
            "text": reject.text,
        }
        self._sink.write(msgspec.json.encode(entry) + b"\n")

    def exit(self) -> None:
        """End the command with `UNREADABLE` when there was any."""
        if self.number:
            raise typer.Exit(UNREADABLE)
