"""False-positive rules of the sensor, as entries of ``allowed``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo

from adscribe.polling.settings.documents import Document, Index, as_text, documents, is_active
from adscribe.polling.settings.instances import Instances, method_code
from adscribe.sensors.flowmon.api import Rules
from adscribe.sensors.flowmon.names import find_method
from adscribe.site.importing import Allowed, Findings, LeftOut, NamedFilter, Pattern, printable
from adscribe.site.patterns import PatternError, parse_pattern
from adscribe.site.times import TimeError, parse_days, parse_moment, parse_time

_SECONDS = re.compile(r"([0-2]?[0-9]:[0-5][0-9]):([0-5][0-9])")
_LAST = "24:00"

Value = str | tuple[int, ...] | tuple[str, ...]


class _NotTranslatable(Exception):  # noqa: N818 - never leaves this module
    """What a site file can't say; the message says why."""

    def __init__(self, why: str, *, rightly: bool = False) -> None:
        super().__init__(why)
        self.rightly = rightly


def read_rules(
    records: Iterable[bytes],
    names: Rules,
    filters: Index,
    instances: Instances,
    findings: Findings,
    *,
    zone: tzinfo,
    now: datetime,
) -> None:
    """Add what the rules allow to the findings.

    Parameters
    ----------
    records : iterable of bytes
        The rules, each as its JSON text.
    names : Rules
        What their keys hold.
    filters : Index
        The sensor's filters.
    instances : Instances
        The sensor's method instances.
    findings : Findings
        Where to add.
    zone : tzinfo
        Of the rules' times.
    now : datetime
        Rules that ended before are left out.
    """
    for document in documents(records, names.fields, "false-positive rule", findings):
        try:
            keys, extra = _Rule(document, filters, instances, zone, now).translated()
        except _NotTranslatable as error:
            findings.left_out.append(LeftOut(document.label, str(error), error.rightly))
        else:
            findings.filters += extra
            findings.allowed.append(Allowed(keys, document.label))


