"""What is normal is what sites are among themselves: chance stays quiet, a shift doesn't."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
import pytest

from adscribe.errors import ModelError
from adscribe.model.artefact import PROFILE, load, with_profile
from adscribe.model.profile import (
    PAST,
    TRAINING,
    VERSION,
    Comparer,
    Normal,
    Profile,
)
from adscribe.model.statistics import ANSWER, METHOD, Counts, Statistics
from tests.model.protocols import write
from tests.model.sites import Sites
from tests.model.small import CATALOGUE, small
from tests.model.test_artefact import refused, signed


@lru_cache(maxsize=1)
def statistics() -> Statistics:
    return small().artefact.statistics()


@lru_cache(maxsize=1)
def invented() -> tuple[Sites, Profile]:
    sites = Sites(statistics(), 5)
    return sites, sites.profile(150)


def score(profile: Profile, now: Counts, past: Counts | None = None, size: int = 500) -> tuple[float, Normal]:
    """Return the largest score of a window, and what is normal."""
    mean = np.array([share for shares in profile.mean for share in shares])
    comparer = Comparer(statistics(), mean, profile.items)
    normal = profile.nearest(TRAINING if past is None else PAST, size)
    assert normal is not None
    distances, enough, _, _ = comparer.compare(now, past)
    scores = [
        (distance - average) / deviation
        for distance, average, deviation, told in zip(
            distances, normal.mean, normal.deviation, enough, strict=True
        )
        if told and average is not None and deviation
    ]
    return max(scores), normal


@pytest.mark.parametrize("against", [TRAINING, PAST])
def test_other_sites_of_the_kind_are_called_drift_as_seldom_as_is_said(against: str) -> None:
    sites, profile = invented()
    called = []
    for _ in range(300):
        shares = sites.shares()
        past = sites.piece(shares, 500) if against == PAST else None
        found, normal = score(profile, sites.piece(shares, 500), past)
        called.append([found > normal.limit(level) for level in (0.01, 0.1)])
    drift, watch = np.mean(called, axis=0)
    # Two standard deviations of 300 draws, and of the limit that 150 sites give.
    assert drift <= 0.03
    assert 0.03 <= watch <= 0.17


def test_a_shift_in_one_group_is_a_drift() -> None:
    sites, profile = invented()
    shares = sites.shares()
    group = next(place for place, one in enumerate(statistics().groups) if one.name == ANSWER)
    shares[group] = shares[group][::-1]
    found, normal = score(profile, sites.piece(shares, 500))
    assert found > normal.limit(0.01)
    assert normal.chance(found) <= 0.01


def test_what_is_peculiar_to_a_site_is_no_change_of_it() -> None:
    sites, profile = invented()
    shares = sites.shares()
    group = next(place for place, one in enumerate(statistics().groups) if one.name == METHOD)
    shares[group] = sites.chance.permutation(shares[group])
    now, past = sites.piece(shares, 500), sites.piece(shares, 500)
    odd, normal = score(profile, now)
    same, of_past = score(profile, now, past)
    assert odd > normal.limit(0.01)
    assert same < of_past.limit(0.01)


def test_few_events_are_not_far_from_anything() -> None:
    _, profile = invented()
    comparer = Comparer(statistics(), np.array([one for row in profile.mean for one in row]), profile.items)
    one = np.zeros(len(statistics()))
    one[statistics().place(ANSWER, "benign")] = 1
    distances, enough, _, _ = comparer.compare(one, None)
    assert distances.max() < 0.1
    assert not enough.any()


def test_a_window_is_judged_by_the_largest_that_is_known_of_its_events() -> None:
    _, profile = invented()
    sizes = {
        against: {one.size for one in profile.normal if one.against == against}
        for against in (TRAINING, PAST)
    }
    assert sizes == {TRAINING: {250, 500, 1000}, PAST: {250, 500}}
    found = [profile.nearest(TRAINING, events) for events in (249, 250, 700, 10**6)]
    assert [one.size if one else None for one in found] == [None, 250, 500, 1000]


def test_a_limit_is_passed_by_as_many_sites_as_its_level_says() -> None:
    normal = Normal(
        against=TRAINING, size=250, mean=(), deviation=(), extremes=tuple(map(float, range(1, 100)))
    )
    assert normal.limit(0.1) == 90
    assert normal.chance(90.5) == 0.1
    # Of 99 sites nothing is known beyond the largest.
    assert normal.limit(0.001) == normal.limit(0.01) == 99


def test_an_event_counts_alone_as_it_does_among_many() -> None:
    found = small()
    rows = statistics().rows(found.rows[:200])
    for place in range(200):
        counts = np.zeros(len(statistics()))
        statistics().add_features(counts, found.artefact.features.row(found.contexts[place]))
        assert counts == pytest.approx(rows[[place]].toarray().ravel(), abs=1e-6)


def test_a_number_and_a_key_count_once_for_an_event_that_tells_them() -> None:
    found = small()
    rows = statistics().rows(found.rows)
    events = Comparer(statistics(), np.zeros(len(statistics())), ()).events(rows.toarray())
    names = [group.name for group in statistics().groups]
    methods = events[:, names.index(METHOD)]
    assert methods == pytest.approx(np.ones(len(methods)))
    for name in ("uploaded_bytes", "source", "success"):
        told = events[:, names.index(name)]
        assert told.max() == pytest.approx(1, abs=1e-5)
        assert told.min() == 0 or name == "source"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, and the same with a profile."""
    folder = tmp_path_factory.mktemp("models")
    write(folder / "bare", small().artefact)
    with_profile(folder / "bare", folder / "told", invented()[1], CATALOGUE)
    return folder


