"""The last runs that MLflow has, for the model's page: asked of its REST API, briefly, and never needed."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
import msgspec

EXPERIMENT = "adscribe"
"""Where `adscribe train`, `evaluate` and `promote` track their runs."""

SHOWN = 8
"""Runs that are asked for."""

SECONDS = 2.0
"""Longest time for all that is asked."""

MAX_BYTES = 2 * 2**20
"""Most of one answer that is read."""

FIGURES = {
    "model.wrong": "Wrong",
    "model.coverage": "Coverage",
    "model.exact": "Exact",
    "calibration_error": "Calibration error",
}
"""Main figures of a run, by the name of their metric."""

_T = TypeVar("_T")
# What candidates and choices tried lies within the runs that tried them.
_OWN = "tags.kind != 'candidate' AND tags.kind != 'choice'"


@dataclass(frozen=True, slots=True)
class Run:
    """A run.

    Attributes
    ----------
    name, status : str
        As MLflow has them.
    started_at : datetime or None
    kind : str or None
        Such as ``training`` or ``evaluation``.
    version : str or None
        Of the model that it registered or promoted.
    figures : mapping of str to float
        Those of `FIGURES` that it has.
    link : str
        Its page.
    """

    name: str
    status: str
    started_at: datetime | None
    kind: str | None
    version: str | None
    figures: Mapping[str, float]
    link: str


@dataclass(frozen=True, slots=True)
class Runs:
    """The last runs, the latest first, or why there are none to show."""

    runs: tuple[Run, ...] = ()
    error: str | None = None


class _Experiment(msgspec.Struct):
    experiment_id: str


class _Experiments(msgspec.Struct):
    experiments: list[_Experiment] = []


class _Info(msgspec.Struct):
    run_id: str
    run_name: str = ""
    status: str = ""
    start_time: int = 0


class _Metric(msgspec.Struct):
    key: str
    # A number that is none comes as text.
    value: float | str = ""


class _Tag(msgspec.Struct):
    key: str
    value: str = ""


class _Data(msgspec.Struct):
    metrics: list[_Metric] = []
    tags: list[_Tag] = []


class _Run(msgspec.Struct):
    info: _Info
    data: _Data = msgspec.field(default_factory=_Data)


class _Found(msgspec.Struct):
    runs: list[_Run] = []


class _Version(msgspec.Struct):
    version: str
    run_id: str = ""


class _Versions(msgspec.Struct):
    model_versions: list[_Version] = []


async def last_runs(url: str) -> Runs:
    """Ask MLflow for the last runs.

    Nothing of the service goes with the question: no token, no cookie, nothing of the environment or of
    ``.netrc``; a redirect isn't followed.

    Parameters
    ----------
    url : str
        Where MLflow's pages are.
    """
    base = url.rstrip("/")
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(base_url=f"{base}/api/2.0/mlflow/", timeout=SECONDS, trust_env=False) as client,
        ):
            return Runs(await _runs(client, base))
    except TimeoutError:
        return Runs(error=f"MLflow didn't answer within {SECONDS:.0f} seconds.")
    except httpx.HTTPStatusError as refused:
        return Runs(error=f"MLflow answered with status {refused.response.status_code}.")
    except httpx.HTTPError:
        return Runs(error="MLflow can't be reached.")
    except (msgspec.MsgspecError, OverflowError, OSError, ValueError):
        return Runs(error="What MLflow answered can't be read.")


async def _runs(client: httpx.AsyncClient, base: str) -> tuple[Run, ...]:
    named = {"filter": f"name = '{EXPERIMENT}'", "max_results": 1}
    experiments = await _ask(client, "POST", "experiments/search", _Experiments, json=named)
    if not experiments.experiments:
        return ()
    asked = {
        "experiment_ids": [experiments.experiments[0].experiment_id],
        "filter": _OWN,
        "order_by": ["attributes.start_time DESC"],
        "max_results": SHOWN,
    }
    found = await _ask(client, "POST", "runs/search", _Found, json=asked)
    of_model = {"filter": f"name = '{EXPERIMENT}'", "max_results": 100}
    versions = await _ask(client, "GET", "model-versions/search", _Versions, params=of_model)
    registered = {one.run_id: one.version for one in versions.model_versions}
    experiment = experiments.experiments[0].experiment_id
    return tuple(
        _run(one, registered, f"{base}/#/experiments/{experiment}/runs/") for one in found.runs[:SHOWN]
    )


def _run(found: _Run, registered: Mapping[str, str], pages: str) -> Run:
    info, tags = found.info, {one.key: one.value for one in found.data.tags}
    metrics = {one.key: one.value for one in found.data.metrics}
    return Run(
        name=info.run_name,
        status=info.status.lower(),
        started_at=datetime.fromtimestamp(info.start_time / 1000, UTC) if info.start_time else None,
        kind=tags.get("kind"),
        version=registered.get(info.run_id) or tags.get("version"),
        figures={
            name: value
            for name in FIGURES
            if isinstance(value := metrics.get(name), float) and math.isfinite(value)
        },
        link=f"{pages}{info.run_id}",
    )


async def _ask(client: httpx.AsyncClient, method: str, path: str, kind: type[_T], **options: Any) -> _T:
    async with client.stream(method, path, **options) as response:
        if response.is_redirect:
            # It leads elsewhere, such as to a page to sign in on.
            raise httpx.HTTPStatusError("redirect", request=response.request, response=response)
        response.raise_for_status()
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > MAX_BYTES:
                raise ValueError("the answer is too long")
    return msgspec.json.decode(content, type=kind)
