"""Models of an MLflow registry, fetched as files: their code isn't run, and nothing is unpickled.

MLflow is an extra and slow to import: it is loaded only where a model is named by its URI.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from adscribe.errors import ModelError

SCHEME = "models:/"

_LOCAL = Path("mlflow.db")
STORE = f"sqlite:///{_LOCAL}"
"""The store in the working folder, unless ``MLFLOW_TRACKING_URI`` names another."""


def mlflow() -> Any:
    """Return MLflow, pointed at its store; neither pickles nor telemetry.

    Raises
    ------
    ModuleNotFoundError
        Without the extra ``train``.
    """
    # Read when MLflow is imported.
    os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] = "false"
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow as module  # noqa: PLC0415 - two seconds

    module.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI", STORE))
    return module


def fetched(uri: str, into: Path | None = None) -> Path:
    """Fetch a model.

    Parameters
    ----------
    uri : str
        ``models:/adscribe/3`` or ``models:/adscribe@champion``.
    into : Path, optional
        Folder that the files may go to; a temporary one that stays when not given.

    Returns
    -------
    Path
        Folder of the artefact, which `adscribe.model.artefact.load` checks.

    Raises
    ------
    ModelError
        If there is no MLflow, no registry, or no such model in it.
    """
    if "MLFLOW_TRACKING_URI" not in os.environ and not _LOCAL.exists():
        # MLflow would make an empty one.
        raise ModelError(
            f"there is no registry to fetch {uri!r} from",
            hint="set MLFLOW_TRACKING_URI, or start where adscribe train left mlflow.db",
        )
    try:
        module = mlflow()
    except ModuleNotFoundError as missing:
        raise ModelError(
            f"{uri!r} needs {missing.name}",
            hint="pip install 'adscribe[train]', or name the folder of a model",
        ) from missing
    try:
        local = Path(module.artifacts.download_artifacts(uri, dst_path=str(into) if into else None))
    except (module.MlflowException, OSError) as wrong:
        raise ModelError(f"the registry has no {uri!r}", hint="adscribe train registers one") from wrong
    artefacts = [manifest.parent for manifest in sorted(local.glob("artifacts/*/manifest.json"))]
    if not artefacts:
        raise ModelError(f"{uri!r} holds no model of adscribe")
    return artefacts[0]
