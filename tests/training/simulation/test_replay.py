"""A context of the corpus is the one that a service comes to which only ever sees the row's view."""

from __future__ import annotations

import msgspec
import pytest

from adscribe import Assignment, Classifier
from adscribe.site import Site
from adscribe.training.simulation import Row, replay
from adscribe.training.simulation.replay import Replayed
from adscribe.training.simulation.views import BY_NAME, FULL, degraded

from .conftest import Corpus

Replays = list[tuple[dict[str, str], list[Replayed]]]


@pytest.fixture(scope="module")
def replays(corpus: Corpus) -> Replays:
    return [(files, list(replay(site_rows, files))) for site_rows, files in corpus.sites[:5]]


@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "no-history"])
def test_what_is_known_offline_is_what_a_service_knows_online(replays: Replays, name: str) -> None:
    classifier, compared = Classifier.load("codebook"), 0
    for files, found in replays:
        shown = [replayed for replayed in found if replayed.row.view == name]
        if not shown:
            continue
        full = [replayed.row for replayed in found if replayed.row.view == FULL]
        file = shown[0].row.site_file
        site = Site.parse(files[file], name=file) if file else Site.default()
        online = classifier.classify(seen(full, name), format="native", site=site, explain=False)
        answers = {(row.event_key, row.revision): one for row, one in zip(full, online, strict=True)}
        for replayed in shown:
            answer = answers[replayed.row.event_key, replayed.row.revision]
            assert isinstance(answer, Assignment)
            assert replayed.context.history == answer.context.history
            if not replayed.decided:
                said = classifier.model.assess(replayed.context, explain=False, candidates=0)
                assert said.no_category == answer.no_category
                assert said.techniques == answer.techniques
            compared += 1
    assert compared > 2


def seen(full: list[Row], name: str) -> list[dict[str, object]]:
    """Return all reports as a view shows them."""
    view, natives = BY_NAME[name], [msgspec.json.decode(row.native) for row in full]
    return [degraded(view, native) if view.applies(native) else native for native in natives]
