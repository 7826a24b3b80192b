"""What a name means now, and that it is never a mixture of two models."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from pathlib import Path

import pytest

from adscribe import Assignment, Classifier
from adscribe.assign.loading import source
from adscribe.errors import ModelError
from tests.service.harness import EVENT
from tests.service.models import overwrite, point, write


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    write(folder / "one", "1")
    write(folder / "two", "2", confused=True)
    return folder


@pytest.fixture
def models(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "models"))


def version(name: Path) -> str:
    return Classifier.load(str(name)).model.reference.version


def test_current_names_the_artefact_of_a_folder(models: Path) -> None:
    with pytest.raises(ModelError, match=r"is no part of a model|lacks"):
        version(models)
    point(models, "one")
    assert version(models) == "1"
    point(models, "two")
    assert version(models) == "2"
    (models / "current").unlink()
    (models / "current").write_text("one")
    assert version(models) == "1"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../models/one", "/etc", "one/", "three", "one\x00", "x" * 10_000]
)
def test_a_current_that_names_no_folder_beside_it_is_refused(models: Path, name: str) -> None:
    (models / "current").write_text(name)
    with pytest.raises(ModelError, match="current") as caught:
        version(models)
    assert caught.value.place.file == str(models / "current")


def test_a_current_that_leads_nowhere_is_refused(models: Path) -> None:
    for target in ("three", "current", "one/manifest.json"):
        point(models, target)
        with pytest.raises(ModelError, match="names no folder"):
            version(models)


def test_a_look_tells_whether_a_name_may_mean_another_model(models: Path) -> None:
    point(models, "one")
    named = source(str(models))
    before = named.look()
    assert named.look() == before
    point(models, "two")
    other = named.look()
    assert other != before
    overwrite(models / "two", models / "one")
    assert named.look() != other
    (models / "two" / "more").touch()
    named.look()
    shutil.rmtree(models / "two")
    with pytest.raises(ModelError, match="names no folder"):
        named.look()


def test_a_folder_that_is_written_while_it_is_read_is_refused_or_whole(models: Path, made: Path) -> None:
    ending = threading.Event()

    def write_on() -> None:
        while not ending.is_set():
            for name in ("one", "two"):
                overwrite(models / "one", made / name)
                ending.wait(0.05)

    writer = threading.Thread(target=write_on)
    writer.start()
    became: Counter[str] = Counter()
    try:
        while became["loaded"] < 5 and became.total() < 200:
            try:
                classifier = Classifier.load(str(models / "one"))
            except ModelError:
                became["refused"] += 1
                continue
            became["loaded"] += 1
            (answer,) = classifier.classify([EVENT], candidates=1)
            assert isinstance(answer, Assignment)
            assert isinstance(answer.candidates, tuple)
            whole = {"1": "T1046", "2": "T1048"}
            assert answer.candidates[0].id == whole[answer.model.version]
    finally:
        ending.set()
        writer.join()
    assert became["loaded"]
