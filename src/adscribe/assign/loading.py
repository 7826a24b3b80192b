"""From the name of a model to the model: the one that ships, the rules, a folder, or a registry's."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec

from adscribe.answer.verdict import Model
from adscribe.assign import registry
from adscribe.assign.rules import CodebookModel
from adscribe.attack import Catalogue
from adscribe.codebook import Codebook
from adscribe.errors import ModelError, Place
from adscribe.model.artefact import Manifest, load
from adscribe.model.learned import RISK, LearnedModel
from adscribe.model.promises import Promises
from adscribe.model.residual import load as load_residual
from adscribe.resources import shipped

SHIPPED = "adscribe"
"""Name of the model that ships."""

CODEBOOK = "codebook"
"""Name of the rules."""


NAMES = f"{SHIPPED} (ships), {CODEBOOK} (the rules), a folder, or {registry.SCHEME}NAME@ALIAS"
"""How a model can be named, in words."""


class Loaded(NamedTuple):
    """A model, and what is known of it beyond its name.

    Attributes
    ----------
    model : Model
        Answers.
    details : dict
        Plain values: ``promises``, ``training`` and ``schema``; empty for the rules.
    """

    model: Model
    details: dict[str, Any]


def load_model(
    name: str, catalogue: Catalogue, *, risk: float | None = None, residual: str | Path | None = None
) -> Loaded:
    """Load a model by name.

    Parameters
    ----------
    name : str
        ``"adscribe"``: the one that ships; ``"codebook"``: the rules; ``models:/…``: one of an MLflow
        registry; else the folder of a model.
    catalogue : Catalogue
        The versions of ATT&CK.
    risk : float, optional
        Share of wrong categories that is accepted; 10 % when not given.
    residual : str or Path, optional
        File with what a site's analysts have taught.

    Raises
    ------
    ModelError
        If there is no such model, it can't be trusted, it doesn't promise the risk, or the residual can't
        be used beside it.
    """
    loaded = _loaded(name, catalogue, risk)
    return loaded if residual is None else loaded._replace(model=_taught(loaded.model, Path(residual)))


def _loaded(name: str, catalogue: Catalogue, risk: float | None) -> Loaded:
    codebook = Codebook.load()
    if name == CODEBOOK:
        if risk is not None:
            raise no_promise(CODEBOOK)
        return Loaded(CodebookModel(codebook, catalogue), {})
    if name == SHIPPED:
        hint = f"install adscribe again, or take the model {CODEBOOK}: the rules"
        folder = shipped("models", SHIPPED)
        if not folder.is_dir():
            raise ModelError("the model that ships is missing", place=Place(str(folder)), hint=hint)
        return _learned(folder, catalogue, codebook, risk, hint=hint)
    if name.startswith(registry.SCHEME):
        with TemporaryDirectory(prefix="adscribe-model-") as space:
            return _learned(registry.fetched(name, Path(space)), catalogue, codebook, risk)
    if not Path(name).is_dir():
        raise ModelError(
            f"there is no model {name!r}",
            hint=f"there are {NAMES}",
        )
    return _learned(Path(name), catalogue, codebook, risk)


def _taught(model: Model, path: Path) -> LearnedModel:
    if not isinstance(model, LearnedModel):
        raise ModelError(f"the model {model.reference.name} takes no residual", hint="leave it out")
    taught = load_residual(path)
    try:
        return model.with_residual(taught)
    except ModelError as wrong:
        raise ModelError(wrong.message, place=Place(str(path)), hint=wrong.hint) from None


def no_promise(name: str) -> ModelError:
    """Return the error of asking a model for a promise that makes none."""
    return ModelError(
        f"the model {name} promises no error rate, so it can't be asked for one", hint="leave out the risk"
    )


def _learned(
    folder: Path, catalogue: Catalogue, codebook: Codebook, risk: float | None, *, hint: str | None = None
) -> Loaded:
    try:
        artefact, manifest = load(folder, catalogue)
    except ModelError as wrong:
        raise ModelError(wrong.message, place=wrong.place, hint=hint or wrong.hint) from wrong
    model = LearnedModel(artefact, codebook, version=manifest.version, risk=RISK if risk is None else risk)
    return Loaded(model, _details(artefact.promises, manifest))


def _details(promises: Promises, manifest: Manifest) -> dict[str, Any]:
    training = {"data": manifest.training.data, "created": manifest.training.created}
    return {"promises": msgspec.to_builtins(promises), "training": training, "schema": manifest.schema}
