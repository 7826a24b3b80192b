from __future__ import annotations

from pathlib import Path

from adscribe.assign import Classifier
from adscribe.service.examples import answered
from adscribe.service.settings import Settings
from tests.pages.reading import Page
from tests.service.harness import Service


def test_the_page_shows_every_example_with_its_answer(service: Service) -> None:
    response = service.get("/examples")
    page = Page(response.text)
    assert response.headers["content-type"].startswith("text/html")
    assert page.tags.count("article") == len(answered(Classifier.load()))
    assert "T1046 Network Service Discovery" in page.text
    assert "no category: misconfiguration" in page.text
    assert "by decision of the site" in page.text
    assert "curl -s http://127.0.0.1:8000/v1/classify" in page.text


def test_it_says_whose_site_the_examples_are_read_with(service: Service, tmp_path: Path) -> None:
    assert "runs without a site file" in service.get("/examples").text
    path = tmp_path / "site.yaml"
    path.write_text('filters: {LAN: ["10.0.0.0/8"]}\ninternal: LAN\n')
    with Service(Settings(site=path)) as sited:
        assert "not with the site file of this service" in sited.get("/examples").text


def test_the_examples_show_every_side_of_the_service() -> None:
    answers = [example.answer for example in answered(Classifier.load())]
    assert len(answers) >= 25
    reasons = {answer.no_category.reason for answer in answers if answer.no_category}
    assert reasons >= {"benign", "misconfiguration", "no_technique", "too_generic"}
    assert any(answer.no_category and answer.no_category.basis == "site" for answer in answers)
    assert any(answer.ics and answer.ics.techniques for answer in answers)
    assert any(answer.changed and "T1021.004" in answer.changed.added for answer in answers)
    tactics = {tactic.shortname for answer in answers for tactic in answer.tactics}
    assert len(tactics) >= 8
