"""The model as a folder of files that are checked before anything is believed.

::

    manifest.json   what it is: protocol, versions, SHA-256 of every other file, how it was trained
    model.skops     the arrays, and nothing else; the table in half precision
    features.json   names of the columns        outcomes.json   what the columns of the table stand for
    promises.json   thresholds                  novelty.json    what is known
    golden.json     events with the probabilities that they must get
    profile.json    what the events of the training were like; without it nothing is said of drift

Nothing here is a pickle, and a folder with one is refused: arrays come through skops without a type
beyond its own, the rest is JSON. Whoever can write the manifest can still make the model say
anything, so take models from where you take code from.

**How the format may evolve.** `PROTOCOL` is raised with every change of the files or of their
meaning, and `load` keeps reading what older numbers wrote; ``tests/artefacts`` holds a folder of
each. A newer number is refused. What features mean is apart from that: an artefact whose extractors
have changed is refused by its features, and golden events tell when anything else has.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from adscribe.attack import Catalogue
from adscribe.errors import AdscribeError, ModelError, Place
from adscribe.features import FeatureSpace
from adscribe.model.golden import Golden, check
from adscribe.model.novelty import Novelty
from adscribe.model.outcomes import OutcomeSpace
from adscribe.model.profile import VERSION, Profile
from adscribe.model.promises import Promises
from adscribe.model.softmax import Softmax
from adscribe.model.statistics import Statistics
from adscribe.packed import packed, unpacked

PROTOCOL = 2
READABLE = (1, 2)
"""Protocols that are read; 1 had no profile."""

FILES = ("model.skops", "features.json", "outcomes.json", "promises.json", "novelty.json", "golden.json")
PROFILE = "profile.json"
MANIFEST = "manifest.json"

MAX_BYTES = 256 * 2**20
"""Of a file, and of the arrays unpacked."""

_PICKLES = (".pkl", ".pickle", ".joblib", ".dill", ".pt", ".npy", ".npz")
_ARRAYS = {"coefficients": "float16", "intercept": "float32"}
_T = TypeVar("_T")


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """How a model came to be.

    Attributes
    ----------
    data : str
        Hash of the training data.
    seed : int
        Of the training.
    created : str
        When, in ISO 8601.
    temperature : float
        That the evidence was divided by.
    settings : dict
        Further parameters, for the record.
    """

    data: str
    seed: int
    created: str
    temperature: float
    settings: dict[str, str | int | float | bool | None] = {}


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an artefact is.

    Attributes
    ----------
    protocol : int
        Of the format.
    version : str
        Of the model.
    package : str
        Version of adscribe that wrote it.
    attack : dict of str to str
        ATT&CK version of each domain.
    schema : str
        Hash of the features.
    training : Training
        How it came to be.
    files : dict of str to str
        SHA-256 of each file.
    """

    protocol: int
    version: str
    package: str
    attack: dict[str, str]
    schema: str
    training: Training
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Artefact:
    """A model in its parts; some have no profile."""

    features: FeatureSpace
    outcomes: OutcomeSpace
    softmax: Softmax
    novelty: Novelty
    promises: Promises
    profile: Profile | None = None

    def __post_init__(self) -> None:
        shape = (len(self.features), len(self.outcomes.outcomes))
        if self.softmax.coefficients.shape != shape:
            raise ModelError(f"the coefficients are no table of {shape[0]} features by {shape[1]} outcomes")
        if self.profile is not None:
            self.profile.check(self.statistics())

    def statistics(self) -> Statistics:
        """Return what is counted of its events."""
        return Statistics(self.features, self.outcomes, self.novelty)


