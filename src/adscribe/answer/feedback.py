"""What an analyst says of an answer: that it is right, what is right instead, or why nothing applies.

The JSON form::

    {"event": {"id": "0f3a5b6c7d8e9f01", "revision": 2}, "analyst": "j.doe", "at": "2026-11-03T16:00:00Z",
     "verdict": {"kind": "correct", "techniques": [{"id": "T1048.002", "tactics": ["exfiltration"]}]},
     "comment": "not our cloud storage"}

A verdict is one of ``{"kind": "confirm"}``, ``{"kind": "correct", "techniques": […], "tactics": […]}``
and ``{"kind": "reason", "reason": "benign"}``. A technique comes with those of its tactics that apply
here: ATT&CK lists all that it can serve, and only who judges knows which it served. It may leave them out,
and be the id alone, where ATT&CK lists one tactic for it, or where ``tactics`` names them for all techniques.
Without techniques ``tactics`` stand alone. Of an OT event ``ics`` holds techniques and tactics of the ICS
domain in the same form, beside categories or a reason. ``attack`` names the version that the ids are of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal, TypeVar, cast

import msgspec

from adscribe.answer.assignment import AssignedTactic, AssignedTechnique, Assignment
from adscribe.answer.outcome import REASONS, Outcome
from adscribe.attack import Catalogue, Matrix
from adscribe.errors import CatalogueError, EventError, FeedbackError, Place
from adscribe.event import checks

COMMENT_LENGTH = 2_000
"""Most characters of a comment."""

ANALYST_LENGTH = 100
"""Most characters of an analyst's name."""

MOST_LABELS = 20
"""Techniques, and tactics, that a verdict can name."""

MOST_REVISIONS = 2**31 - 1
"""What a database's integer holds."""

KINDS = ("confirm", "correct", "reason")

_EVENT_ID = re.compile(r"[0-9a-f]{16}")
_T = TypeVar("_T")


class JudgedTechnique(msgspec.Struct, frozen=True, kw_only=True):
    """A technique that applies, with those of its tactics that do."""

    id: str
    tactics: tuple[str, ...]


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """What applies in one ATT&CK domain.

    Attributes
    ----------
    techniques : tuple of JudgedTechnique
        By id; none where tactics stand alone.
    tactics : tuple of str
        Short names of all tactics that apply, in the order of the matrix.
    attack : str
        Domain and version that they are of, such as ``enterprise 19``.
    """

    techniques: tuple[JudgedTechnique, ...]
    tactics: tuple[str, ...]
    attack: str


class Confirm(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="confirm"):
    """The answer is right."""


class Correct(Labels, frozen=True, kw_only=True, tag_field="kind", tag="correct"):
    """Other categories apply than those of the answer: these, and no others."""

    ics: Labels | None = None


class NothingApplies(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="reason"):
    """No category applies, for a reason; of Enterprise ATT&CK, where `ics` has some."""

    reason: Literal["too_generic", "no_technique", "misconfiguration", "benign"]
    ics: Labels | None = None


Judgement = Confirm | Correct | NothingApplies


