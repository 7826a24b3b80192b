"""How a text is read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.text.wording import words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BruteForce", "brute-force"),
        ("brute_forcing", "Brute forced"),
        ("C&C traffic", "command and control traffic"),
        ("Remote Desktop log-in", "RDP logons"),
        ("SQL injection", "SQLi"),
        ("DDoS", "denial of service"),
        ("exfiltration of files", "Exfiltrating a file"),
    ],
)
def test_texts_of_one_meaning_read_alike(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(("one", "other"), [("scan", "can"), ("port 22", "port 23"), ("dns", "dos")])
def test_texts_of_another_meaning_dont(one: str, other: str) -> None:
    assert words(one) != words(other)


def test_words_of_grammar_say_nothing() -> None:
    assert words("This rule identifies the potential use of it") == []


def test_a_cve_is_an_exploited_vulnerability_whatever_its_number() -> None:
    assert {"exploit", "vulnerability"} <= set(words("CVE-2031-99999"))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    found = words(text)
    assert all(word and word == word.lower() and " " not in word for word in found)


@pytest.mark.parametrize("piece", ["a", "aA", "A", "command and ", "1", "&", "c&", "remote code "])
def test_hostile_texts_take_no_longer_than_others(piece: str) -> None:
    started = time.perf_counter()
    words(piece * (2_000_000 // len(piece)))
    assert time.perf_counter() - started < 0.5
