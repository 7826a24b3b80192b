"""The names of the REST API: what ships, and a file of the user's over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from adscribe.errors import ApiError
from adscribe.sensors import Report, read
from adscribe.sensors.flowmon import api
from adscribe.sensors.rest import keys

DOCUMENT = {"type": "SCANS", "source": {"ip": "192.0.2.7"}, "time": "2026-02-03 15:12:10"}


def load(tmp_path: Path, text: str) -> tuple[api.Api, api.Entries]:
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return api.load(path)


def test_every_entry_that_ships_says_what_it_rests_on() -> None:
    _, entries = api.shipped()
    assert {entry.basis for entry in entries.values()} == {"documented", "assumed"}
    assert all(entry.source for entry in entries.values())
    # What nobody but third parties or a guess names must not pass for the vendor's word.
    for entry in entries.values():
        assert (entry.basis == "documented") == (entry.source == "vendor's scripts")


def test_what_is_printed_is_a_mapping_file_again(tmp_path: Path) -> None:
    mine = load(tmp_path, "events: {fields: {last change: updated_at, lastUpdate: null}, search: null}")
    for names, entries in (api.shipped(), mine):
        assert load(tmp_path, api.as_yaml(entries)) == (names, entries)
    assert "search: {value: null, basis: yours}" in api.as_yaml(mine[1])


def test_a_key_of_ones_own_is_read_and_one_that_was_taken_away_is_not(tmp_path: Path) -> None:
    _, entries = load(tmp_path, "events: {fields: {changed: updated_at, lastUpdate: null}}")
    record = DOCUMENT | {"changed": "2026-02-03 16:00:00", "lastUpdate": "2026-02-03 17:00:00"}
    (mine,) = read([record], format="flowmon-rest", rest_keys=keys(entries))
    (shipped,) = read([record], format="flowmon-rest")
    assert isinstance(mine, Report)
    assert isinstance(shipped, Report)
    assert (mine.event.reported_at.hour, mine.ignored) == (16, ("lastUpdate",))
    assert (shipped.event.reported_at.hour, shipped.ignored) == (17, ("changed",))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("events: 5", "/events: Expected `object`"),
        ("token: {path: 7}", "/token/path: Expected `str`"),
        ("token: {path: //elsewhere.example/token}", "/token/path: Expected"),
        ("token: {paht: /token}", "/token: Object contains unknown field `paht`"),
        ("events: {fields: {a: nonsense}}", "/events/fields: Invalid enum value 'nonsense'"),
        ("events: {paging: {size: 0}}", "/events/paging/size: Expected `int` >= 1"),
        ("events: {time_format: now}", "/events/time_format: Expected"),
        ("token:\n  path: [", "line 3: no YAML"),
        ("- a list", "a mapping of keys to values"),
        ("a: &a [*a]", "unknown field `a`"),
        ("a: " + "[" * 5000, "no YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ApiError) as told:
        load(tmp_path, text)
    assert str(told.value).startswith(f"{tmp_path / 'mapping.yaml'}")
    assert problem in str(told.value)


def test_a_file_that_is_absent_or_endless(tmp_path: Path) -> None:
    with pytest.raises(ApiError, match="can't be read"):
        api.load(tmp_path / "absent.yaml")
    with pytest.raises(ApiError, match="larger than"):
        load(tmp_path, "#" * (api.MAX_BYTES + 1))
