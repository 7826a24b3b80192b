"""From the files of a model, or its name, to the model."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from adscribe.answer.verdict import Model
from adscribe.assign.rules import CodebookModel
from adscribe.attack import Catalogue
from adscribe.codebook import Codebook
from adscribe.errors import ModelError, Place
from adscribe.model.artefact import MANIFEST, Manifest, load
from adscribe.model.learned import RISK, LearnedModel
from adscribe.model.names import CODEBOOK
from adscribe.model.promises import Promises
from adscribe.model.residual import load as load_residual


class Loaded(NamedTuple):
    """A model, and what is known of it beyond its name.

    Attributes
    ----------
    model : Model
        Answers.
    artefact : str or None
        SHA-256 of its manifest, which holds those of all its files; ``None`` for the rules.
    details : dict
        Plain values: ``promises``, ``training`` and ``schema``; empty for the rules.
    """

    model: Model
    artefact: str | None
    details: dict[str, Any]


def rules(catalogue: Catalogue, risk: float | None) -> Loaded:
    """Return the rules as a model.

    Raises
    ------
    ModelError
        If a risk is asked of them.
    """
    if risk is not None:
        raise no_promise(CODEBOOK)
    return Loaded(CodebookModel(Codebook.load(), catalogue), None, {})


def learned(folder: Path, catalogue: Catalogue, risk: float | None, *, hint: str | None = None) -> Loaded:
    """Load the model of a folder.

    Parameters
    ----------
    folder : Path
        Of the artefact.
    catalogue : Catalogue
        The versions of ATT&CK.
    risk : float or None
        Share of wrong categories that is accepted; 10 % when not given.
    hint : str, optional
        What to do if it can't be loaded, in the place of what the artefact's reader says.

    Raises
    ------
    ModelError
        If it can't be trusted, was replaced while it was read, or doesn't promise the risk.
    """
    try:
        before = _digest(folder)
        artefact, manifest = load(folder, catalogue)
        if before != _digest(folder):
            raise ModelError("was replaced while it was read", place=Place(str(folder)))
    except ModelError as wrong:
        raise ModelError(wrong.message, place=wrong.place, hint=hint or wrong.hint) from wrong
    chosen = RISK if risk is None else risk
    model = LearnedModel(artefact, Codebook.load(), version=manifest.version, risk=chosen)
    return Loaded(model, before, _details(artefact.promises, manifest))


def taught(loaded: Loaded, residual: Path) -> Loaded:
    """Return a model with what a site's analysts have taught.

    Parameters
    ----------
    loaded : Loaded
        The model.
    residual : Path
        File with what they taught, see `adscribe.model.residual`.

    Raises
    ------
    ModelError
        If it can't be read or wasn't learnt beside this model.
    """
    model = loaded.model
    if not isinstance(model, LearnedModel):
        raise ModelError(f"the model {model.reference.name} takes no residual", hint="leave it out")
    found = load_residual(residual)
    try:
        return loaded._replace(model=model.with_residual(found))
    except ModelError as wrong:
        raise ModelError(wrong.message, place=Place(str(residual)), hint=wrong.hint) from None


def no_promise(name: str) -> ModelError:
    """Return the error of asking a model for a promise that makes none."""
    return ModelError(
        f"the model {name} promises no error rate, so it can't be asked for one", hint="leave out the risk"
    )


def _digest(folder: Path) -> str | None:
    try:
        return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError:
        # What is wrong the artefact's reader says better.
        return None


def _details(promises: Promises, manifest: Manifest) -> dict[str, Any]:
    training = {"data": manifest.training.data, "created": manifest.training.created}
    return {"promises": msgspec.to_builtins(promises), "training": training, "schema": manifest.schema}
