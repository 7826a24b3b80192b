"""The file of feedback: what was written is read again, and a wrong line is told from the others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from adscribe import Classifier
from adscribe.answer.assignment import Assignment
from adscribe.answer.feedback import Feedback, JudgedRevision, NothingApplies
from adscribe.answer.reviewed import Reviewed, encoded, read_line, read_lines
from adscribe.attack import Catalogue
from adscribe.errors import FeedbackError
from adscribe.event import Event
from adscribe.event.model import Source, Target
from adscribe.history import Record

CATALOGUE = Catalogue.load()
AT = datetime(2026, 11, 3, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def line() -> dict[str, Any]:
    event = Event(
        method="SCANS",
        submethod="ARP",
        source=Source(ip="10.0.0.5"),
        detected_at=AT,
        targets=(Target(ip="10.0.0.9"),),
    )
    answer = Classifier.load("codebook").classify([event])[0]
    assert isinstance(answer, Assignment)
    reviewed = Reviewed(
        feedback=Feedback(
            event=JudgedRevision(id=answer.event.id, revision=1),
            analyst="j.doe",
            verdict=NothingApplies(reason="benign"),
            at=AT,
        ),
        report=event,
        answer=answer,
        history=(Record(event_id="0" * 16, at=AT, kinds=frozenset(("scan",)), method="SCANS"),),
        revoked_at=AT,
    )
    assert read_line(encoded(reviewed), CATALOGUE) == reviewed
    return dict(msgspec.json.decode(encoded(reviewed)))


def test_a_wrong_line_costs_no_other(line: dict[str, Any]) -> None:
    right = msgspec.json.encode(line)
    found = list(read_lines([right, b"", b"{", right], CATALOGUE, file="f.ndjson"))
    assert [number for number, _ in found] == [1, 3, 4]
    assert isinstance(found[0][1], Reviewed)
    assert found[0][1] == found[2][1]
    assert str(found[1][1]).startswith("f.ndjson, line 3: no JSON")


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (("feedback", "verdict", "kind"), "maybe", "/feedback/verdict/kind"),
        (("feedback", "event", "revision"), 2, "/answer/event"),
        (("report", "source", "ip"), "nowhere", "/report/source/ip"),
        (("report",), [], "/report"),
        (("answer", "event", "revision"), "one", "/answer/event/revision"),
        (("answer", "model"), None, "/answer/model"),
        (("history",), [{"event_id": 7}], "/history/0/event_id"),
        (("revoked_at",), "never", "/revoked_at"),
        (("pickle",), "x", "/pickle"),
    ],
)
def test_a_wrong_line_says_where(
    line: dict[str, Any], path: tuple[str, ...], value: Any, pointer: str
) -> None:
    changed = msgspec.json.decode(msgspec.json.encode(line))
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(FeedbackError) as wrong:
        read_line(msgspec.json.encode(changed), CATALOGUE)
    assert wrong.value.place.pointer == pointer


@pytest.mark.parametrize("text", ["[" * 2000, "7", "{}", '{"feedback": {}}', "\x00", " " * (2**22 + 1)])
def test_what_is_no_reviewed_event_is_refused(text: str) -> None:
    with pytest.raises(FeedbackError):
        read_line(text, CATALOGUE)
