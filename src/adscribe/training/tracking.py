"""Runs in MLflow: what went in, what came out, and the model in the registry.

Runs go to ``mlflow.db`` and ``mlartifacts/`` in the working folder unless ``MLFLOW_TRACKING_URI``
names another store. MLflow is slow to import and no part of answering events: only runs load it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

from adscribe.assign.registry import mlflow as mlflow  # noqa: PLC0414 - of this module as well

EXPERIMENT = "adscribe"
MODEL = "adscribe"
"""Name in the registry."""

CHAMPION = "champion"
"""Alias of the version that answers."""

ARTIFACTS = "mlartifacts"

PACKAGES = ("adscribe", "numpy", "scipy", "scikit-learn", "skops", "mlflow", "pyarrow")


def client() -> Any:
    """Return a client of the store."""
    return mlflow().MlflowClient()


@contextmanager
def run(name: str, *, kind: str, tags: Mapping[str, str] | None = None) -> Iterator[Any]:
    """Track a run; within another it is nested.

    Parameters
    ----------
    name : str
        Of the run.
    kind : str
        Such as ``training``, ``candidate``, ``evaluation`` or ``promotion``.
    tags : mapping of str to str, optional
        To find it by.

    Yields
    ------
    module
        MLflow, with the run active.
    """
    module = mlflow()
    _experiment(module)
    nested = module.active_run() is not None
    with module.start_run(run_name=name, nested=nested, tags={"kind": kind, **origin(), **(tags or {})}):
        yield module


def _experiment(module: Any) -> None:
    if module.get_experiment_by_name(EXPERIMENT) is None:
        # A server keeps artifacts where it was told to.
        local = module.get_tracking_uri().startswith("sqlite:")
        module.create_experiment(EXPERIMENT, Path(ARTIFACTS).resolve().as_uri() if local else None)
    module.set_experiment(EXPERIMENT)


def origin() -> dict[str, str]:
    """Return the commit of the code, if there is one, and the versions of packages."""
    found = {f"version.{name}": version for name in PACKAGES if (version := _version(name))}
    return found | ({"commit": commit} if (commit := _commit()) else {})


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Return the numbers of nested plain values by dotted name; what isn't a number is left out."""
    found: dict[str, float] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found[f"{prefix}{name}"] = float(value)
    return found


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _commit() -> str | None:
    try:
        # Fails to import where there is no git.
        from git import GitError, Repo  # noqa: PLC0415

        repository = Repo(Path(__file__).parent, search_parent_directories=True)
        changed = "+changes" if repository.is_dirty() else ""
        return f"{repository.head.commit.hexsha}{changed}"
    except (ImportError, GitError, ValueError):
        return None
