"""One meaning a name: what the keys and phrases of each method are taken for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from adscribe.event.characteristics import CHARACTERISTICS
from adscribe.sensors.flowmon.detail import Detail, read_detail

Case = dict[str, Any]
CASES: dict[str, list[Case]] = yaml.safe_load(Path(__file__).with_name("detail_cases.yaml").read_text())


def _name(case: Case) -> str:
    return f"{case['method']} {case['text'][:30]}"


def read(method: str, text: str) -> Detail:
    detail = read_detail(method, text)
    assert not detail.unknown
    assert detail.form in ("machine", "phrase")
    return detail


@pytest.mark.parametrize("case", CASES["characteristics"], ids=_name)
def test_a_key_or_a_phrase_means_one_characteristic(case: Case) -> None:
    detail = read(case["method"], case["text"])
    assert detail.characteristics == case["expected"]
    assert set(detail.characteristics) <= set(CHARACTERISTICS)


@pytest.mark.parametrize("case", CASES["fields"], ids=_name)
def test_what_an_event_has_a_field_for_goes_there(case: Case) -> None:
    value = getattr(read(case["method"], case["text"]), case["field"])
    assert (list(value) if isinstance(value, tuple) else value) == case["expected"]


@pytest.mark.parametrize("case", CASES["submethods"], ids=_name)
def test_the_submethod_is_told_where_the_text_tells_it(case: Case) -> None:
    assert read(case["method"], case["text"]).submethod == case["expected"]


def test_the_description_of_a_pattern_is_kept() -> None:
    text = "NewThing: a new thing detected, attempts to access: 7, uploaded data: 1 B, downloaded data: 1 B."
    assert read("BPATTERNS", text).characteristics["threat"] == "NewThing: a new thing detected"


def test_numbers_are_not_shifted_by_a_description_that_looks_like_the_phrase() -> None:
    text = (
        "Found, attempts to access: 9, uploaded data: 9 B, downloaded data: 9 B, attempts to access: 7,"
        " uploaded data: 2 KiB, downloaded data: 1 B."
    )
    detail = read("BPATTERNS", text)
    assert detail.characteristics["flows_count"] == 7
    assert detail.characteristics["uploaded_bytes"] == 2048


def test_an_unknown_phrase_is_free_text_and_its_outline_is_reported_without_names() -> None:
    detail = read_detail("UPLOAD", "Host pc-12.example sent 5 GiB to 203.0.113.9 for hours.")
    assert (detail.form, detail.characteristics) == ("text", {})
    assert detail.unknown == ("Host … sent … GiB to … for hours.",)


def test_an_unknown_key_is_kept_and_named() -> None:
    detail = read_detail("UPLOAD", "{Submethod:'General';UploadedData:'1 KiB';NewKey:'7 apples'}")
    assert detail.characteristics == {"uploaded_bytes": 1024, "NewKey": "7 apples"}
    assert detail.unknown == ("NewKey",)


def test_a_key_named_like_a_characteristic_can_not_pose_as_one() -> None:
    detail = read_detail("UPLOAD", "{Submethod:'General';transferred_bytes:'lots'}")
    assert detail.characteristics == {}
    assert detail.unknown == ("transferred_bytes",)


def test_a_value_that_is_none_of_its_kind_is_unknown_and_named() -> None:
    detail = read_detail("UPLOAD", "{Submethod:'General';UploadedData:'many';PortList:'443, http'}")
    assert detail.characteristics == {}
    assert detail.ports == ()
    assert detail.unknown == ("UploadedData", "PortList")


def test_a_submethod_that_a_closed_method_does_not_have_is_kept_and_reported() -> None:
    detail = read_detail("SCANS", "{Submethod:'TCPACK';TargetCount:'3'}")
    assert detail.submethod == "TCPACK"
    assert detail.unknown == ("submethod",)


def test_a_method_that_no_version_knows_is_read_by_the_common_keys() -> None:
    detail = read("NEWMETHOD", "{Submethod:'Odd';FlowCount:'3';UploadedData:'1 KiB'}")
    assert (detail.method, detail.submethod) == ("NEWMETHOD", "Odd")
    assert detail.characteristics == {"flows_count": 3, "uploaded_bytes": 1024}
