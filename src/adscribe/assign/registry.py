"""Models of an MLflow registry, fetched as files: their code isn't run, and nothing is unpickled.

MLflow is an extra and slow to import: it is loaded only where a model is named by its URI.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from adscribe.errors import ModelError
from adscribe.model.names import SCHEME

_LOCAL = Path("mlflow.db")
STORE = f"sqlite:///{_LOCAL}"
"""The store in the working folder, unless ``MLFLOW_TRACKING_URI`` names another."""

_SQLITE = "sqlite:///"
_NOT_THERE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""What MLflow says of a model and of an alias that it doesn't have."""

_NAMED = re.compile(rf"{SCHEME}(?P<name>[^/@]+)(?:@(?P<alias>[^/@]+)|/(?P<version>\d+))")


class AwayError(ModelError):
    """A registry that can't be reached, or has no such model now. Later it may."""


class Version(NamedTuple):
    """A version of a model.

    Attributes
    ----------
    uri : str
        By its number: an alias may move on while it is fetched.
    name : str
        The number, and when it was registered: numbers begin again in a registry that was made anew.
    """

    uri: str
    name: str


def tracking_uri() -> str:
    """Return the store that models are fetched from. It may hold a password."""
    return os.environ.get("MLFLOW_TRACKING_URI", STORE)


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

    module.set_tracking_uri(tracking_uri())
    return module


def version(uri: str) -> Version:
    """Return which version a URI names now.

    Parameters
    ----------
    uri : str
        ``models:/adscribe@champion``, or ``models:/adscribe/3``.

    Raises
    ------
    AwayError
        If the registry can't be reached or has no such model.
    ModelError
        If there is no MLflow, or the URI is none of these.
    """
    named = _NAMED.fullmatch(uri)
    if named is None:
        raise ModelError(
            f"{uri[:80]!r} names no model of a registry",
            hint=f"{SCHEME}NAME@ALIAS, or {SCHEME}NAME/VERSION",
        )
    with _asking(uri) as module:
        client = module.MlflowClient()
        if named["alias"] is not None:
            found = client.get_model_version_by_alias(named["name"], named["alias"])
        else:
            found = client.get_model_version(named["name"], named["version"])
        return Version(
            f"{SCHEME}{named['name']}/{found.version}", f"{found.version}-{found.creation_timestamp}"
        )


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
    AwayError
        If the registry can't be reached or has no such model.
    ModelError
        If there is no MLflow, or the model is none of adscribe.
    """
    with _asking(uri) as module:
        local = Path(module.artifacts.download_artifacts(uri, dst_path=str(into) if into else None))
    artefacts = [manifest.parent for manifest in sorted(local.glob("artifacts/*/manifest.json"))]
    if not artefacts:
        raise ModelError(f"{uri!r} holds no model of adscribe")
    return artefacts[0]


@contextmanager
def _asking(uri: str) -> Iterator[Any]:
    """Give MLflow to ask for a model, and tell what goes wrong then in our words."""
    store = tracking_uri()
    if store.startswith(_SQLITE) and not Path(store.removeprefix(_SQLITE).partition("?")[0]).exists():
        # MLflow would make an empty one.
        raise AwayError(
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
        yield module
    except (module.MlflowException, OSError) as wrong:
        if getattr(wrong, "error_code", None) in _NOT_THERE:
            raise AwayError(f"the registry has no {uri!r}", hint="adscribe train registers one") from wrong
        # Its own words may hold the address of the store, and so a password.
        raise AwayError(
            f"the registry can't be asked for {uri!r}", hint="is the store of MLFLOW_TRACKING_URI up?"
        ) from wrong
