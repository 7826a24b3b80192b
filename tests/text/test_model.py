"""What a text model answers, and what a file must be to be one."""

from __future__ import annotations

import pickle
import shutil
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from adscribe.errors import ModelError
from adscribe.text import TextModel, load_model, rank, save_model, scores


def model() -> TextModel:
    return TextModel(
        techniques=("T1046", "T1110"),
        attack="19",
        link="identity",
        vocabulary=("bruteforce", "port", "scan"),
        rarity=np.array([2, 1, 2], dtype=np.float32),
        weights=np.array([[0, 0.9], [0.2, 0], [0.8, -0.1]], dtype=np.float32),
        intercept=np.array([0.05, 0.02], dtype=np.float32),
    )


def test_words_add_up_by_their_rarity() -> None:
    shares = np.array([1, 2]) / np.sqrt(5)
    assert model().scores("a port scan")[0] == pytest.approx(0.05 + shares @ [0.2, 0.8])


def test_scores_lie_between_0_and_1_and_cant_be_changed() -> None:
    found = model().scores("scan")
    assert found.min() == 0
    assert found.max() <= 1
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 2


def test_a_text_without_a_known_word_gets_what_is_true_of_any() -> None:
    assert model().scores("zzz").tolist() == model().scores("").tolist() == pytest.approx([0.05, 0.02])
    assert model().knows("zzz") == 0


def test_what_is_frozen_answers_the_same(tmp_path: Path) -> None:
    save_model(model(), tmp_path / "text", {"candidate": "by hand"})
    loaded = load_model(tmp_path / "text")
    for text in ("port scan", "brute force", "zzz"):
        assert loaded.scores(text) == pytest.approx(model().scores(text), abs=1e-3)
    assert loaded.digest != model().digest  # 16 bits


def test_a_model_that_was_changed_is_refused(tmp_path: Path) -> None:
    save_model(model(), tmp_path, {})
    packed = tmp_path / "text.skops"
    packed.write_bytes(packed.read_bytes() + b"\0")
    with pytest.raises(ModelError, match=r"text\.skops: was changed"):
        load_model(tmp_path)


def test_a_pickle_is_refused_and_never_run(tmp_path: Path) -> None:
    save_model(model(), tmp_path, {})
    packed = pickle.dumps({"weights": np.zeros(3)})
    (tmp_path / "text.skops").write_bytes(packed)
    names = msgspec.json.decode((tmp_path / "text.json").read_bytes())
    names["arrays"] = __import__("hashlib").sha256(packed).hexdigest()
    (tmp_path / "text.json").write_bytes(msgspec.json.encode(names))
    with pytest.raises(ModelError, match="no skops file"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"protocol": 99}, "protocol 99"),
        ({"techniques": ["T1046"]}, "no table of 3 words by 1 techniques"),
        ({"vocabulary": ["port", "port", "scan"]}, "twice"),
        ({"strange": 1}, "unknown field"),
    ],
)
def test_names_that_dont_fit_are_refused(tmp_path: Path, change: dict[str, object], said: str) -> None:
    save_model(model(), tmp_path, {})
    names = msgspec.json.decode((tmp_path / "text.json").read_bytes())
    (tmp_path / "text.json").write_bytes(msgspec.json.encode(names | change))
    with pytest.raises(ModelError, match=said):
        load_model(tmp_path)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"pipelines\.text trains it"):
        load_model(tmp_path / "none")


@pytest.mark.parametrize(
    ("text", "technique"),
    [
        ("HostPortSweep", "T1046"),
        ("Repeated failed logons, password guessing", "T1110"),
        ("Traffic to a cryptocurrency mining pool", "T1496"),
        ("Log4Shell exploitation attempt", "T1190"),
        ("Large upload to a cloud storage", "T1567"),
        ("ARP spoofing", "T1557"),
        ("Many queries for domains of a DGA", "T1568"),
    ],
)
def test_the_model_that_ships_knows_plain_words(text: str, technique: str) -> None:
    assert technique in dict(rank(text))
    assert scores(text)[technique] == pytest.approx(dict(rank(text))[technique])


def test_nothing_is_said_of_words_that_nobody_knows() -> None:
    assert scores("qqxxzz wwvvkk") == {}


def test_a_new_text_takes_less_than_two_milliseconds() -> None:
    shipped = load_model()
    texts = [
        f"{number} outbound connection to a rare country, possible exfiltration by DNS"
        for number in range(300)
    ]
    shipped.scores("the first loads")
    started = time.perf_counter()
    for text in texts:
        shipped.scores(text)
    assert (time.perf_counter() - started) / len(texts) < 0.002


def test_what_ships_is_small() -> None:
    from adscribe.text.artefact import SHIPPED

    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) < 5 * 2**20


def test_the_model_that_ships_survives_a_copy(tmp_path: Path) -> None:
    from adscribe.text.artefact import SHIPPED

    shutil.copytree(SHIPPED, tmp_path / "copy")
    assert load_model(tmp_path / "copy").digest == load_model().digest
