"""What an analyst takes for one thing, however many keys tell of it: each is told in one sentence.

Bytes sent, bytes received and their balance are one thing, a service and its ports as well. What isn't
known is told together: what the site could tell, and what the report could.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from adscribe.answer import evidence_of
from adscribe.answer.assignment import Evidence
from adscribe.context import Context, Fact
from adscribe.context.services import MOST_PORTS, ports_in_words
from adscribe.context.vocabulary import load_vocabulary
from adscribe.model.wording import SITE, earlier, is_measured, measured, quoted, reported, unknown

METHOD = "method"
_VOLUME, _ATTEMPTS, _SERVICES, _ANSWERS = "volume", "attempts", "services", "answers"
_UNKNOWN_SITE, _UNKNOWN_REPORT = "unknown: site", "unknown: report"

_THINGS = {
    "family": METHOD,
    **dict.fromkeys(("upload", "download", "flow_balance", "transferred_bytes", "top_peer_bytes"), _VOLUME),
    **dict.fromkeys(("attempts", "attempts_per_target"), _ATTEMPTS),
    **dict.fromkeys(("service", "ports", "port_scale"), _SERVICES),
    **dict.fromkeys(("change", "increase"), "change"),
    **dict.fromkeys(("segment", "ot_end"), "segment"),
    "response_ratio": _ANSWERS,
}
"""Key to thing, where they differ."""

_BY_BASIS = {
    ("success", "event: bytes"): _VOLUME,
    ("success", "event: responses"): _ANSWERS,
    ("direction", "event: bytes of targets"): _VOLUME,
    ("peer_kind", "event: list"): "list_kind",
    ("protocol", "event: method"): METHOD,
}
"""Facts that only say again what another thing says, by their key and where they come from."""


class Things:
    """The things that an event's weights are about.

    Parameters
    ----------
    context : Context
        The event.
    keys : sequence of str
        What its features rest on.

    Attributes
    ----------
    names : tuple of str
        The things.
    places : tuple of int
        For each key the thing that it belongs to.
    """

    def __init__(self, context: Context, keys: Sequence[str]) -> None:
        self._context = context
        self._keys: dict[str, list[str]] = {}
        known = {_known(fact) for fact in context.facts.values()}
        named = [_thing(key, context, known) for key in keys]
        for key, thing in zip(keys, named, strict=True):
            self._keys.setdefault(thing, []).append(key)
        self.names = tuple(self._keys)
        place = {thing: number for number, thing in enumerate(self.names)}
        self.places = tuple(place[thing] for thing in named)
        self._told: dict[str, Evidence] = {}

    def told(self, thing: str, weight: float) -> Evidence:
        """Return a thing as evidence."""
        if thing not in self._told:
            self._told[thing] = self._evidence(thing)
        return replace(self._told[thing], weight=weight)

    def _evidence(self, thing: str) -> Evidence:
        context, keys = self._context, self._keys[thing]
        facts = [fact for key in keys if (fact := context.facts.get(key)) is not None]
        text = _SENTENCES[thing](context, keys) if thing in _SENTENCES else _text(keys[0], context, facts)
        # Any fact of the thing can name its targets.
        speaker = next((fact for fact in facts if fact.targets), None)
        told = Fact(thing, (), "", text, speaker.targets if speaker is not None else ())
        return evidence_of(told, 0.0, context)


def _known(fact: Fact) -> str:
    """Return the thing that a fact belongs to."""
    return _BY_BASIS.get((fact.key, fact.basis)) or _THINGS.get(fact.key, fact.key)


def _thing(key: str, context: Context, known: set[str]) -> str:
    """Return the thing that a key belongs to."""
    fact = context.facts.get(key)
    if fact is not None:
        return _known(fact)
    thing = _THINGS.get(key, key)
    if key == "description":
        # Where a fact quotes the words that count, they are told.
        thing = next((quoting for quoting in ("list_kind", "ot_metric") if quoting in context.facts), key)
    if thing in known or thing in (METHOD, "description"):
        return thing
    if key == "ports" or (key not in SITE and is_measured(key, context)):
        return thing
    if key in SITE:
        return _UNKNOWN_SITE
    return _UNKNOWN_REPORT if key in load_vocabulary().keys and key != "prior" else key


def _text(key: str, context: Context, facts: Sequence[Fact]) -> str:
    """Return the sentence of a thing that has one fact, or none."""
    if facts:
        return facts[0].text
    if key == "description":
        return quoted(context)
    if key == "prior":
        return earlier(context)
    return measured(key, context) or unknown((key,))


def _volume(context: Context, keys: Sequence[str]) -> str:
    facts = context.facts
    both = facts.get("flow_balance")
    if both is not None:
        parts = [both.text]
    else:
        parts = [facts[key].text for key in ("upload", "download") if key in facts]
        if len(parts) == 1 and "transferred_bytes" not in keys:
            parts += [
                f"{words} is not known"
                for key, words in (("upload", "what was sent"), ("download", "what came back"))
                if key in keys and key not in facts
            ]
        elif not parts and (moved := measured("transferred_bytes", context)) is not None:
            parts = [moved]
    # Where no amount is a fact of its own, what came of it is.
    parts = parts or [facts[key].text for key in keys if key in facts]
    if (peer := measured("top_peer_bytes", context)) is not None:
        parts.append(peer)
    return ", ".join(parts)


def _services(context: Context, keys: Sequence[str]) -> str:
    event, service, number = context.event, context.facts.get("service"), context.facts.get("port_scale")
    listed = len(event.ports)
    counted = [number.text] if number is not None else []
    if 0 < listed <= MOST_PORTS and context.measures.get("ports_count", 0) <= listed:
        counted = []
    if service is not None:
        return ": ".join([*counted, service.text])
    if counted or not listed:
        return counted[0] if counted else unknown(("service",))
    said = ports_in_words(event)
    return f"{said}, of no service that is known" if "service" in keys else said


def _first(*order: str) -> Callable[[Context, Sequence[str]], str]:
    """Return what tells a thing by the first of some facts that is known."""

    def text(context: Context, keys: Sequence[str]) -> str:
        facts = (context.facts[key] for key in order if key in context.facts and key in keys)
        fact = next(facts, None)
        if fact is not None:
            return fact.text
        numbers = filter(None, (measured(key, context) for key in keys))
        return next(numbers, None) or unknown(keys)

    return text


def _not_known(_: Context, keys: Sequence[str]) -> str:
    order = load_vocabulary().keys
    return unknown([key for key in order if key in keys])


_SENTENCES: Mapping[str, Callable[[Context, Sequence[str]], str]] = {
    METHOD: lambda context, _: reported(context),
    _VOLUME: _volume,
    _ATTEMPTS: _first("attempts_per_target", "attempts"),
    _SERVICES: _services,
    _ANSWERS: _first("response_ratio", "success"),
    "change": _first("change", "increase"),
    "list_kind": _first("list_kind", "peer_kind"),
    "segment": _first("segment", "ot_end"),
    _UNKNOWN_SITE: _not_known,
    _UNKNOWN_REPORT: _not_known,
}
