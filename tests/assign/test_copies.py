"""Copies of a registry's models: few, whole, and found again when the registry is away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from adscribe.assign.copies import MOST, Copies
from adscribe.errors import ModelError

URI = "models:/adscribe@champion"
STORE = "https://user:s3cret@registry.example"


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    return Copies(tmp_path / "cache", URI, STORE)


def fetching(content: str) -> Callable[[Path], Path]:
    def fetch(into: Path) -> Path:
        folder = into / "artifacts" / "model"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(content)
        return folder

    return fetch


def never(into: Path) -> Path:
    raise AssertionError(f"fetched again into {into}")


def test_a_version_is_fetched_once(copies: Copies) -> None:
    assert not copies.there("1-10")
    folder = copies.kept("1-10", fetching("one"))
    assert copies.there("1-10")
    assert copies.kept("1-10", never) == folder
    assert (folder / "manifest.json").read_text() == "one"
    copies.forget("1-10")
    assert (copies.kept("1-10", fetching("again")) / "manifest.json").read_text() == "again"


def test_what_answered_last_is_what_a_start_finds(copies: Copies, tmp_path: Path) -> None:
    assert copies.last() is None
    copies.kept("1-10", fetching("one"))
    copies.confirm("1-10")
    # Fetched, but it never answered.
    copies.kept("2-20", fetching("two"))
    again = Copies(tmp_path / "cache", URI, STORE)
    found = again.last()
    assert found is not None
    assert (found / "manifest.json").read_text() == "one"
    # Another model, or another registry, has copies of its own.
    assert Copies(tmp_path / "cache", "models:/adscribe/1", STORE).last() is None
    assert Copies(tmp_path / "cache", URI, "sqlite:///mlflow.db").last() is None


def test_the_latest_few_are_kept_and_the_one_that_answers(copies: Copies) -> None:
    for number in range(1, 8):
        copies.kept(f"{number}-{number}0", fetching(str(number)))
    copies.confirm("2-20")
    there = [number for number in range(1, 8) if copies.there(f"{number}-{number}0")]
    assert there == [2, 6, 7]
    assert len(there) == MOST


def test_a_fetch_that_fails_leaves_nothing(copies: Copies, tmp_path: Path) -> None:
    def broken(into: Path) -> Path:
        (into / "half").mkdir()
        raise ModelError("the registry went away")

    with pytest.raises(ModelError, match="went away"):
        copies.kept("1-10", broken)
    assert not copies.there("1-10")
    assert not list((tmp_path / "cache").rglob("half"))


def test_two_that_fetch_at_a_time_have_one_copy(copies: Copies) -> None:
    def slower(into: Path) -> Path:
        copies.kept("1-10", fetching("the other's"))
        return fetching("mine")(into)

    assert (copies.kept("1-10", slower) / "manifest.json").read_text() == "the other's"


@pytest.mark.parametrize("name", ["", "..", "../../elsewhere", "1-10/..", "/etc", "1-10\n", "\x00"])
def test_a_note_that_names_no_copy_is_none(copies: Copies, name: str) -> None:
    folder = copies.kept("1-10", fetching("one"))
    copies.confirm("1-10")
    (folder.parent / "last").write_text(name)
    assert copies.last() is None


def test_no_password_of_the_store_stands_in_a_name(copies: Copies, tmp_path: Path) -> None:
    copies.kept("1-10", fetching("one"))
    copies.confirm("1-10")
    assert not [path for path in tmp_path.rglob("*") if "s3cret" in str(path)]


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="can't keep a model") as caught:
        Copies(tmp_path / "file", URI, STORE).kept("1-10", fetching("one"))
    assert "s3cret" not in str(caught.value)
