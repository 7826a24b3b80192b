"""A service follows the alias of a registry in a real MLflow store, and needs none to go on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adscribe.assign.copies import MOST
from tests.service.harness import EVENT
from tests.service.models import first, write
from tests.service.running import Running, command, free_port

CHAMPION = "models:/adscribe@champion"

# MLflow and what it brings warn of one another, and of themselves when imported.
pytestmark = pytest.mark.filterwarnings("default")


class Registry:
    """A store in a folder, with a model of which versions are registered."""

    def __init__(self, folder: Path) -> None:
        from mlflow import MlflowClient

        self.file = folder / "mlflow.db"
        self.uri = f"sqlite:///{self.file}"
        self._folder = folder
        self._client: Any = MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)
        self._client.create_registered_model("adscribe")
        artifacts = (folder / "artifacts").as_uri()
        self._experiment = self._client.create_experiment("adscribe", artifact_location=artifacts)

    def register(self, version: str, *, confused: bool = False, broken: bool = False) -> None:
        """Register a model as a training does, and let the alias name it."""
        artefact = write(self._folder / version, version, confused=confused)
        if broken:
            (artefact / "golden.json").write_bytes(b"[]")
        run = self._client.create_run(self._experiment)
        self._client.log_artifacts(run.info.run_id, str(artefact), "model/artifacts/model")
        source = f"{run.info.artifact_uri}/model"
        made = self._client.create_model_version("adscribe", source=source, run_id=run.info.run_id)
        self.point(str(made.version))

    def point(self, version: str) -> None:
        self._client.set_registered_model_alias("adscribe", "champion", version)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    registry = Registry(tmp_path)
    registry.register("1")
    return registry


@contextmanager
def served(registry: Registry, log: Path, **environment: str) -> Iterator[Running]:
    settings = {"ADSCRIBE_MODEL_POLL_SECONDS": "0.2", "MLFLOW_TRACKING_URI": registry.uri, **environment}
    with Running(log, "--model", CHAMPION, **settings) as server:
        yield server


def described(server: Running) -> dict[str, Any]:
    told: dict[str, Any] = server.client.get("/v1/model").json()
    return told


def answering(server: Running) -> tuple[str, str]:
    answer = server.client.post("/v1/classify?candidates=1", json=EVENT).json()
    return answer["model"]["version"], first(answer)


def test_the_alias_is_followed_and_the_registry_may_go_away(registry: Registry, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with served(registry, tmp_path / "log", ADSCRIBE_MODEL_CACHE=str(cache)) as server:
        assert answering(server) == ("1", "T1046")
        registry.register("2", confused=True)
        server.until(lambda: described(server)["version"] == "2")
        assert answering(server) == ("2", "T1048")

        registry.register("3", broken=True)
        server.until(lambda: described(server)["error"] is not None)
        assert "golden.json: was changed" in described(server)["error"]
        assert answering(server) == ("2", "T1048")

        away = registry.file.rename(tmp_path / "away.db")
        server.until(lambda: "no registry" in described(server)["error"])
        assert answering(server) == ("2", "T1048")
        assert not registry.file.exists()
        away.rename(registry.file)
        server.until(lambda: "was changed" in described(server)["error"])
        registry.point("1")
        server.until(lambda: described(server)["error"] is None)
        assert answering(server) == ("1", "T1046")
        registry.point("2")
        server.until(lambda: described(server)["version"] == "2")
        # MLflow writes nothing beside the log.
        assert all("event" in entry for entry in server.stop())

    # A start without the registry: with what answered last, until it is back.
    away = registry.file.rename(tmp_path / "away.db")
    with served(registry, tmp_path / "log", ADSCRIBE_MODEL_CACHE=str(cache)) as server:
        assert answering(server) == ("2", "T1048")
        server.until(lambda: "no registry" in (described(server)["error"] or ""))
        away.rename(registry.file)
        server.until(lambda: described(server)["error"] is None)
        assert described(server)["version"] == "2"
        assert described(server)["previous"] is None
        server.stop()

    # Copies that have suffered are fetched again, and only the latest few are kept.
    (copies,) = cache.iterdir()
    kept = [path for path in copies.iterdir() if path.is_dir()]
    assert 0 < len(kept) <= MOST
    for path in kept:
        (path / "golden.json").write_bytes(b"[]")
    with served(registry, tmp_path / "log", ADSCRIBE_MODEL_CACHE=str(cache)) as server:
        assert answering(server) == ("2", "T1048")
        assert described(server)["error"] is None
        server.stop()


@pytest.mark.parametrize("empty", [False, True], ids=["none", "without a copy"])
def test_without_a_registry_or_a_copy_it_does_not_start(tmp_path: Path, empty: bool) -> None:
    arguments = ["--model", CHAMPION, "--port", str(free_port())]
    if empty:
        arguments += ["--model-cache", str(tmp_path / "cache")]
    unset = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    found = subprocess.run(
        command(*arguments), capture_output=True, text=True, check=False, cwd=tmp_path, env=unset
    )
    assert found.returncode == 2
    assert "there is no registry to fetch 'models:/adscribe@champion' from" in found.stderr
    assert "MLFLOW_TRACKING_URI" in found.stderr
