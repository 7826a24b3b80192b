"""Any input: mixed forms, documents over lines, broken lines, hostile bytes."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.errors import AdscribeError
from adscribe.event import Event
from adscribe.sensors import FORMATS, Reject, Report, read
from adscribe.sensors.lines import LINE_LENGTH

CEF = (
    "Nov  3 15:12:10 host ADS: CEF:0|Flowmon Networks|Flowmon ADS Ultimate|13.00.00|SCANS|Port scanning|6|"
    "src=192.0.2.7 start=Nov 03 2025 15:12:10 msg=x dst=198.51.100.1"
)
TSV = "\t".join(
    ["1", "2026-02-03 15:12:10", " ", "SCANS", *[" "] * 6, "192.0.2.7", " ", "198.51.100.1", " ", " "]
)
NATIVE: dict[str, Any] = {"method": "SCANS", "source": "192.0.2.7", "detected_at": "2026-02-03T15:12:10Z"}
SCRIPT = {"type": "SCANS", "source": "192.0.2.7", "timestamp": "2026-02-03 15:12:10"}
REST = {"type": "SCANS", "source": {"ip": "192.0.2.7"}, "time": "2026-02-03 15:12:10"}
LINE = json.dumps(NATIVE)


def kinds(source: Any, **options: Any) -> list[tuple[int, str]]:
    """Return line and form of each answer, ``reject`` for a reject."""
    return [
        (answer.line, answer.format if isinstance(answer, Report) else "reject")
        for answer in read(source, **options)
    ]


def test_forms_can_be_mixed() -> None:
    text = "\n".join([CEF, "", TSV, LINE, "nonsense", json.dumps(SCRIPT), json.dumps(REST), CEF])
    assert kinds(text) == [
        (1, "flowmon-cef"),
        (3, "flowmon-tsv"),
        (4, "native"),
        (5, "reject"),
        (6, "flowmon-json"),
        (7, "flowmon-rest"),
        (8, "flowmon-cef"),
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_a_named_form_takes_only_its_own(name: str) -> None:
    lines = {
        "flowmon-cef": CEF,
        "flowmon-tsv": TSV,
        "flowmon-json": json.dumps(SCRIPT),
        "flowmon-rest": json.dumps(REST),
        "native": LINE,
    }
    read_as = {form for form, line in lines.items() if isinstance(next(read([line], format=name)), Report)}
    assert read_as == {name}
    objects: dict[str, dict[str, Any]] = {"flowmon-json": SCRIPT, "flowmon-rest": REST, "native": NATIVE}
    answers = read(objects.values(), format=name)
    taken = {form for form, answer in zip(objects, answers, strict=True) if isinstance(answer, Report)}
    assert taken == {name} & objects.keys()


def test_an_unknown_form_is_an_error_at_once() -> None:
    with pytest.raises(AdscribeError, match="no such form"):
        read([CEF], format="cef")


def test_every_kind_of_source(tmp_path: Path) -> None:
    text = f"{CEF}\n{LINE}\n"
    expected = [(1, "flowmon-cef"), (2, "native")]
    path = tmp_path / "events.log"
    path.write_text(text)
    with path.open("rb") as binary, path.open() as opened:
        for source in (text, text.encode(), path, binary, opened, io.StringIO(text), text.splitlines()):
            assert kinds(source) == expected
    assert kinds(iter([CEF.encode(), NATIVE])) == expected
    assert kinds(NATIVE) == [(1, "native")]


def test_an_event_that_was_read_passes_as_it_is() -> None:
    (answer,) = read(NATIVE)
    assert isinstance(answer, Report)
    (again,) = read([answer.event])
    assert isinstance(again, Report)
    assert again.event == answer.event


def test_what_is_neither_text_nor_record_is_rejected_in_its_place() -> None:
    assert kinds([CEF, None, 7, NATIVE]) == [(1, "flowmon-cef"), (2, "reject"), (3, "reject"), (4, "native")]


def test_a_stream_is_read_as_it_is_needed() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield CEF

    assert len(list(islice(read(endless()), 5))) == 5
    assert taken == 5


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("key", ["", "events", "data", "items", "results"])
def test_a_list_has_an_answer_for_each_element(key: str, indent: int | None) -> None:
    records = [NATIVE, {"method": 1}, 7, REST]
    document = json.dumps({"total": 4, key: records} if key else records, indent=indent)
    answers = list(read(f"\n{document}\n{CEF}"))
    assert [isinstance(answer, Report) for answer in answers] == [True, False, False, True, True]
    rejects = [answer for answer in answers if isinstance(answer, Reject)]
    prefix = f"/{key}" if key else ""
    assert [reject.pointer for reject in rejects] == [f"{prefix}/1/method", f"{prefix}/2"]


def test_an_element_has_the_line_that_it_starts_at() -> None:
    element = json.dumps(NATIVE, indent=1)
    text = f'\n{{"data": [\n\n{element},\n7, {element}\n,\n{LINE}]}}\n{CEF}'
    expected = [
        text[: found.start()].count("\n") + 1 for found in re.finditer(r'{\s*"method|7,|^Nov', text, re.M)
    ]
    assert [line for line, _ in kinds(text)] == expected


def test_objects_over_several_lines() -> None:
    text = f"{CEF}\n{json.dumps(NATIVE, indent=4)}\n{json.dumps(REST, indent=1)}\n{LINE}"
    assert [form for _, form in kinds(text)] == ["flowmon-cef", "native", "flowmon-rest", "native"]


def test_an_empty_list_has_no_events() -> None:
    assert kinds('[]\n{"events": []}') == []


@pytest.mark.parametrize(
    "broken",
    [
        LINE[:-1],
        LINE[:40],
        '{"method": "SCANS", "source":',
        '{"targets": [',
        '{"targets": ["192.0.2.1",',
        "[",
        "{",
        "}",
        '{"a": 1e400}',
        '{"a": "\\ud800"}',
        "{'method': 'SCANS'}",
        "[" * 5_000,
        '{"a":' * 5_000,
    ],
)
def test_a_broken_line_costs_one_line(broken: str) -> None:
    text = "\n".join([LINE, broken, LINE, CEF, LINE])
    assert kinds(text) == [(1, "native"), (2, "reject"), (3, "native"), (4, "flowmon-cef"), (5, "native")]
    assert kinds(f"{broken}\n{LINE}") == [(1, "reject"), (2, "native")]


def test_one_record_of_a_document_that_cant_be_decoded_costs_itself() -> None:
    assert [form for _, form in kinds(f'[{LINE}, {{"a": 1e400}}, {LINE}]')] == ["native", "reject", "native"]


def test_lines_of_a_broken_document_keep_their_numbers() -> None:
    text = f"\n[\n\n{LINE},\n\n{CEF}\n{LINE}"
    assert kinds(text) == [(2, "reject"), (4, "reject"), (6, "flowmon-cef"), (7, "native")]


def test_a_document_with_something_behind_its_end_is_broken() -> None:
    assert kinds(f"[\n{LINE}\n] x\n{CEF}") == [
        (1, "reject"),
        (2, "native"),
        (3, "reject"),
        (4, "flowmon-cef"),
    ]


def test_an_item_is_answered_once_whatever_newlines_it_holds() -> None:
    items = [json.dumps(NATIVE, indent=1), '{"method":\n"SCANS",', "[", '1,\n"x"', "[1,\n2", CEF]
    assert kinds(items) == [
        (1, "native"),
        *((number, "reject") for number in range(2, 6)),
        (6, "flowmon-cef"),
    ]


def test_a_document_may_follow_a_broken_line() -> None:
    text = "\n".join(["{", json.dumps([NATIVE, NATIVE], indent=1), LINE])
    assert [form for _, form in kinds(text)] == ["reject", "native", "native", "native"]


@pytest.mark.parametrize("start", ["", "x", "CEF:0|", '{"a": "'])
def test_a_line_that_is_too_long_is_rejected_and_passed_over(start: str) -> None:
    long = start + "a" * (LINE_LENGTH + 10)
    for source in (f"{CEF}\n{long}\n{CEF}".encode(), [CEF, long, CEF]):
        answers = list(read(source))
        assert [isinstance(answer, Report) for answer in answers] == [True, False, True]
        assert isinstance(answers[1], Reject)
        assert len(answers[1].text) == 2_000


def test_a_document_on_one_line_may_be_longer_than_a_line() -> None:
    count = LINE_LENGTH // len(LINE) + 10
    answers = list(read(("[" + ",".join([LINE] * count) + "]\n" + CEF).encode()))
    assert len(answers) == count + 1
    assert all(isinstance(answer, Report) for answer in answers)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + CEF.encode() + b"\r\n",
        CEF.encode().replace(b"msg=x", b"msg=\xff\xfe x"),
        CEF.encode().replace(b"msg=x", b"msg=\0x"),
        CEF.replace("msg=x", "msg=\ud800 x"),
        b"\xef\xbb\xbf" + LINE.encode(),
        LINE.replace("SCANS", "SCANS\\u0000"),
    ],
    ids=["bom and cr", "no utf-8", "nul", "surrogate", "bom before json", "escaped nul"],
)
def test_what_bytes_can_do(raw: str | bytes) -> None:
    for answer in (*read(raw), *read([raw])):
        assert isinstance(answer, Report)
        assert answer.event.method == "SCANS"
        (answer.event.description or "").encode()


@pytest.mark.parametrize(
    "line",
    [
        CEF.replace("msg=x", "msg=" + "{Key:'" * 170_000),
        CEF.replace("msg=x", " cs4=" * 200_000),
        CEF.replace("msg=x", "msg=" + " cs4=" * 200_000),
        CEF.replace("msg=x", "msg=x" + " a=" * 300_000),
        CEF.replace("dst=", "cs4=" + "1.1.1.1," * 120_000),
        CEF.replace("dst=", "cs4=" + "," * 1_000_000),
        "CEF:0|" + "\\" * 1_000_000,
        "CEF:0|" + "a\\|" * 300_000,
        "CEF:0|" * 170_000,
        "<1>" + "Nov  3 15:12:10 " * 60_000 + CEF,
        "x" + "\t" * 1_000_000,
        "[" * 1_000_000,
        '{"a":' * 200_000,
        "[1," * 300_000,
        '{"method": "' + "\\" * 1_000_000,
        '{"ports": [' + "1," * 500_000 + "1]}",
        " " * 1_000_000 + "x",
    ],
    ids=lambda line: repr(line[:200].split(" msg=")[-1][:16]),
)
def test_hostile_lines_of_a_mebibyte_are_answered_once(line: str) -> None:
    assert len(line) <= LINE_LENGTH
    assert [number for number, _ in kinds([line, CEF])] == [1, 2]


@pytest.mark.parametrize("line", ["[", "[1,", '{"a":', '{"a":[', "[[],", "[],"])
def test_many_lines_that_begin_documents_are_answered_each(line: str) -> None:
    assert kinds("\n".join([line] * 20_000)) == [(number, "reject") for number in range(1, 20_001)]


_PIECES = st.sampled_from(
    [
        *["CEF:0|", "Flowmon Networks|Flowmon ADS|", "13.00.00|", "SCANS|", "6|", "Nov  3 15:12:10 h ADS: "],
        *[
            "src=",
            "192.0.2.7",
            " msg=",
            " cs4=",
            " targetList: ",
            "start=Nov 03 2025 15:12:10",
            "\\",
            "=",
            "'",
        ],
        *["\t", "\t \t", "{", "}", "[", "]", ",", '"', ":", "method", "source", "ip", "1e999", "null"],
        *["\0", "\r", "\x85", "\u2028", "\ufeff"],
    ]
)
_LINES = st.lists(_PIECES, max_size=25).map("".join) | st.binary(max_size=60).map(
    lambda b: b.decode("latin-1")
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_LINES, max_size=8).map(lambda lines: "\n".join(lines).encode("utf-8", "replace")) | st.binary()
)
def test_any_bytes_are_answered_once_a_line(data: bytes) -> None:
    answers = list(read(data, year=2025))
    assert all(isinstance(answer, Report | Reject) for answer in answers)
    texts = {
        number: text
        for number, line in enumerate(data.split(b"\n"), start=1)
        if (text := line.decode("utf-8", "replace").replace("\0", "").lstrip("\ufeff")).strip()
    }
    assert [answer.line for answer in answers] == sorted(answer.line for answer in answers)
    json_begins = [number for number, text in texts.items() if text.lstrip()[:1] in ("{", "[")]
    others = [number for number in texts if not json_begins or number < json_begins[0]]
    assert [answer.line for answer in answers if answer.line in others] == others
    for answer in answers:
        if isinstance(answer, Report):
            assert isinstance(answer.event, Event)
