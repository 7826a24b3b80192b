"""The last runs on the model page, as a real MLflow tells them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from adscribe.service import runs
from adscribe.service.runs import EXPERIMENT, last_runs
from adscribe.service.settings import Settings
from adscribe.training import tracking
from tests.pages.reading import Page
from tests.service.harness import Service
from tests.service.running import free_port

# MLflow and what it brings warn of one another, and of themselves when imported.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server with runs, and its address."""
    folder = tmp_path_factory.mktemp("mlflow")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--workers", "1"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    environment = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # Consumers of jobs that nothing here asks for take longer to start than the rest.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        until(lambda: httpx.get(f"{url}/health", timeout=5).status_code == 200)
        fill(url)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; a server that starts refuses connections meanwhile."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        with suppress(httpx.HTTPError):
            if holds():
                return
        time.sleep(0.2)
    raise AssertionError("MLflow didn't start")


def fill(url: str) -> None:
    """Track what trainings track, as far as it is shown."""
    with httpx.Client(base_url=f"{url}/api/2.0/mlflow/", timeout=60) as client:

        def ask(path: str, **content: Any) -> Any:
            answer = client.post(path, json=content)
            answer.raise_for_status()
            return answer.json()

        experiment = ask("experiments/create", name=EXPERIMENT)["experiment_id"]

        def run(name: str, kind: str, minute: int, **figures: float) -> str:
            made = ask(
                "runs/create",
                experiment_id=experiment,
                run_name=name,
                start_time=1_790_000_000_000 + minute * 60_000,
                tags=[{"key": "kind", "value": kind}],
            )
            run_id: str = made["run"]["info"]["run_id"]
            for key, value in figures.items():
                metric = {"key": key.replace("__", "."), "value": value, "timestamp": 1_790_000_000_000}
                ask("runs/log-metric", run_id=run_id, **metric)
            return run_id

        trained = run("train <b>one</b>", "training", 0, model__wrong=0.0625, model__coverage=0.75)
        run("a candidate", "candidate", 1)
        run("evaluate two", "evaluation", 2, model__exact=0.5)
        ask("runs/update", run_id=trained, status="FINISHED", end_time=1_790_000_060_000)
        ask("registered-models/create", name=tracking.MODEL)
        ask(
            "model-versions/create",
            name=tracking.MODEL,
            source=f"mlflow-artifacts:/{experiment}/{trained}/artifacts/model",
            run_id=trained,
        )


def page(url: str) -> Page:
    """Return the model page of a service that knows MLflow's address."""
    with Service(Settings(model="codebook", mlflow_url=url)) as service:
        response = service.get("/model")
    assert response.status_code == 200
    return Page(response.text)


def test_the_last_runs_stand_on_the_page(mlflow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is tested is not how fast a busy machine answers.
    monkeypatch.setattr(runs, "SECONDS", 60.0)
    shown = page(mlflow)
    table = " ".join(shown.text.partition("The last runs that MLflow has")[2].split())
    assert "train <b>one</b> training" in table
    assert "finished 1 0.0620.750" in table
    assert "a candidate" not in table
    assert table.index("evaluate two") < table.index("train <b>one</b>")
    leads = [link for link in shown.links if link.startswith(f"{mlflow}/#/experiments/") and "/runs/" in link]
    assert len(leads) == 2


def test_it_is_the_experiment_that_trainings_track() -> None:
    assert (EXPERIMENT, EXPERIMENT) == (tracking.EXPERIMENT, tracking.MODEL)


def test_the_page_is_whole_where_mlflow_is_away() -> None:
    shown = page(f"http://127.0.0.1:{free_port()}")
    assert "MLflow can't be reached." in shown.text
    assert "Wrong categories accepted" in shown.text


def asked(content: bytes) -> tuple[str | None, bytes]:
    """Ask a server that sends the same to everybody: what went wrong, and what it heard."""
    heard = bytearray()

    async def ask() -> str | None:
        over = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.extend(await reader.readuntil(b"\r\n\r\n"))
            with suppress(ConnectionError):
                writer.write(content)
                await writer.drain()
                if not content:
                    await over.wait()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        found = await last_runs(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        over.set()
        server.close()
        return found.error

    return asyncio.run(ask()), bytes(heard)


def said(status: str, body: bytes = b"", *headers: str) -> bytes:
    """Return an answer of HTTP."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "MLflow didn't answer within 1 seconds."),
        (said("401 Unauthorized"), "MLflow answered with status 401."),
        (said("302 Found", b"", "Location: https://elsewhere.example/"), "MLflow answered with status 302."),
        (said("200 OK", b"<html>"), "What MLflow answered can't be read."),
        (said("200 OK", b'{"experiments": 3}'), "What MLflow answered can't be read."),
        (said("200 OK", b" " * (3 * 2**20)), "What MLflow answered can't be read."),
        (b"nonsense\r\n\r\n", "MLflow can't be reached."),
    ],
)
def test_what_goes_wrong_is_one_line(monkeypatch: pytest.MonkeyPatch, content: bytes, error: str) -> None:
    monkeypatch.setattr(runs, "SECONDS", 1.0 if not content else 60.0)
    assert asked(content)[0] == error


def test_nothing_of_the_service_goes_with_the_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password s3cret\n")
    for name, value in {
        "NETRC": str(netrc),
        "ADSCRIBE_TOKEN": "s3cret",
        "MLFLOW_TRACKING_TOKEN": "s3cret",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(runs, "SECONDS", 60.0)
    error, heard = asked(said("200 OK", b"{}"))
    assert error is None
    assert heard.startswith(b"POST /api/2.0/mlflow/experiments/search")
    for word in (b"authorization", b"cookie", b"s3cret"):
        assert word not in heard.lower()