def save(
    folder: Path,
    artefact: Artefact,
    *,
    version: str,
    package: str,
    training: Training,
    golden: Sequence[Golden],
) -> Manifest:
    """Write an artefact: the whole folder or nothing.

    Parameters
    ----------
    folder : Path
        Must not exist.
    artefact : Artefact
        The model.
    version, package : str
        Of the model, and of adscribe.
    training : Training
        How it came to be.
    golden : sequence of Golden
        Events whose probabilities are checked whenever it is loaded.

    Raises
    ------
    ModelError
        If the folder exists, a golden event doesn't get its probabilities, or the model isn't rounded to
        what is kept of it: what was measured must be what is served.
    """
    if folder.exists():
        raise ModelError("is there already", place=Place(str(folder)), hint="name a new folder")
    check(golden, artefact.features, artefact.outcomes, artefact.softmax)
    if (artefact.softmax.coefficients != artefact.softmax.rounded().coefficients).any():
        raise ModelError(
            "the table is finer than it can be kept", hint="take `Softmax.rounded` before measuring"
        )
    contents = _contents(artefact, golden)
    manifest = Manifest(
        protocol=PROTOCOL,
        version=version,
        package=package,
        attack=artefact.outcomes.to_dict()["attack"],
        schema=artefact.features.schema_hash,
        training=training,
        files={name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    )
    _write(folder, contents, manifest)
    return manifest


def with_profile(folder: Path, out: Path, profile: Profile, catalogue: Catalogue) -> Manifest:
    """Write an artefact once more with a profile: nothing else of it changes.

    Parameters
    ----------
    folder : Path
        The artefact; it may have a profile already.
    out : Path
        Must not exist.
    profile : Profile
        Of its model.
    catalogue : Catalogue
        To load the artefact with.

    Raises
    ------
    ModelError
        If `out` exists, the artefact can't be loaded, or the profile is of another model.
    """
    if out.exists():
        raise ModelError("is there already", place=Place(str(out)), hint="name a new folder")
    artefact, manifest = load(folder, catalogue)
    profile.check(artefact.statistics())
    contents = {name: _read(folder / name) for name in FILES} | {PROFILE: _encoded(profile)}
    files = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    manifest = msgspec.structs.replace(manifest, protocol=PROTOCOL, files=files)
    _write(out, contents, manifest)
    return manifest


def _write(folder: Path, contents: dict[str, bytes], manifest: Manifest) -> None:
    contents[MANIFEST] = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in contents.items():
            (aside / name).write_bytes(content)
        aside.chmod(0o755)
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _contents(artefact: Artefact, golden: Sequence[Golden]) -> dict[str, bytes]:
    softmax = artefact.softmax
    arrays = {
        "coefficients": softmax.coefficients.astype(np.float16),
        "intercept": softmax.intercept,
    }
    parts = (artefact.features.to_dict(), artefact.outcomes.to_dict(), artefact.promises, artefact.novelty)
    plain = (*parts, golden)
    contents = dict(zip(FILES, (packed(arrays), *map(_encoded, plain)), strict=True))
    return contents if artefact.profile is None else contents | {PROFILE: _encoded(artefact.profile)}


def _encoded(plain: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(plain, order="sorted"), indent=1)


def load(folder: Path, catalogue: Catalogue) -> tuple[Artefact, Manifest]:
    """Read an artefact.

    Raises
    ------
    ModelError
        If anything about it isn't as its manifest says, or it needs another version of adscribe.
    """
    manifest = _decoded(_listed(folder), Manifest, folder / MANIFEST)
    if manifest.protocol not in READABLE:
        raise ModelError(
            f"is written in protocol {manifest.protocol}, this version of adscribe reads {PROTOCOL}",
            place=Place(str(folder / MANIFEST), pointer="/protocol"),
            hint="take the version of adscribe that the model came with",
        )
    names = (*FILES, PROFILE) if PROFILE in manifest.files else FILES
    if set(manifest.files) != set(names):
        raise ModelError(
            "the manifest names other files than there are",
            place=Place(str(folder / MANIFEST), pointer="/files"),
        )
    if missing := sorted(name for name in names if not (folder / name).is_file()):
        raise ModelError(f"lacks {missing[0]}", place=Place(str(folder)), hint="fetch the model again")
    contents = {name: _read(folder / name) for name in names}
    for name in names:
        if hashlib.sha256(contents[name]).hexdigest() != manifest.files[name]:
            raise ModelError(
                "was changed: its SHA-256 is not the manifest's",
                place=Place(str(folder / name)),
                hint="fetch the model again",
            )
    try:
        artefact = _assembled(contents, catalogue, folder)
        if artefact.features.schema_hash != manifest.schema:
            raise ModelError("the features are not those of the manifest")
        golden = _decoded(contents["golden.json"], list[Golden], folder / "golden.json")
        check(golden, artefact.features, artefact.outcomes, artefact.softmax)
    except ModelError as wrong:
        if wrong.place.file is not None:
            raise
        raise ModelError(wrong.message, place=Place(str(folder)), hint=wrong.hint) from wrong
    return artefact, manifest


def _listed(folder: Path) -> bytes:
    """Return the manifest of a folder that holds the files of an artefact and nothing else."""
    place = Place(str(folder))
    if folder.suffix.lower() in _PICKLES:
        raise ModelError("pickles are not loaded: they can run any code", place=place)
    if not folder.is_dir():
        raise ModelError("is no folder with a model", place=place)
    there = {entry.name for entry in folder.iterdir()}
    if pickles := sorted(name for name in there if Path(name).suffix.lower() in _PICKLES):
        raise ModelError(f"holds {pickles[0]!r}: pickles are not loaded, they can run any code", place=place)
    if strange := sorted(there - {*FILES, PROFILE, MANIFEST}):
        raise ModelError(f"holds {strange[0][:80]!r}, which is no part of a model", place=place)
    if missing := sorted({*FILES, MANIFEST} - there):
        raise ModelError(f"lacks {missing[0]}", place=place, hint="fetch the model again")
    return _read(folder / MANIFEST)


def _read(path: Path) -> bytes:
    place = Place(str(path))
    try:
        # Not through a link: what lies elsewhere isn't part of the model.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ModelError("is no file", place=place)
            content = file.read(MAX_BYTES + 1)
    except OSError as wrong:
        hint = "links are not followed" if path.is_symlink() else None
        raise ModelError("can't be read", place=place, hint=hint) from wrong
    if len(content) > MAX_BYTES:
        raise ModelError(f"is larger than {MAX_BYTES} bytes", place=place)
    return content


def _assembled(contents: Mapping[str, bytes], catalogue: Catalogue, folder: Path) -> Artefact:
    arrays = unpacked(contents["model.skops"], _ARRAYS, Place(str(folder / "model.skops")), most=MAX_BYTES)
    outcomes = _decoded(contents["outcomes.json"], dict[str, Any], folder / "outcomes.json")
    features = _decoded(contents["features.json"], dict[str, Any], folder / "features.json")
    try:
        return Artefact(
            features=FeatureSpace.from_dict(features),
            outcomes=OutcomeSpace.from_dict(outcomes, catalogue),
            softmax=Softmax(arrays["coefficients"].astype(np.float32), arrays["intercept"]),
            novelty=_decoded(contents["novelty.json"], Novelty, folder / "novelty.json"),
            promises=_decoded(contents["promises.json"], Promises, folder / "promises.json"),
            profile=_profile(contents[PROFILE], folder / PROFILE) if PROFILE in contents else None,
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise ModelError(f"is not laid out as expected: {wrong}") from wrong
    except AdscribeError as wrong:
        if isinstance(wrong, ModelError):
            raise
        raise ModelError(wrong.message, hint=wrong.hint) from wrong


def _profile(content: bytes, path: Path) -> Profile | None:
    """Return the profile; ``None`` where it means something else: the model is as good without it."""
    told = _decoded(content, dict[str, Any], path)
    return _decoded(content, Profile, path) if told.get("version") == VERSION else None


def _decoded(content: bytes, kind: type[_T], path: Path) -> _T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, RecursionError) as wrong:
        raise ModelError(f"is not laid out as expected: {wrong}", place=Place(str(path))) from wrong
