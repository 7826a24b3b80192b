"""``adscribe serve``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from adscribe.service.settings import Settings, described, variable


def _option(name: str) -> Any:
    flag = f"--{name.replace('_', '-')}"
    return typer.Option(flag, envvar=variable(name), help=described(name))


def serve(
    site: Annotated[Path | None, _option("site")] = Settings.site,
    model: Annotated[str, _option("model")] = Settings.model,
    model_poll_seconds: Annotated[float, _option("model_poll_seconds")] = Settings.model_poll_seconds,
    model_cache: Annotated[Path | None, _option("model_cache")] = Settings.model_cache,
    challenger: Annotated[str | None, _option("challenger")] = Settings.challenger,
    risk: Annotated[float | None, _option("risk")] = Settings.risk,
    residual: Annotated[Path | None, _option("residual")] = Settings.residual,
    evaluation: Annotated[Path | None, _option("evaluation")] = Settings.evaluation,
    mlflow_url: Annotated[str | None, _option("mlflow_url")] = Settings.mlflow_url,
    store: Annotated[str | None, _option("store")] = Settings.store,
    demo: Annotated[bool, _option("demo")] = Settings.demo,
    no_raw: Annotated[bool, _option("no_raw")] = Settings.no_raw,
    keep_days: Annotated[float, _option("keep_days")] = Settings.keep_days,
    keep_events: Annotated[int, _option("keep_events")] = Settings.keep_events,
    keep_reviewed_days: Annotated[float, _option("keep_reviewed_days")] = Settings.keep_reviewed_days,
    timeout_minutes: Annotated[float, _option("timeout_minutes")] = Settings.timeout_minutes,
    timeouts: Annotated[str | None, _option("timeouts")] = Settings.timeouts,
    host: Annotated[str, _option("host")] = Settings.host,
    port: Annotated[int, _option("port")] = Settings.port,
    workers: Annotated[int, _option("workers")] = Settings.workers,
    insecure: Annotated[bool, _option("insecure")] = Settings.insecure,
    body_bytes: Annotated[int, _option("body_bytes")] = Settings.body_bytes,
    records: Annotated[int, _option("records")] = Settings.records,
    request_seconds: Annotated[float, _option("request_seconds")] = Settings.request_seconds,
    concurrency: Annotated[int, _option("concurrency")] = Settings.concurrency,
    threads: Annotated[int, _option("threads")] = Settings.threads,
    site_poll_seconds: Annotated[float, _option("site_poll_seconds")] = Settings.site_poll_seconds,
    log_level: Annotated[str, _option("log_level")] = Settings.log_level,
) -> None:
    """Answer events over HTTP, keep them, and show them in a browser.

    The token that clients must send is read from ADSCRIBE_TOKEN only: what stands on a
    command line can be read by every user of the machine.

    Example: adscribe serve --site site.yaml --port 8000
    """
    settings = Settings(
        site=site,
        model=model,
        model_poll_seconds=model_poll_seconds,
        model_cache=model_cache,
        challenger=challenger,
        risk=risk,
        residual=residual,
        evaluation=evaluation,
        mlflow_url=mlflow_url,
        store=store,
        demo=demo,
        no_raw=no_raw,
        keep_days=keep_days,
        keep_events=keep_events,
        keep_reviewed_days=keep_reviewed_days,
        timeout_minutes=timeout_minutes,
        timeouts=timeouts,
        host=host,
        port=port,
        workers=workers,
        token=os.environ.get(variable("token")),
        insecure=insecure,
        body_bytes=body_bytes,
        records=records,
        request_seconds=request_seconds,
        concurrency=concurrency,
        threads=threads,
        site_poll_seconds=site_poll_seconds,
        log_level=log_level,
    )
    # Only here: it takes a while, and the other commands need none of it.
    from adscribe.service.server import serve as start  # noqa: PLC0415

    start(settings)