class JudgedRevision(msgspec.Struct, frozen=True, kw_only=True):
    """Which state of which event was judged."""

    id: str
    revision: int


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict of an analyst on the answer to one state of an event.

    Attributes
    ----------
    event : JudgedRevision
        What was judged.
    analyst : str
        Who judged, as the service was told; it is not proven.
    verdict : Confirm, Correct or NothingApplies
        What is right.
    at : datetime
        When, in UTC.
    comment : str or None
        In the analyst's words.
    """

    event: JudgedRevision
    analyst: str
    verdict: Judgement
    at: datetime
    comment: str | None = None


def parse(record: Any, catalogue: Catalogue, *, attack: str | None = None) -> Feedback:
    """Read feedback from plain values, as JSON holds them.

    Parameters
    ----------
    record : mapping
        See the module's text.
    catalogue : Catalogue
        What categories are checked against.
    attack : str, optional
        Version of Enterprise ATT&CK that the ids are of where the verdict doesn't say: that of the
        answer that is judged. The newest at hand when not given.

    Raises
    ------
    FeedbackError
        With all that is wrong, each with a JSON pointer: an unknown, revoked or deprecated technique, a
        tactic that isn't the technique's, a text that is too long, …
    """
    problems = _Problems()
    known = problems.keys(record, "", ("event", "analyst", "verdict", "at", "comment"))
    event = problems.keys(known.get("event"), "/event", ("id", "revision"))
    judged = JudgedRevision(
        id=problems.take(lambda: _event_id(event.get("id")), ""),
        revision=problems.take(lambda: _revision(event.get("revision")), 1),
    )
    analyst = problems.take(lambda: parse_analyst(known.get("analyst")), "")
    comment = problems.take(lambda: parse_comment(known.get("comment")), None)
    at = problems.take(lambda: _moment(known.get("at")), datetime.min)
    unread: Judgement = Confirm()
    verdict = problems.take(lambda: parse_verdict(known.get("verdict"), catalogue, attack=attack), unread)
    problems.end()
    return Feedback(event=judged, analyst=analyst, verdict=verdict, at=at, comment=comment)


def parse_verdict(
    value: Any, catalogue: Catalogue, *, attack: str | None = None, pointer: str = "/verdict"
) -> Judgement:
    """Read a verdict; see `parse`.

    Parameters
    ----------
    value : mapping
        ``{"kind": …}``.
    catalogue, attack
        As in `parse`.
    pointer : str
        JSON pointer to the verdict, which those of errors begin with.
    """
    problems = _Problems()
    kind = value.get("kind") if isinstance(value, Mapping) else None
    verdict: Judgement = Confirm()
    if kind == "confirm":
        problems.keys(value, pointer, ("kind",))
    elif kind == "reason":
        known = problems.keys(value, pointer, ("kind", "reason", "ics"))
        reason = problems.take(lambda: _reason(known.get("reason"), f"{pointer}/reason"), "benign")
        ics = problems.take(lambda: _ics(known.get("ics"), catalogue, f"{pointer}/ics"), None)
        verdict = NothingApplies(reason=cast(Literal["benign"], reason), ics=ics)
    elif kind == "correct":
        known = problems.keys(value, pointer, ("kind", "techniques", "tactics", "attack", "ics"))
        version = known.get("attack", attack)
        labels = problems.take(lambda: _labels(known, catalogue, "enterprise", version, pointer), None)
        ics = problems.take(lambda: _ics(known.get("ics"), catalogue, f"{pointer}/ics"), None)
        if labels is not None:
            verdict = Correct(**{name: getattr(labels, name) for name in Labels.__struct_fields__}, ics=ics)
    else:
        raise _wrong(
            f"{pointer}/kind" if isinstance(value, Mapping) else pointer,
            "no verdict",
            f"give an object whose kind is one of {', '.join(KINDS)}",
        )
    problems.end()
    return verdict


def parse_analyst(value: Any, pointer: str = "/analyst") -> str:
    """Read the name of an analyst: one line, nothing invisible in it.

    Raises
    ------
    FeedbackError
        If it is none.
    """
    name = value.strip() if isinstance(value, str) else ""
    if not name:
        raise _wrong(pointer, "nobody is named", "say who judges, such as a login name")
    if len(name) > ANALYST_LENGTH:
        raise _wrong(pointer, f"a name longer than {ANALYST_LENGTH} characters")
    if not name.isprintable():
        raise _wrong(pointer, "a name with characters that can't be seen")
    return name


def parse_comment(value: Any, pointer: str = "/comment") -> str | None:
    """Read a comment; ``None`` for nothing and blanks.

    Raises
    ------
    FeedbackError
        If it is no text, or too long.
    """
    return _checked(lambda: checks.text(value, pointer, limit=COMMENT_LENGTH))


def truth(
    verdict: Judgement,
    answer: Assignment,
    catalogue: Catalogue,
    *,
    enterprise: str | None = None,
    ics: str | None = None,
) -> Outcome:
    """Return what is true of the event by a verdict on an answer.

    Parameters
    ----------
    verdict : Confirm, Correct or NothingApplies
        What the analyst says.
    answer : Assignment
        What was judged; a confirmation says the same.
    catalogue : Catalogue
        Holds the versions of ATT&CK.
    enterprise, ics : str, optional
        Versions to say it in; the verdict's own when not given.

    Raises
    ------
    FeedbackError
        If the verdict confirms an answer that says nothing, ``undetermined``, or what it names doesn't
        exist in the version that is asked for.
    """
    try:
        if isinstance(verdict, Confirm):
            return _confirmed(answer, catalogue, enterprise, ics)
        other = ((), ()) if verdict.ics is None else _translated(verdict.ics, catalogue, ics)
        if isinstance(verdict, NothingApplies):
            return Outcome((), (), verdict.reason, *other)
        return Outcome(*_translated(verdict, catalogue, enterprise), None, *other)
    except CatalogueError as wrong:
        raise FeedbackError(wrong.message, place=Place(pointer="/verdict"), hint=wrong.hint) from wrong


def _confirmed(answer: Assignment, catalogue: Catalogue, enterprise: str | None, ics: str | None) -> Outcome:
    reason = answer.no_category.reason if answer.no_category else None
    if reason == "undetermined":
        raise _wrong(
            "/verdict/kind",
            "the answer is that the model can't tell, so there is nothing to confirm",
            "say which categories apply, or the reason that none does",
        )
    own: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    if reason is None:
        own = _translated(
            _shown(answer.techniques, answer.tactics, answer.model.attack), catalogue, enterprise
        )
    other: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    if answer.ics is not None and answer.ics.tactics:
        newest = catalogue.matrix("ics", ics).name
        other = _translated(_shown(answer.ics.techniques, answer.ics.tactics, newest), catalogue, ics)
    return Outcome(*own, reason, *other)


def _shown(techniques: Sequence[AssignedTechnique], tactics: Sequence[AssignedTactic], attack: str) -> Labels:
    return Labels(
        techniques=tuple(JudgedTechnique(id=one.id, tactics=one.tactics) for one in techniques),
        tactics=tuple(one.shortname for one in tactics),
        attack=attack,
    )


def _translated(
    labels: Labels, catalogue: Catalogue, target: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return techniques and tactics, sorted, in a version of their domain."""
    domain, _, source = labels.attack.partition(" ")
    matrix = catalogue.matrix(domain, source if target is None else target)
    techniques: set[str] = set()
    tactics: set[str] = set()
    for named in labels.techniques or (None,):
        found = catalogue.translate(
            named.id if named else None,
            named.tactics if named else labels.tactics,
            domain=domain,
            source=source,
            target=matrix.version,
        )
        techniques.update(found.techniques)
        tactics.update(found.tactics)
    if not tactics:
        raise CatalogueError(f"nothing of the verdict is left in {matrix.name}")
    matrix.check(techniques, tactics)
    return tuple(sorted(techniques)), tuple(sorted(tactics))


