"""A corpus is readable, reproducible, apart in its parts, and says how ambiguous it is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from adscribe.assign.decisions import CAUSES
from adscribe.attack import Catalogue
from adscribe.sensors import Report, read
from adscribe.site import Site
from adscribe.training import splits
from adscribe.training.simulation import DefinitionError, Plan, build_corpus, load_library, replay
from adscribe.training.simulation.truth import REASONS
from adscribe.training.simulation.views import BY_NAME, FULL

from .conftest import Corpus


def test_every_event_is_read_without_a_remark(corpus: Corpus) -> None:
    for row in corpus.rows:
        (found,) = read(row.native, format="native")
        assert isinstance(found, Report), found
        assert not found.ignored
        assert found.event.method == row.method


def test_every_detail_is_one_that_its_reader_understands(corpus: Corpus) -> None:
    """What the words say is what the fields hold, up to the digits that the words show."""
    compared = 0
    for row in corpus.rows:
        native = msgspec.json.decode(row.native)
        if row.view != FULL or not native.get("description"):
            continue
        worded = {key: native[key] for key in ("method", "submethod", "source", "detected_at", "description")}
        (found,) = read([worded])
        assert isinstance(found, Report)
        for name, value in found.event.characteristics.items():
            told = native["characteristics"].get(name)
            if isinstance(told, int | float) and isinstance(value, int | float):
                assert value == pytest.approx(told, rel=0.02, abs=60), (name, native)
                compared += 1
        assert found.event.success in (None, native.get("success"))
    assert compared > len(corpus.rows)


def test_every_site_file_is_read(corpus: Corpus) -> None:
    files = sorted((corpus.folder / "sites").glob("*.yaml"))
    assert len(files) == 2 * corpus.plan.sites
    for file in files:
        site = Site.load(file)
        assert site.internal
        assert not (file.stem.endswith("-bare") and site.content.roles)


def test_truths_are_of_the_catalogue_or_a_reason(corpus: Corpus) -> None:
    enterprise = Catalogue.load().matrix("enterprise", "19")
    ics = Catalogue.load().matrix("ics", "18.1")
    for row in corpus.rows:
        assert (row.no_category is None) == bool(row.techniques) == bool(row.tactics)
        assert row.no_category in (None, *REASONS)
        enterprise.check(row.techniques, row.tactics)
        ics.check(row.ics_techniques, row.ics_tactics)


def test_the_parts_know_nothing_of_each_other(corpus: Corpus) -> None:
    names = ("site", "split", "campaign", "event_key", "behaviour", "parameter_set")
    columns = {name: [getattr(row, name) for row in corpus.rows] for name in names}
    splits.check(columns, load_library().held_out)
    assert set(columns["split"]) == set(splits.SPLITS)


def test_prevalence_and_size_are_those_asked_for(corpus: Corpus) -> None:
    full = [row for row in corpus.rows if row.view == FULL]
    assert len(full) == pytest.approx(corpus.plan.events, rel=0.05)
    share = sum(bool(row.techniques) for row in full) / len(full)
    assert share == pytest.approx(corpus.plan.prevalence, abs=0.03)
    assert corpus.card["prevalence"] == pytest.approx(share, abs=0.0001)


def test_rows_are_in_order_and_updates_belong_to_their_event(corpus: Corpus) -> None:
    updated = 0
    for site_rows, files in corpus.sites:
        full = [row for row in site_rows if row.view == FULL]
        times = [msgspec.json.decode(row.native) for row in full]
        at = [native.get("updated_at", native["detected_at"]) for native in times]
        assert at == sorted(at)
        found = list(replay(site_rows, files))
        ids: dict[tuple[str, str], set[str]] = defaultdict(set)
        for replayed in found:
            row = replayed.row
            ids[row.view, row.event_key].add(replayed.context.event.detected_at.isoformat())
            updated += row.revision > 1
        assert all(len(moments) == 1 for moments in ids.values())
    assert updated > 50


def test_a_degraded_view_lacks_what_it_says_and_keeps_its_truth(corpus: Corpus) -> None:
    full = {(row.event_key, row.revision): row for row in corpus.rows if row.view == FULL}
    seen = set()
    for row in corpus.rows:
        if row.view == FULL:
            continue
        seen.add(row.view)
        whole = full[row.event_key, row.revision]
        assert (row.truth, row.tactics, row.split) == (whole.truth, whole.tactics, whole.split)
        native = msgspec.json.decode(row.native)
        match row.view:
            case "no-direction":
                assert "direction" not in native
                assert all(isinstance(t, str) or "sent_bytes" not in t for t in native["targets"])
            case "no-success":
                assert "success" not in native
                assert "successful_count" not in native["characteristics"]
            case "no-name":
                assert not {"threat", "blacklist_names", "list_description"} & set(native["characteristics"])
            case "no-text":
                assert "description" not in native
            case "no-history":
                assert not row.history
            case "no-site":
                assert row.site_file is None
            case "no-roles":
                assert row.site_file == f"{row.site}-bare.yaml"
    assert seen == set(BY_NAME) - {FULL}


def test_history_is_known_where_the_row_says_so(corpus: Corpus) -> None:
    used: dict[str, list[int]] = defaultdict(list)
    for site_rows, files in corpus.sites[:5]:
        for replayed in replay(site_rows, files):
            used[replayed.row.view].append(replayed.context.history)
    assert max(used[FULL]) > 0
    assert max(used["no-history"]) == 0


def test_what_the_site_decides_has_the_truth_of_the_decision(corpus: Corpus) -> None:
    decided = 0
    for site_rows, files in corpus.sites:
        for replayed in replay([row for row in site_rows if row.view == FULL], files):
            if not replayed.decided:
                continue
            decided += 1
            cause = replayed.context.values("known_cause")
            allowed = replayed.context.values("authorised") == ("yes",)
            labelled = "fp_label" in replayed.context.facts
            expected = "benign" if allowed or labelled or not cause else CAUSES[cause[0]]
            assert replayed.row.no_category == expected
    assert decided > 10


def test_names_of_threats_are_masked_and_paraphrased_now_and_then(tmp_path: Path, corpus: Corpus) -> None:
    forms = {row.name_form for row in corpus.rows}
    assert {"published", "new"} <= forms
    build_corpus(replace(corpus.plan, sites=2, events=300, masked=1.0), tmp_path, processes=1)
    card = msgspec.json.decode((tmp_path / "card.json").read_bytes())
    assert set(card["counts"]["name_form"]) <= {"masked", "paraphrased"}


def test_the_card_counts_what_the_rows_hold_and_shows_the_overlap(corpus: Corpus) -> None:
    card = corpus.card
    full = [row for row in corpus.rows if row.view == FULL]
    assert card["rows"] == len(corpus.rows)
    assert card["reports"] == len(full)
    assert card["events"] == len({row.event_key for row in full})
    assert card["counts"]["behaviour"]["sweep-of-services-inside"] == sum(
        row.behaviour == "sweep-of-services-inside" for row in full
    )
    shared = card["overlap"]
    assert 0 < shared["ambiguous_reports"] < shared["reports"] == card["reports"] - card["decided_by_site"]
    assert all(len(group["truths"]) >= 2 for group in shared["largest"])
    assert shared["ceiling"] < 1
    text = (corpus.folder / "card.md").read_text()
    assert f"{shared['ambiguous_reports']:,} of {shared['reports']:,}" in text
    assert all(f"`{name}`" in text for name in load_library().held_out)


def test_a_seed_gives_the_same_corpus_in_any_number_of_processes(tmp_path: Path) -> None:
    plan = Plan(events=180, sites=3, seed=3)
    # Processes of their own also have another PYTHONHASHSEED each.
    hashes = {
        name: build_corpus(asked, tmp_path / name, processes=processes)["content_sha256"]
        for name, asked, processes in (
            ("alone", plan, 1),
            ("together", plan, 2),
            ("other", replace(plan, seed=4), 1),
        )
    }
    assert hashes["alone"] == hashes["together"] != hashes["other"]


def test_a_plan_that_can_not_be_is_refused() -> None:
    for wrong in ({"events": 3, "sites": 4}, {"prevalence": 1.5}, {"sites": 0}):
        with pytest.raises(DefinitionError, match=r"site|share"):
            Plan(**{"events": 100, "sites": 4, **wrong})  # type: ignore[arg-type]
