"""Which threats a text names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.attack import Catalogue
from adscribe.attack.software import load_threats, named
from adscribe.context.vocabulary import load_vocabulary


def names(text: str) -> list[str]:
    return [one.name for one in named(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("QakBot", "QakBot"),
        ("qakbot", "QakBot"),
        ("Pinkslipbot", "QakBot"),
        ("USER_cobaltstrike_beacon", "Cobalt Strike"),
        ("CobaltStrikeBeacon", "Cobalt Strike"),
        ("cobalt-strike", "Cobalt Strike"),
        ("ET MALWARE Win32/Emotet CnC Activity (POST)", "Emotet"),
        ("Trojan.TrickBot.C2", "TrickBot"),
        ("TrickbotLoader", "TrickBot"),
        ("PlugXRat", "PlugX"),
        ("AgentTesla", "Agent Tesla"),
        ("Communication of Black Basta ransomware", "Black Basta"),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, name: str) -> None:
    assert names(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "TookPS",
        "net use at ping cmd reg tor ftp",
        "attorney at Tor exit",
        "strike of cobalt",
        "the play page of a snake in a maze",
        "emotetic",
        "Snake Keylogger",
    ],
)
def test_other_words_are_no_threat(text: str) -> None:
    assert names(text) == []


def test_a_common_word_is_a_name_alone_or_beside_a_threat() -> None:
    assert names("Havoc") == names("Havoc C2 beacon") == ["Havoc"]
    assert names("this wreaks havoc") == []
    assert names("this wreaks\nHavoc") == ["Havoc"]


def test_several_are_found_once_each_in_order() -> None:
    assert names("TrickBot drops Ryuk ransomware; trickbot again") == ["TrickBot", "Ryuk"]


def test_qakbot_is_a_banking_trojan_that_talks_to_its_operator() -> None:
    (qakbot,) = named("QakBot")
    assert qakbot.kind == "banking"
    assert {"T1071", "T1573"} <= set(qakbot.parents)
    # Of what runs on the host alone the sensor sees nothing.
    assert not {"T1055", "T1547", "T1027", "T1057"} & set(qakbot.parents)


def test_ransomware_is_named_with_what_it_is_for() -> None:
    (ryuk,) = named("Ryuk")
    assert ryuk.kind == "ransomware"
    assert "T1486" in ryuk.parents


def test_the_table_speaks_the_words_of_catalogue_and_codebook() -> None:
    matrix = Catalogue.load().matrix("enterprise", "19")
    kinds = set(load_vocabulary().families)
    all_ = {one.id: one for one, _ in load_threats().joined.values()}.values()
    assert len(all_) > 700
    for one in all_:
        matrix.check(one.techniques)
        assert one.kind is None or one.kind in kinds


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_asked(text: str) -> None:
    assert set(named(text)) <= {one for one, _ in load_threats().joined.values()}


@pytest.mark.parametrize("piece", ["a", "aB", "cobalt ", "0a", "\n"])
def test_hostile_texts_take_no_longer_than_others(piece: str) -> None:
    load_threats()
    started = time.perf_counter()
    named(piece * (2_000_000 // len(piece)))
    assert time.perf_counter() - started < 0.5
