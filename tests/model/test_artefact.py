"""The model as a folder: what was saved comes back, anything else is refused with what and where."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.tree import DecisionTreeClassifier  # type: ignore[import-untyped]
from skops.io import dumps  # type: ignore[import-untyped]

from adscribe.errors import ModelError
from adscribe.model import golden
from adscribe.model.artefact import FILES, PROTOCOL, Manifest, load, save
from adscribe.model.outcomes import OutcomeSpace
from adscribe.model.softmax import Softmax
from tests.model.protocols import TRAINING, goldens, write
from tests.model.small import CATALOGUE, small
from tests.shared import ROOT


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "small"
    write(folder, small().artefact)
    return folder


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "copy"))


def signed(folder: Path, name: str, content: bytes) -> None:
    """Change a file as someone would who can write the manifest too."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def refused(folder: Path, match: str, file: str | None = None) -> ModelError:
    with pytest.raises(ModelError, match=match) as caught:
        load(folder, CATALOGUE)
    assert caught.value.place.file == str(folder / file if file else folder)
    return caught.value


def test_what_was_saved_comes_back(saved: Path) -> None:
    artefact, manifest = load(saved, CATALOGUE)
    original = small().artefact
    assert np.array_equal(artefact.softmax.coefficients, original.softmax.coefficients)
    assert np.array_equal(artefact.softmax.intercept, original.softmax.intercept)
    assert artefact.novelty == original.novelty
    assert artefact.promises == original.promises
    assert artefact.features.names == original.features.names
    assert artefact.outcomes.outcomes == original.outcomes.outcomes
    assert manifest.training == TRAINING
    assert manifest.attack == {"enterprise": "19", "ics": "18.1"}
    assert manifest.schema == original.features.schema_hash
    assert set(manifest.files) == set(FILES)
    assert sum(path.stat().st_size for path in saved.iterdir()) < 20 * 2**20


def test_the_same_model_has_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    again = write(tmp_path / "again", small().artefact)
    first = msgspec.json.decode((saved / "manifest.json").read_bytes(), type=Manifest)
    assert {name: again.files[name] for name in FILES if name != "model.skops"} == {
        name: first.files[name] for name in FILES if name != "model.skops"
    }


def test_nothing_is_overwritten_or_left_half_written(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is there already"):
        write(saved, small().artefact)
    artefact = small().artefact
    wrong = [replace_probability(one) for one in goldens(artefact)]
    with pytest.raises(ModelError, match="golden event 1"):
        save(tmp_path / "new", artefact, version="3", package="0.1.0", training=TRAINING, golden=wrong)
    assert not list(tmp_path.iterdir())


def replace_probability(one: golden.Golden) -> golden.Golden:
    first = next(iter(one.probabilities))
    return golden.Golden(one.event, one.site, {**one.probabilities, first: one.probabilities[first] / 2})


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_a_changed_byte_is_refused(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    place = content.index(b"protocol") if name == "manifest.json" else len(content) // 2
    content[place] ^= 1
    (copy / name).write_bytes(content)
    refused(copy, "changed" if name != "manifest.json" else "not laid out as expected", name)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(copy: Path, name: str) -> None:
    (copy / name).unlink()
    refused(copy, f"lacks {name}")


def test_a_file_too_many_is_refused(copy: Path) -> None:
    (copy / "notes.txt").write_text("…")
    refused(copy, "no part of a model")


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "x.npy"])
def test_a_pickle_is_refused(copy: Path, tmp_path: Path, name: str) -> None:
    (copy / name).write_bytes(pickle.dumps({}))
    refused(copy, "pickles are not loaded")
    alone = tmp_path / name
    alone.write_bytes(pickle.dumps({}))
    refused(alone, "pickles are not loaded")


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.path,)