def _ics(given: Any, catalogue: Catalogue, pointer: str) -> Labels | None:
    if given is None:
        return None
    problems = _Problems()
    known = problems.keys(given, pointer, ("techniques", "tactics", "attack"))
    problems.end()
    return _labels(known, catalogue, "ics", known.get("attack"), pointer)


def _labels(
    given: Mapping[str, Any], catalogue: Catalogue, domain: str, version: Any, pointer: str
) -> Labels:
    if version is not None and not isinstance(version, str):
        raise _wrong(f"{pointer}/attack", "no version of ATT&CK", f"such as '{domain} 19'")
    matrix = _checked(lambda: catalogue.matrix(domain, version), f"{pointer}/attack")
    problems = _Problems()
    places = [
        (f"{pointer}/tactics/{number}", name)
        for number, name in enumerate(problems.list(given.get("tactics"), f"{pointer}/tactics"))
    ]
    named = [problems.take(partial(_tactic, one, matrix, at), None) for at, one in places]
    techniques = [
        problems.take(partial(_technique, one, matrix, named, f"{pointer}/techniques/{number}"), None)
        for number, one in enumerate(problems.list(given.get("techniques"), f"{pointer}/techniques"))
    ]
    problems.end()
    found = {one.id: one for one in techniques if one is not None}
    if len(found) < len(techniques):
        raise _wrong(f"{pointer}/techniques", "a technique stands twice")
    tactics = {tactic for one in found.values() for tactic in one.tactics} if found else set(named)
    for (place, _), name in zip(places, named, strict=True):
        if name not in tactics:
            raise _wrong(
                place, "a tactic of none of the techniques", "only without techniques do tactics stand alone"
            )
    if not tactics:
        raise _wrong(
            pointer, "no technique and no tactic", 'where none applies the kind is "reason", and says which'
        )
    return Labels(
        techniques=tuple(sorted(found.values(), key=lambda one: one.id)),
        tactics=_ordered(tactics, matrix),
        attack=matrix.name,
    )


