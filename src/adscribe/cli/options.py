"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from adscribe.sensors import FORMATS


def _known(name: str) -> str:
    if name not in ("auto", *FORMATS):
        raise typer.BadParameter(f"there is no format {name!r}")
    return name


EventFormat = Annotated[
    str,
    typer.Option(
        "--format",
        metavar=f"auto|{'|'.join(FORMATS)}",
        callback=_known,
        help="Form of the events; auto recognises each on its own.",
    ),
]
