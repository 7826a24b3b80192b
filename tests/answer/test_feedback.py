"""Feedback: what is taken, what is refused and where, and what a verdict says is true."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe import Classifier
from adscribe.answer.assignment import Assignment
from adscribe.answer.feedback import Feedback, parse, parse_verdict, truth
from adscribe.attack import Catalogue
from adscribe.errors import FeedbackError

CATALOGUE = Catalogue.load()
SCAN = {
    "method": "SCANS",
    "submethod": "ARP",
    "source": {"ip": "10.0.0.5"},
    "detected_at": "2026-11-03T15:12:10Z",
}


def said(verdict: Any, **other: Any) -> dict[str, Any]:
    return {
        "event": {"id": "0f3a5b6c7d8e9f01", "revision": 2},
        "analyst": "j.doe",
        "at": "2026-11-03T17:00:00+01:00",
        "verdict": verdict,
        **other,
    }


def correct(*techniques: Any, **other: Any) -> dict[str, Any]:
    return {"kind": "correct", "techniques": list(techniques), "attack": "enterprise 19", **other}


@pytest.fixture(scope="module")
def answer() -> Assignment:
    found = Classifier.load("codebook").classify([SCAN])[0]
    assert isinstance(found, Assignment)
    assert found.shown == ("T1018",)
    return found


def outcome(verdict: Any, answer: Assignment, **versions: str) -> str:
    return truth(parse_verdict(verdict, CATALOGUE), answer, CATALOGUE, **versions).text


@pytest.mark.parametrize(
    ("verdict", "true"),
    [
        ({"kind": "confirm"}, "T1018@discovery"),
        ({"kind": "reason", "reason": "benign"}, "benign"),
        (correct("T1046"), "T1046@discovery"),
        (correct({"id": "T1046"}), "T1046@discovery"),
        (correct({"id": "T1078", "tactics": ["TA0001"]}), "T1078@initial-access"),
        (correct("T1078", tactics=["persistence"]), "T1078@persistence"),
        (correct(tactics=["impact", "exfiltration"]), "@exfiltration,impact"),
        (
            correct("T1046", {"id": "T1048.002", "tactics": ["exfiltration"]}),
            "T1046|T1048.002@discovery,exfiltration",
        ),
        (correct("T1046", ics={"techniques": ["T0846"]}), "T1046@discovery;T0846@discovery"),
        (
            {"kind": "reason", "reason": "no_technique", "ics": {"techniques": ["T0836"]}},
            "no_technique;T0836@impair-process-control",
        ),
    ],
)
def test_a_verdict_says_what_is_true(verdict: Any, true: str, answer: Assignment) -> None:
    assert outcome(verdict, answer) == true


def test_what_is_true_can_be_said_in_another_version(answer: Assignment) -> None:
    verdict = {
        "kind": "correct",
        "techniques": [{"id": "T1562.004", "tactics": ["defense-evasion"]}],
        "attack": "enterprise 18.1",
    }
    assert outcome(verdict, answer) == "T1562.004@defense-evasion"
    assert outcome(verdict, answer, enterprise="19") == "T1686@defense-impairment"


def test_there_is_nothing_to_confirm_where_the_model_cannot_tell(answer: Assignment) -> None:
    undetermined = msgspec.json.decode(
        msgspec.json.encode(
            {
                **answer.to_dict(),
                "techniques": [],
                "tactics": [],
                "no_category": {
                    "reason": "undetermined",
                    "basis": "low_confidence",
                    "probability": 0.5,
                    "because": [],
                },
            }
        ),
        type=Assignment,
    )
    with pytest.raises(FeedbackError, match=r"/verdict/kind.*nothing to confirm"):
        outcome({"kind": "confirm"}, undetermined)
    assert outcome({"kind": "reason", "reason": "too_generic"}, undetermined) == "too_generic"


def test_feedback_is_read_and_its_json_is_read_again() -> None:
    read = parse(said(correct("T1046"), comment="scanner of the audit"), CATALOGUE)
    assert read.at.isoformat() == "2026-11-03T16:00:00+00:00"
    assert parse(msgspec.json.decode(msgspec.json.encode(read)), CATALOGUE) == read
    assert msgspec.json.decode(msgspec.json.encode(read), type=Feedback) == read


def test_ids_are_of_the_version_that_was_answered_unless_the_verdict_says() -> None:
    verdict = {"kind": "correct", "techniques": [{"id": "T1562.004", "tactics": ["defense-evasion"]}]}
    assert parse(said(verdict), CATALOGUE, attack="enterprise 18.1").verdict == parse_verdict(
        {**verdict, "attack": "enterprise 18.1"}, CATALOGUE
    )
    with pytest.raises(FeedbackError, match=r"/verdict/techniques/0.*T1686"):
        parse(said(verdict), CATALOGUE, attack="enterprise 19")


@pytest.mark.parametrize(
    ("verdict", "pointer", "says"),
    [
        (None, "/verdict", "confirm, correct, reason"),
        ({"kind": "maybe"}, "/verdict/kind", "confirm, correct, reason"),
        ({"kind": "confirm", "reason": "benign"}, "/verdict/reason", "unknown key"),
        ({"kind": "reason", "reason": "undetermined"}, "/verdict/reason", "too_generic, no_technique"),
        ({"kind": "reason", "reason": ["benign"]}, "/verdict/reason", "no reason"),
        (correct(), "/verdict", "no technique and no tactic"),
        (correct("T9999"), "/verdict/techniques/0", "no technique"),
        (
            correct("T1046", {"id": "T1018", "tactics": ["impact"]}),
            "/verdict/techniques/1/tactics/0",
            "no tactic",
        ),
        (correct({"id": "T1018", "tactics": ["nonsense"]}), "/verdict/techniques/0/tactics/0", "no tactic"),
        (correct({"id": "T1078", "tactics": []}), "/verdict/techniques/0/tactics", "without its tactics"),
        (correct("T1078"), "/verdict/techniques/0", "initial-access, persistence"),
        (correct("T1018", "T1018"), "/verdict/techniques", "twice"),
        (correct("T1018", tactics=["impact"]), "/verdict/tactics/0", "none of the techniques"),
        (correct(*["T1018"] * 21), "/verdict/techniques", "at most 20"),
        (correct(7), "/verdict/techniques/0", "no id"),
        (correct("T1018", attack="enterprise 3"), "/verdict/attack", "not at hand"),
        (correct("T1018", attack=19), "/verdict/attack", "no version"),
        (correct("T1018", ics={"techniques": ["T1018"]}), "/verdict/ics/techniques/0", "no technique"),
        (correct("T1018", ics="none"), "/verdict/ics", "not an object"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("/") else "",
)
def test_a_wrong_verdict_is_refused_where_it_is_wrong(verdict: Any, pointer: str, says: str) -> None:
    with pytest.raises(FeedbackError) as wrong:
        parse(said(verdict), CATALOGUE)
    assert wrong.value.place.pointer == pointer
    assert says in str(wrong.value)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"analyst": " "}, "/analyst"),
        ({"analyst": "x" * 101}, "/analyst"),
        ({"analyst": "j.\u202edoe"}, "/analyst"),
        ({"comment": "x" * 2_001}, "/comment"),
        ({"comment": 7}, "/comment"),
        ({"at": "yesterday"}, "/at"),
        ({"at": None}, "/at"),
        ({"event": {"id": "nothing", "revision": 1}}, "/event/id"),
        ({"event": {"id": "0f3a5b6c7d8e9f01", "revision": 0}}, "/event/revision"),
        ({"event": "0f3a5b6c7d8e9f01"}, "/event"),
        ({"verdikt": {}}, "/verdikt"),
    ],
)
def test_feedback_that_cannot_hold_is_refused_where_it_is_wrong(given: Any, pointer: str) -> None:
    with pytest.raises(FeedbackError) as wrong:
        parse(said({"kind": "confirm"}, **given), CATALOGUE)
    assert wrong.value.problems[0].place.pointer == pointer


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(FeedbackError, match="more") as wrong:
        parse(said(correct("T9999", "T9998"), analyst=""), CATALOGUE)
    assert [problem.place.pointer for problem in wrong.value.problems] == [
        "/analyst",
        "/verdict/techniques/0",
        "/verdict/techniques/1",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["correct", "T1046"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["kind", "techniques", "tactics", "id", "attack", "ics", "verdict", "event", "at", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(record=JSON)
def test_whatever_comes_is_read_or_refused(record: Any) -> None:
    for given_ in (record, said(record), said({"kind": "correct", "techniques": record, "ics": record})):
        try:
            parse(given_, CATALOGUE)
        except FeedbackError as wrong:
            assert all(problem.place.pointer is not None for problem in wrong.problems)