def _technique(given: Any, matrix: Matrix, named: Sequence[str | None], pointer: str) -> JudgedTechnique:
    name = given
    chosen: Any = None
    if isinstance(given, Mapping):
        problems = _Problems()
        known = problems.keys(given, pointer, ("id", "tactics"))
        problems.end()
        name, chosen = known.get("id"), known.get("tactics")
        pointer_to_id = f"{pointer}/id"
    else:
        pointer_to_id = pointer
    if not isinstance(name, str):
        raise _wrong(pointer_to_id, "no id of a technique", "such as T1048.002")
    technique = _checked(lambda: matrix.technique(name), pointer_to_id)
    if chosen is None:
        own = [one for one in technique.tactics if one in named] or list(technique.tactics)
        if len(own) > 1 and not any(one in named for one in own):
            raise _wrong(
                f"{pointer}/tactics" if isinstance(given, Mapping) else pointer,
                f"{technique.id} comes without its tactics",
                f"name those of {', '.join(technique.tactics)} that apply here",
            )
        return JudgedTechnique(id=technique.id, tactics=tuple(own))
    problems = _Problems()
    listed = problems.list(chosen, f"{pointer}/tactics")
    tactics = [
        problems.take(partial(_own, one, matrix, name, f"{pointer}/tactics/{number}"), "")
        for number, one in enumerate(listed)
    ]
    problems.end()
    if not tactics:
        raise _wrong(
            f"{pointer}/tactics",
            f"{technique.id} comes without its tactics",
            f"name those of {', '.join(technique.tactics)} that apply here",
        )
    return JudgedTechnique(id=technique.id, tactics=_ordered(tactics, matrix))


def _tactic(given: Any, matrix: Matrix, pointer: str) -> str:
    if not isinstance(given, str):
        raise _wrong(pointer, "no tactic", "such as exfiltration or TA0010")
    return _checked(lambda: matrix.tactic(given), pointer).shortname


def _own(given: Any, matrix: Matrix, technique: str, pointer: str) -> str:
    tactic = _tactic(given, matrix, pointer)
    _checked(lambda: matrix.check([technique], [tactic]), pointer)
    return tactic


def _ordered(tactics: Any, matrix: Matrix) -> tuple[str, ...]:
    return tuple(sorted(set(tactics), key=lambda name: matrix.tactic(name).order))


def _reason(value: Any, pointer: str) -> str:
    if value not in REASONS:
        raise _wrong(pointer, "no reason", f"one of {', '.join(REASONS)}")
    return str(value)


def _event_id(value: Any) -> str:
    if not isinstance(value, str) or not _EVENT_ID.fullmatch(value):
        raise _wrong("/event/id", "no id of an event", "the id in its answer: 16 hexadecimal digits")
    return value


def _revision(value: Any) -> int:
    number = _checked(lambda: checks.whole(value, "/event/revision", most=MOST_REVISIONS))
    if number < 1:
        raise _wrong("/event/revision", "no revision", "the number in its answer, from 1")
    return number


def _moment(value: Any) -> datetime:
    at = _checked(lambda: checks.moment(value, "/at", UTC))
    if at is None:
        raise _wrong("/at", "no time", "say when it was judged, as ISO 8601")
    return at


def _wrong(pointer: str, message: str, hint: str | None = None) -> FeedbackError:
    return FeedbackError(message, place=Place(pointer=pointer), hint=hint)


def _checked(check: Callable[[], _T], pointer: str | None = None) -> _T:
    try:
        return check()
    except (EventError, CatalogueError) as wrong:
        place = Place(pointer=pointer) if pointer else wrong.place
        raise FeedbackError(wrong.message, place=place, hint=wrong.hint) from wrong


class _Problems:
    """Collects what is wrong, so that a sender learns of all of it at once."""

    def __init__(self) -> None:
        self._found: list[FeedbackError] = []

    def take(self, read: Callable[[], _T], instead: _T) -> _T:
        """Return what can be read, else note why not."""
        try:
            return read()
        except FeedbackError as wrong:
            self._found.extend(wrong.problems)
            return instead

    def keys(self, value: Any, pointer: str, known: tuple[str, ...]) -> Mapping[str, Any]:
        """Return an object; a key that it shouldn't have is wrong, since it would go unheard."""
        if not isinstance(value, Mapping):
            self._found.append(_wrong(pointer, "not an object", f"give one with {', '.join(known)}"))
            return {}
        for key in value:
            if key not in known:
                place = pointer + checks.step(str(key)[:ANALYST_LENGTH])
                self._found.append(_wrong(place, "an unknown key", f"known are {', '.join(known)}"))
                break
        return value

    def list(self, value: Any, pointer: str) -> Sequence[Any]:
        """Return a list of labels; none for nothing."""
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or len(value) > MOST_LABELS:
            self._found.append(_wrong(pointer, "not a list", f"give a list of at most {MOST_LABELS}"))
            return ()
        return value

    def end(self) -> None:
        """Raise what was found, if anything was."""
        if self._found:
            first, number = self._found[0], len(self._found)
            more = f" (and {number - 1} more)" if number > 1 else ""
            raise FeedbackError(
                first.message + more, place=first.place, hint=first.hint, problems=tuple(self._found)
            )
