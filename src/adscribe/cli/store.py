"""`adscribe store`: what is to be done with a store besides serving it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from adscribe.service.settings import Settings, described, variable

app = typer.Typer(name="store", help="The store of events.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `prune` a command of its own while there is no other."""


def _option(name: str) -> Any:
    return typer.Option(envvar=variable(name), help=described(name))


@app.command("prune", epilog="Example: adscribe store prune --store adscribe.db --keep-days 90")
def prune(
    store: Annotated[
        str, typer.Option(envvar=variable("store"), help="A file, or postgresql://user@host/database.")
    ],
    keep_days: Annotated[float, _option("keep_days")] = Settings.keep_days,
    keep_events: Annotated[int, _option("keep_events")] = Settings.keep_events,
    keep_reviewed_days: Annotated[float, _option("keep_reviewed_days")] = Settings.keep_reviewed_days,
    timeout_minutes: Annotated[float, _option("timeout_minutes")] = Settings.timeout_minutes,
    timeouts: Annotated[str | None, _option("timeouts")] = Settings.timeouts,
) -> None:
    """Delete the events that needn't be kept, with their revisions; a service may run meanwhile.

    None is deleted that a report may still belong to: within the longest of the timeouts.
    """
    settings = Settings(
        keep_days=keep_days,
        keep_events=keep_events,
        keep_reviewed_days=keep_reviewed_days,
        timeout_minutes=timeout_minutes,
        timeouts=timeouts,
    )
    # Only here: the other commands need no database.
    from adscribe.store import Store, StoreError  # noqa: PLC0415

    with Store(store) as found:
        if not found.exists:
            raise StoreError("no such file", hint="name the store that adscribe serve keeps events in")
        found.upgrade()
        deleted = found.prune(
            keep_days=settings.keep_days,
            keep_events=settings.keep_events,
            keep_reviewed_days=settings.keep_reviewed_days,
            timeout=settings.longest_timeout,
        )
    typer.echo(f"{deleted:,} events deleted")
