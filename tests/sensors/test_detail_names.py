"""The registry of methods, and the tables: they name nothing that isn't there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from adscribe.event.characteristics import CHARACTERISTICS
from adscribe.sensors.flowmon import reading
from adscribe.sensors.flowmon.names import METHODS, RENAMED, find_method, table
from adscribe.sensors.flowmon.phrases import phrases
from adscribe.sensors.flowmon.reference import reference
from tests.shared import ROOT, shared_path

VERSIONS = ["6.07", "8.00", "9.01", "10.0", "11.0", "12.1", "12.5", "13.0"]


def test_13_0_has_46_methods_with_160_submethods() -> None:
    today = [method for method in METHODS.values() if method.retired is None]
    assert (len(today), sum(len(method.submethods) for method in today)) == (46, 160)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_code_of_a_former_version_leads_to_a_submethod_that_exists(method) -> None:  # type: ignore[no-untyped-def]
    for submethod in [*method.codes.values(), *method.transports, *filter(None, [method.default])]:
        assert submethod in method.submethods + method.former
    assert len({*method.submethods, *method.former}) == len(method.submethods + method.former)


def test_former_methods_lead_to_methods_and_submethods_that_exist() -> None:
    for old, (new, submethod) in RENAMED.items():
        assert old not in METHODS
        assert submethod is None or submethod in METHODS[new].submethods


def test_every_method_and_submethod_of_the_guide_is_registered() -> None:
    guide = yaml.safe_load(shared_path("labelling-guide.yaml").read_text())
    for entry in guide["entries"]:
        method, _ = find_method(entry["method"])
        assert method.code in METHODS
        named = [name for name in entry["submethods"] if not name.endswith("*")]
        assert [name for name in named if not method.knows(name)] == []


def test_since_and_retired_are_the_first_and_last_samples_with_the_method() -> None:
    held: dict[str, list[str]] = {}
    for version in VERSIONS:
        for file in shared_path("data", "flowmon-ads-samples", f"ADS_{version}").glob("multiple*.txt"):
            for code in set(re.findall(r"^[^|]*\|[^|]*\|[^|]*\|[^|]*\|(\w+)\|", file.read_text(), re.M)):
                held.setdefault(find_method(code)[0].code, []).append(version)
    first, last = VERSIONS[0], VERSIONS[-1]
    spans = {
        code: (min(seen, key=VERSIONS.index), max(seen, key=VERSIONS.index)) for code, seen in held.items()
    }
    assert spans == {code: (m.since or first, m.retired or last) for code, m in METHODS.items()}


def _names_in_tables() -> Iterator[tuple[str, str]]:
    machine = table("machine")
    for where, names in [("common", machine["common"])] + [
        (f"{method} {part}", names)
        for method, parts in machine["methods"].items()
        for part, names in parts.items()
    ]:
        yield from ((where, name) for name in names.values())
    for method, entries in phrases().items():
        yield from ((method, name) for phrase in entries for name in phrase.names)


def test_every_name_in_the_tables_is_a_characteristic_or_is_taken_apart() -> None:
    for where, notation in _names_in_tables():
        name = notation.partition(" in ")[0].removeprefix("-")
        if name.endswith("*"):
            assert any(known.startswith(name[:-1]) for known in CHARACTERISTICS), (where, notation)
        elif name != "_":
            assert name in CHARACTERISTICS or name in reading.COMPOSITES, (where, notation)


def test_every_phrase_tells_a_submethod_that_its_method_has() -> None:
    for method, entries in phrases().items():
        for phrase in entries:
            assert phrase.submethod is None or METHODS[method].knows(phrase.submethod), phrase.text


def test_tables_are_of_registered_methods() -> None:
    assert set(table("machine")["methods"]) <= set(METHODS)
    assert set(phrases()) <= set(METHODS)


def test_the_page_of_details_is_up_to_date() -> None:
    page = (ROOT / "docs" / "sensors" / "flowmon-details.md").read_text(encoding="utf-8")
    hint = "run: python -m adscribe.sensors.flowmon.reference > docs/sensors/flowmon-details.md"
    assert page == reference(), hint
