from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from adscribe.assign import Classifier
from adscribe.service import pages
from adscribe.service.settings import Settings
from tests.service.harness import Service


class Page(HTMLParser):
    """Tags, links and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src") and value]
        assert not any(name == "style" or name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_shows_every_example_with_its_answer(service: Service) -> None:
    response = service.get("/")
    page = Page(response.text)
    assert response.headers["content-type"].startswith("text/html")
    assert page.tags.count("article") == len(pages.answered(Classifier.load()))
    assert "T1046 Network Service Discovery" in page.text
    assert "no category: misconfiguration" in page.text
    assert "by decision of the site" in page.text
    assert "curl -s http://127.0.0.1:8000/v1/classify" in page.text


def test_the_page_needs_nothing_from_elsewhere(service: Service) -> None:
    page = Page(service.get("/").text)
    assert not {"script", "iframe", "img", "style"} & set(page.tags)
    for link in page.links:
        assert link.startswith("/")
        assert service.get(link).status_code == 200


def test_it_says_whose_site_the_examples_are_read_with(service: Service, tmp_path: Path) -> None:
    assert "runs without a site file" in service.get("/").text
    path = tmp_path / "site.yaml"
    path.write_text('filters: {LAN: ["10.0.0.0/8"]}\ninternal: LAN\n')
    with Service(Settings(site=path)) as sited:
        assert "not with the site file of this service" in sited.get("/").text


def test_what_events_say_is_escaped() -> None:
    classifier = Classifier.load()
    example = pages.answered(classifier)[0]
    hostile = pages.Example("<script>alert(1)</script>", example.event, example.answer)
    assert "<script" not in pages.render([hostile], classifier, Settings())


def test_the_examples_show_every_side_of_the_service() -> None:
    answers = [example.answer for example in pages.answered(Classifier.load())]
    assert len(answers) >= 25
    reasons = {answer.no_category.reason for answer in answers if answer.no_category}
    assert reasons >= {"benign", "misconfiguration", "no_technique", "too_generic"}
    assert any(answer.no_category and answer.no_category.basis == "site" for answer in answers)
    assert any(answer.ics and answer.ics.techniques for answer in answers)
    assert any(answer.changed and "T1021.004" in answer.changed.added for answer in answers)
    tactics = {tactic.shortname for answer in answers for tactic in answer.tactics}
    assert len(tactics) >= 8
