"""Near-copies are told by what stays when names and numbers are taken away; caps go by them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.training.corpora import Detection
from adscribe.training.corpora.caps import select
from adscribe.training.corpora.families import family, message_families


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("First outbound connection for user", "Abnormal outbound connection for the peer group"),
        ("DNS events related to mining pools (ASIM DNS Schema)", "DNS events related to mining pools"),
        ("CVE-2020-0001 Foo Server RCE Attempt", "Foo Server RCE - CVE-2021-99999"),
        ("Query to *.home .example .org domain", "Query to evil.example domain"),
        ("Beacon to 192.0.2.7 every 60 s", "Beacon to 2001:db8::1 every 5 s"),
    ],
)
def test_near_copies_are_one_family(one: str, other: str) -> None:
    assert family(one) == family(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("First outbound connection to country", "First inbound connection from country"),
        ("Failed outbound connection", "Outbound connection"),
        ("Port scan", "Port knocking"),
    ],
)
def test_what_differs_in_meaning_is_not(one: str, other: str) -> None:
    assert family(one) != family(other)


def test_a_name_that_says_nothing_is_told_apart_by_its_description() -> None:
    name = "CVE-2020-0001 Exploitation Attempt"
    assert family(name, "Overflow in a mail server") != family(name, "Traversal in a web portal")
    assert family("2020-01-01") == "2020-01-01"


def test_names_in_messages_of_rules_are_what_few_messages_have() -> None:
    brands = ("Alpha", "Bravo", "Charlie", "Delta")
    messages = [f"ET PHISHING Successful {brand} Phish 2020-01-0{n}" for n, brand in enumerate(brands)]
    hosts = [f"ETPRO INFO DYNAMIC_DNS Query to a *.{brand.lower()} .org Domain" for brand in brands]
    found = message_families([*messages, *hosts, "ET SCAN Sweep"])
    assert len(set(found[:4])) == 1
    assert len(set(found[4:8])) == 1
    assert found[8] == "sweep"
    assert len(set(found)) == 3


@settings(max_examples=50)
@given(st.lists(st.integers(0, 10**6), max_size=4), st.permutations(["large", "upload", "web", "portal"]))
def test_neither_numbers_nor_the_order_of_words_matter(numbers: list[int], words: list[str]) -> None:
    assert family(" ".join([*words, *map(str, numbers)])) == family("large upload web portal")


@settings(max_examples=100)
@given(st.text(min_size=1))
def test_any_text_has_a_family(text: str) -> None:
    assert family(text) == family(text)
    assert message_families([text, text])[0] == message_families([text, text])[1]


def _detection(number: int, family_: str, technique: str, licence: str = "MIT") -> Detection:
    return Detection(
        source="et-open",
        id=str(number),
        name="name",
        description="",
        kind="",
        network=True,
        techniques=(technique,),
        tactics=(),
        family=family_,
        licence=licence,
    )


def test_caps_hold_and_take_from_every_family_first() -> None:
    many = [_detection(n, "large", "T1568.002") for n in range(100)]
    few = [_detection(100 + n, f"small {n}", "T1568") for n in range(10)]
    selected = select([*many, *few], per_family=5, per_label=12)
    assert len(selected) == 12
    assert {("et-open", one.id) for one in few} <= selected
    assert len(select(many, per_family=5, per_label=12)) == 5


def test_a_capped_class_does_not_take_a_rare_one_with_it() -> None:
    common = [_detection(n, f"family {n}", "T1568") for n in range(10)]
    both = msgspec.structs.replace(_detection(99, "both", "T1568"), techniques=("T1568", "T1210"))
    assert ("et-open", "99") in select([*common, both], per_label=3)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=60))
def test_no_label_is_lost(kinds: list[tuple[int, int]]) -> None:
    all_ = [_detection(n, f"family {one}", f"T156{label}") for n, (one, label) in enumerate(kinds)]
    selected = select(all_, per_family=1, per_label=1)
    kept = {one.techniques for one in all_ if (one.source, one.id) in selected}
    assert kept == {one.techniques for one in all_}
    assert len(selected) == len(kept)


def test_what_may_ship_is_selected_first() -> None:
    copies = [_detection(n, "one", "T1568", "GPL-2.0-only" if n < 8 else "BSD-3-Clause") for n in range(10)]
    assert {("et-open", "8"), ("et-open", "9")} <= select(copies, per_family=2)


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_the_selection_does_not_depend_on_the_order(random: object) -> None:
    detections = [_detection(n, f"family {n % 7}", f"T15{60 + n % 3}") for n in range(60)]
    shuffled = detections.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert select(shuffled, per_family=3, per_label=5) == select(detections, per_family=3, per_label=5)
