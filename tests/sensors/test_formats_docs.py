"""The page on forms says what the readers do."""

from __future__ import annotations

import re

import pytest

from adscribe.event import Event, Source, Target, checks
from adscribe.sensors import FORMATS, Report, read
from adscribe.sensors.cef import USED
from adscribe.sensors.jsondoc import DEPTH, LIST_KEYS
from adscribe.sensors.jsonline import KEYS as SCRIPT_KEYS
from adscribe.sensors.rest import KEYS as REST_KEYS
from adscribe.sensors.tsv import COLUMNS
from tests.shared import ROOT

PAGE = (ROOT / "docs" / "sensors" / "formats.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def named(text: str) -> set[str]:
    return {name.strip("=:") for name in re.findall(r"`([^`\n]+)`", text)}


@pytest.mark.parametrize("name", FORMATS)
def test_every_form_and_its_status(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|.*{FORMATS[name].status}", PAGE, re.M)
    assert section(f"`{name}`")


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("flowmon-cef", USED),
        ("flowmon-json", SCRIPT_KEYS),
        ("flowmon-rest", REST_KEYS),
        ("native", Event.__struct_fields__),
        ("native", Source.__struct_fields__ + Target.__struct_fields__),
    ],
)
def test_every_key_has_its_line(form: str, names: tuple[str, ...]) -> None:
    assert set(names) <= named(section(f"`{form}`"))


def test_every_column_has_its_line() -> None:
    rows = re.findall(r"^\| (\d+) \| \d+ \| ([a-z -]+) \|", section("`flowmon-tsv`"), re.M)
    assert [name for _, name in rows] == list(COLUMNS)
    assert [int(number) for number, _ in rows] == list(range(1, 16))


def test_limits() -> None:
    limits = section("What holds for every form")
    for limit in (
        checks.TARGETS,
        checks.CHARACTERISTICS,
        checks.CHARACTERISTIC_LENGTH,
        checks.LABELS,
        checks.DESCRIPTION_LENGTH,
        checks.TEXT_LENGTH,
        DEPTH,
    ):
        assert f"{limit:,}" in limits
    assert set(LIST_KEYS) <= named(limits)


@pytest.mark.parametrize("form", ["flowmon-cef", "flowmon-json", "flowmon-rest", "native"])
def test_examples_are_read(form: str) -> None:
    (example,) = re.findall(r"```\w+\n(.*?)```", section(f"`{form}`"), re.S)
    answers = list(read(example))
    assert answers
    for answer in answers:
        assert isinstance(answer, Report)
        assert (answer.format, answer.ignored, answer.unknown) == (form, (), ())