def test_a_pickle_under_the_name_of_the_arrays_is_refused_and_never_run(copy: Path, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    signed(copy, "model.skops", pickle.dumps(Trap(sprung)))
    refused(copy, "no skops file", "model.skops")
    assert not sprung.exists()


def arrays() -> dict[str, Any]:
    artefact = small().artefact
    softmax = artefact.softmax
    return {
        "coefficients": softmax.coefficients.astype(np.float16),
        "intercept": softmax.intercept,
    }


def test_types_beyond_arrays_are_refused(copy: Path) -> None:
    signed(copy, "model.skops", dumps({**arrays(), "intercept": Trap(Path("x"))}))
    refused(copy, "holds the type .*, which a model has no need of", "model.skops")
    signed(copy, "model.skops", dumps(LogisticRegression()))
    refused(copy, "doesn't hold the arrays", "model.skops")
    signed(copy, "model.skops", dumps({**arrays(), "more": DecisionTreeClassifier()}))
    refused(copy, "doesn't hold the arrays", "model.skops")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"intercept": np.zeros(3, dtype=np.float32)}, "no table of 32-bit numbers"),
        ({"intercept": np.zeros(3)}, "intercept is no array of float32"),
        ({"coefficients": np.zeros((2, 3), dtype=np.float16)}, "no table"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(copy: Path, change: dict[str, Any], match: str) -> None:
    signed(copy, "model.skops", dumps({**arrays(), **change}))
    with pytest.raises(ModelError, match=match):
        load(copy, CATALOGUE)


def test_numbers_that_are_none_are_refused(copy: Path) -> None:
    broken = arrays()["coefficients"].copy()
    broken[3, 2] = np.nan
    signed(copy, "model.skops", dumps({**arrays(), "coefficients": broken}))
    refused(copy, "no number")


def test_a_model_that_says_something_else_than_it_did_is_refused(copy: Path) -> None:
    coefficients = arrays()["coefficients"] * np.float16(1.05)
    signed(copy, "model.skops", dumps({**arrays(), "coefficients": coefficients}))
    refused(copy, "golden event 1 gets other probabilities")


def test_a_model_without_golden_events_is_refused(copy: Path) -> None:
    signed(copy, "golden.json", b"[]")
    refused(copy, "no golden event")


def test_a_golden_event_that_can_not_be_read_is_told_by_its_number(copy: Path) -> None:
    events = json.loads((copy / "golden.json").read_bytes())
    del events[1]["event"]["method"]
    signed(copy, "golden.json", json.dumps(events).encode())
    refused(copy, "golden event 2 can't be read: no method")


@pytest.mark.parametrize("name", ["features.json", "outcomes.json", "promises.json", "novelty.json"])
def test_other_json_is_refused(copy: Path, name: str) -> None:
    for content in (b"{}", b"[]", b"[" * 100_000, b"\xff"):
        signed(copy, name, content)
        with pytest.raises(ModelError) as caught:
            load(copy, CATALOGUE)
        assert caught.value.place.file is not None


def test_features_of_another_version_are_refused(copy: Path) -> None:
    features = json.loads((copy / "features.json").read_bytes())
    features["extractors"]["facts"] += 1
    signed(copy, "features.json", json.dumps(features).encode())
    refused(copy, "trained on other features")


def test_a_table_that_is_finer_than_what_is_kept_is_not_saved(tmp_path: Path) -> None:
    model = small().artefact.softmax
    finer = Softmax(model.coefficients * np.float32(1.001), model.intercept)
    with pytest.raises(ModelError, match="finer than it can be kept"):
        write(tmp_path / "model", replace(small().artefact, softmax=finer))
    assert not list(tmp_path.iterdir())


def test_another_codebook_is_refused(copy: Path) -> None:
    features = json.loads((copy / "features.json").read_bytes())
    signed(copy, "features.json", json.dumps({**features, "codebook": "0" * 64}).encode())
    refused(copy, "the rows of the codebook have changed")


def test_a_newer_protocol_is_refused_with_what_to_do(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps({**manifest, "protocol": PROTOCOL + 1}))
    error = refused(copy, f"written in protocol {PROTOCOL + 1}", "manifest.json")
    assert error.hint


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
def test_links_are_not_followed(copy: Path, saved: Path) -> None:
    (copy / "model.skops").unlink()
    (copy / "model.skops").symlink_to(saved / "model.skops")
    refused(copy, "can't be read", "model.skops")


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere", "no folder with a model")


def test_a_part_that_does_not_fit_the_others_is_refused_when_it_is_made() -> None:
    other = OutcomeSpace.of(("benign", "too_generic"), CATALOGUE, "19", "18.1")
    with pytest.raises(ModelError, match="no table"):
        replace(small().artefact, outcomes=other)


OLDER = sorted((ROOT / "tests" / "artefacts").glob("protocol-*"))


@pytest.mark.parametrize("folder", OLDER, ids=lambda path: str(path.name))
def test_what_older_protocols_wrote_is_read(folder: Path) -> None:
    """Its features may have gone since; nothing else may be wrong with it.

    A golden event that gets other probabilities means that an extractor changed without a new VERSION.
    """
    try:
        _, manifest = load(folder, CATALOGUE)
    except ModelError as error:
        assert error.message.startswith("the model was trained on other features")
    else:
        assert folder.name == f"protocol-{manifest.protocol}"