class _Rule:
    def __init__(
        self,
        document: Document,
        filters: Index,
        instances: Instances,
        zone: tzinfo,
        now: datetime,
    ) -> None:
        self._document = document
        self._values = document.values
        self._filters = filters
        self._instances = instances
        self._zone = zone
        self._now = now
        self._extra: list[NamedFilter] = []

    def translated(self) -> tuple[dict[str, Value], list[NamedFilter]]:
        """Return the keys of the entry, and filters that are made for it."""
        active = is_active(self._values.get("active"))
        if active is False:
            raise _NotTranslatable("it is not active", rightly=True)
        if active is None:
            raise _NotTranslatable("whether it is active is not understood")
        if self._document.unknown:
            raise _NotTranslatable(f"of its {', '.join(self._document.unknown)} nothing is known")
        for word, what in (("data_feed", "a data feed"), ("hostname", "a host name")):
            if word in self._values:
                raise _NotTranslatable(f"it is for {what} only, which a site file can't say")
        keys: dict[str, Value] = {**self._method()}
        for end in ("source", "target"):
            if end in self._values:
                keys[end] = self._end(end)
        if "ports" in self._values:
            keys["ports"] = self._ports()
        keys |= self._times()
        if not keys.keys() & {"method", "source"}:
            raise _NotTranslatable("it names neither a method nor a source")
        note = self._document.text("note")
        keys["note"] = f"{note} ({self._document.label})" if note else self._document.label
        return keys, self._extra

    def _method(self) -> dict[str, str]:
        keys: dict[str, str] = {}
        if "method" in self._values:
            code = method_code(self._values["method"])
            if code is None:
                raise _NotTranslatable("its method is not understood")
            keys["method"] = code
        if "instance" in self._values:
            instance = self._instances.find(self._values["instance"], keys.get("method"))
            if instance is None or instance.name is None:
                raise _NotTranslatable("its method instance can't be told from others, or isn't there")
            keys |= {"method": instance.method, "instance": instance.name}
        if "submethod" in self._values:
            text = self._document.text("submethod")
            if text is None or "method" not in keys:
                raise _NotTranslatable("its subtype is not understood")
            keys["submethod"] = find_method(keys["method"])[0].submethod(text) or text
        return keys

    def _end(self, end: str) -> str:
        """Return the name of a filter, or one address pattern."""
        given = self._values[end]
        items = given if isinstance(given, list) else [given]
        texts = []
        for item in items:
            name = self._filters.find(item)
            if name is None:
                pattern = item
                if isinstance(item, dict):
                    pattern = item.get("pattern") or item.get("ip")
                name = as_text(pattern)
                try:
                    parse_pattern(name or "")
                except PatternError:
                    raise _NotTranslatable(f"its {end} is neither a filter nor an address") from None
            texts.append(str(name))
        if len(texts) == 1:
            return texts[0]
        name = printable(f"{end} of {self._document.label}")
        filters = tuple(text for text in texts if text in self._filters.targets)
        if not filters:
            patterns = tuple(Pattern(text) for text in dict.fromkeys(texts))
            self._extra.append(NamedFilter(name, patterns, origin="of the sensor"))
        elif len(filters) == len(texts):
            self._extra.append(NamedFilter(name, relation="sum", parts=filters, origin="of the sensor"))
        else:
            raise _NotTranslatable(f"its {end} is a mixture of filters and addresses")
        return name

    def _ports(self) -> tuple[int, ...]:
        given = self._values["ports"]
        items = given.replace(",", " ").split() if isinstance(given, str) else given
        items = items if isinstance(items, list) else [items]
        texts = [as_text(item) or "" for item in items]
        if not all(text.isascii() and text.isdigit() and int(text[:6]) <= 65_535 for text in texts):
            raise _NotTranslatable("its ports are not understood")
        return tuple(sorted({int(text) for text in texts}))

    def _times(self) -> dict[str, Value]:
        keys: dict[str, Value] = {}
        if "days" in self._values:
            keys["days"] = self._days()
        start, begins = self._moment("valid_from")
        end, ends = self._moment("valid_to", ends=True)
        if ends is not None and ends < self._now:
            raise _NotTranslatable("it has ended", rightly=True)
        if "time_from" in self._values or "time_to" in self._values:
            keys["from"] = self._time("time_from", "00:00")
            keys["to"] = self._time("time_to", _LAST)
            if begins is not None and begins > self._now:
                raise _NotTranslatable("it begins later and has times of day, which a site file can't say")
            if keys["from"] == keys["to"]:
                raise _NotTranslatable("its times of day are not understood")
        elif start is not None:
            keys["from"] = start
        if end is not None:
            keys["until"] = end
        return keys

    def _days(self) -> tuple[str, ...]:
        given = self._values["days"]
        items = given.replace(",", " ").split() if isinstance(given, str) else given
        days = [(as_text(item) or "")[:3].lower() for item in (items if isinstance(items, list) else [items])]
        try:
            for day in days:
                parse_days(day)
        except TimeError:
            raise _NotTranslatable("its days are not understood") from None
        return tuple(dict.fromkeys(days))

    def _time(self, word: str, otherwise: str) -> str:
        if word not in self._values:
            return otherwise
        text = self._document.text(word) or ""
        if found := _SECONDS.fullmatch(text):
            text = _LAST if found[0] == "23:59:59" else found[1] if found[2] == "00" else ""
        if parse_time(text) is None:
            raise _NotTranslatable("its times of day are not understood")
        return text

    def _moment(self, word: str, *, ends: bool = False) -> tuple[str, datetime] | tuple[None, None]:
        """Return a moment as the site file writes it, and itself."""
        if word not in self._values:
            return None, None
        text = self._document.text(word) or ""
        try:
            return text, parse_moment(text, self._zone, ends=ends)
        except TimeError:
            raise _NotTranslatable("from when to when it holds is not understood") from None