def test_a_profile_is_part_of_the_artefact(folder: Path) -> None:
    artefact, manifest = load(folder / "told", CATALOGUE)
    assert artefact.profile == invented()[1]
    assert PROFILE in manifest.files
    assert (folder / "told" / PROFILE).stat().st_size < 200_000
    before = load(folder / "bare", CATALOGUE)[1]
    assert {**manifest.files, PROFILE: None} == {**before.files, PROFILE: None}


def test_a_model_is_saved_with_its_profile(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "again", replace(small().artefact, profile=invented()[1]))
    assert (tmp_path / "again" / PROFILE).read_bytes() == (folder / "told" / PROFILE).read_bytes()


def test_a_model_without_a_profile_is_loaded(folder: Path) -> None:
    assert load(folder / "bare", CATALOGUE)[0].profile is None


def changed(folder: Path, out: Path, changes: Mapping[str, object]) -> Path:
    out.mkdir()
    for file in (folder / "told").iterdir():
        (out / file.name).write_bytes(file.read_bytes())
    told = json.loads((out / PROFILE).read_bytes())
    signed(out, PROFILE, json.dumps({**told, **changes}).encode())
    return out


def test_a_profile_that_means_something_else_is_left_aside(folder: Path, tmp_path: Path) -> None:
    later = changed(folder, tmp_path / "later", {"version": VERSION + 1, "more": 1})
    assert load(later, CATALOGUE)[0].profile is None


def test_a_profile_of_another_model_is_refused(folder: Path, tmp_path: Path) -> None:
    other = msgspec.to_builtins(invented()[1].groups[1:])
    refused(changed(folder, tmp_path / "other", {"groups": other}), "the profile is of another model")
    with pytest.raises(ModelError, match="the profile is of another model"):
        with_profile(
            folder / "bare",
            tmp_path / "out",
            msgspec.structs.replace(invented()[1], groups=invented()[1].groups[1:]),
            CATALOGUE,
        )


def test_a_changed_or_missing_profile_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = changed(folder, tmp_path / "copy", {})
    content = bytearray((copy / PROFILE).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / PROFILE).write_bytes(content)
    refused(copy, "changed", PROFILE)
    (copy / PROFILE).unlink()
    refused(copy, f"lacks {PROFILE}")
