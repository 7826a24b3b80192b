"""The model page, and what was measured of the model that answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adscribe.service import charts
from adscribe.service.settings import Settings, SettingsError
from adscribe.training.evaluation import Evaluation
from tests.pages.reading import Page
from tests.service.harness import Service, event
from tests.shared import ROOT

EVALUATION = ROOT / "models" / "evaluation" / "evaluation.json"


@pytest.fixture(scope="module")
def shipped() -> Iterator[Service]:
    """A service with the model that ships, a challenger, and MLflow's address."""
    settings = Settings(challenger="codebook", mlflow_url="https://mlflow.example/ui")
    with Service(settings) as running:
        running.request("POST", "/v1/events", json=[event()])
        yield running


def measures(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = service.get("/v1/model/measures").json()
    return found


def first_cells(html: str) -> list[str]:
    """Return the names of the rows of the table of labels."""
    rows = html.split('aria-label="Table of labels"')[1].split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    return [part.split("</a>")[0].rpartition(">")[2] for part in rows.split('<th scope="row">')[1:]]


def test_the_measures_are_those_of_the_evaluation_of_this_very_artefact(shipped: Service) -> None:
    found = measures(shipped)
    assert found["reason"] is None
    assert found["measures"]["artefact"] == shipped.get("/v1/model").json()["artefact"]
    written = json.loads(EVALUATION.read_text("utf-8"))
    assert found["measures"]["promises"] == written["promises"]
    assert found["measures"]["curve"] == written["curve"]
    assert len(found["measures"]["levels"]["technique"]["labels"]) == len(
        written["scores"]["model"]["levels"]["technique"]["labels"]
    )


def test_the_page_shows_promises_beside_what_was_measured_and_the_one_in_use(shipped: Service) -> None:
    page = Page(shipped.get("/model").text)
    assert "Model adscribe 2" in page.text
    for one in measures(shipped)["measures"]["promises"]:
        assert one["promise"].capitalize() in page.text
        assert f"{one['realised']:.3f}" in page.text
    assert "Wrong categories at risk 0.1 in use" in " ".join(page.text.split())


def test_charts_stand_in_the_page_without_styles_of_their_own(shipped: Service) -> None:
    html = shipped.get("/model").text
    figures = html.split('<section class="charts">')[1].split("</section>")[0]
    assert figures.count("<svg") == 2
    assert "probability said" in figures
    assert "style" not in figures
    assert "var(--accent)" in figures


def test_without_the_packages_of_charts_the_tables_stand_alone(
    shipped: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    charts._drawn.cache_clear()
    page = Page(shipped.get("/model").text)
    charts._drawn.cache_clear()
    assert "There are no charts here" in page.text
    assert "Label by label" in page.text


def test_labels_are_sorted_by_any_column_either_way(shipped: Service) -> None:
    labels = measures(shipped)["measures"]["levels"]["technique"]["labels"]
    support = {one["label"]: one["support"] for one in labels}
    for order in ("asc", "desc"):
        names = first_cells(shipped.get(f"/model?sort=support&order={order}").text)
        found = [support[name.split()[0]] for name in names]
        assert len(found) == len(labels)
        assert found == sorted(found, reverse=order == "desc")
    by_name = first_cells(shipped.get("/model?sort=label&order=asc").text)
    assert by_name == sorted(by_name)


def test_what_sorts_is_told_to_those_who_listen(shipped: Service) -> None:
    html = shipped.get("/model?level=tactic&sort=f1&order=desc").text
    assert html.count("aria-sort") == 1
    assert 'aria-sort="descending"><a href="/model?level=tactic&amp;sort=f1&amp;order=asc#labels"' in html
    assert "Lateral Movement" in html


@pytest.mark.parametrize("query", ["level=nothing", "sort=colour", "order=up", "colour=red"])
def test_a_query_that_cannot_be_is_refused_as_a_page(shipped: Service, query: str) -> None:
    answer = shipped.get(f"/model?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")


def test_figures_of_too_few_events_are_not_shown(shipped: Service) -> None:
    labels = measures(shipped)["measures"]["levels"]["technique"]["labels"]
    few = [one for one in labels if not one["sufficient"]]
    assert few
    assert shipped.get("/model").text.count("too few to tell") == len(few)


def test_the_challenger_is_compared(shipped: Service) -> None:
    text = " ".join(Page(shipped.get("/model").text).text.split())
    assert "codebook version" in text
    assert "answers agree" in text


def test_mlflow_is_linked_where_its_address_is_set(shipped: Service, service: Service) -> None:
    assert "https://mlflow.example/ui/#/experiments" in Page(shipped.get("/model").text).links
    assert "MLflow" not in service.get("/model").text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://user:word@mlflow.example", "mlflow.example"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="mlflow_url"):
        Settings(mlflow_url=url)


def test_an_evaluation_of_another_model_is_not_shown_for_this_one(tmp_path: Path) -> None:
    other = json.loads(EVALUATION.read_text("utf-8")) | {"artefact": "0" * 64}
    file = tmp_path / "evaluation.json"
    file.write_text(json.dumps(other))
    with Service(Settings(evaluation=file)) as running:
        assert measures(running) == {
            "reason": "evaluation.json is of another model than the one that answers",
            "measures": None,
        }
        assert "is of another model" in running.get("/model").text
        # It is read anew: whoever evaluates replaces it.
        file.write_bytes(EVALUATION.read_bytes())
        assert measures(running)["reason"] is None
        for content, says in ((b"[]", "isn't as adscribe evaluate"), (b"\xff", "isn't as adscribe evaluate")):
            file.write_bytes(content)
            assert says in measures(running)["reason"]
        file.unlink()
        assert "no evaluation.json" in measures(running)["reason"]


def test_the_rules_have_no_measures_and_a_page(tmp_path: Path) -> None:
    with Service(Settings(model="codebook")) as running:
        assert measures(running)["measures"] is None
        page = Page(running.get("/model").text)
        assert "these are the rules" in page.text
        assert "no promise" in page.text
        assert "None is asked" in page.text


def test_rolling_back_without_a_model_before_is_a_page_that_says_so(service: Service) -> None:
    assert "/model/rollback" not in service.get("/model").text
    answer = service.request("POST", "/model/rollback", data={"sure": "yes"})
    assert answer.status_code == 409
    assert answer.headers["content-type"].startswith("text/html")


def test_what_is_read_of_an_evaluation_is_what_training_writes() -> None:
    written = Evaluation.__struct_fields__
    assert {"artefact", "command", "scores", "held_out", "promises", "reliability", "curve"} <= set(written)
