"""How the times of a site file are read: working hours, and when an entry holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from adscribe.site.document import Node
from adscribe.site.reading import Reading
from adscribe.site.times import TimeError, Validity, Week, parse_days, parse_moment, parse_time


def read_hours(reading: Reading, section: Node | None) -> Week | None:
    """Return the working time; ``None`` where none is given."""
    if section is None or section.is_null:
        return None
    values = reading.entries(section, "hours", ("days", "from", "to"))
    clock: dict[str, int] = {}
    for key in ("from", "to"):
        text = reading.text(values[key], key) if key in values else None
        if text is not None:
            second = parse_time(text)
            if second is None:
                reading.problems.add(values[key], "no time of day, such as 07:30")
                return None
            clock[key] = second
    return _week(reading, values, clock)


def read_validity(reading: Reading, values: Mapping[str, Node], zone: tzinfo) -> Validity:
    """Return when an entry holds, from its keys ``days``, ``from``, ``until`` and ``to``.

    Each of the last three is a time of day, a date, or a date with a time. Two times of day are a
    window of every day; a date in ``until`` beside them is the last day.
    """
    clock: dict[str, int] = {}
    moments: dict[str, datetime] = {}
    for key, side in (("from", "from"), ("until", "to"), ("to", "to")):
        node = values.get(key)
        text = reading.text(node, key) if node is not None else None
        if node is None or text is None:
            continue
        second = parse_time(text)
        if side in (clock if second is not None else moments):
            reading.problems.add(node, "a second end: until and to mean the same", at_key=True)
        elif second is not None:
            clock[side] = second
        else:
            try:
                moments[side] = parse_moment(text, zone, ends=side == "to")
            except TimeError as error:
                reading.problems.add(node, str(error))
                return Validity()
    start, end = moments.get("from"), moments.get("to")
    if start is not None and end is not None and start > end:
        reading.problems.add(values["from"], "an entry that ends before it begins")
    week = _week(reading, values, clock) if clock or "days" in values else None
    return Validity(week, start, end, _text(values))


def _week(reading: Reading, values: Mapping[str, Node], clock: Mapping[str, int]) -> Week:
    days = _days(reading, values["days"]) if "days" in values else Week().days
    if not clock:
        return Week(days)
    anchor = next(values[key] for key in ("from", "to", "until") if key in values)
    if len(clock) == 1:
        hint = "give both from and to as times of day; 24:00 is the end of a day"
        reading.problems.add(anchor, "one time of day without the other", hint)
        return Week(days)
    if clock["from"] == clock["to"]:
        reading.problems.add(
            anchor, "a time of day that ends when it begins", "leave both out for whole days"
        )
    return Week(days, clock["from"], clock["to"])


def _days(reading: Reading, node: Node) -> frozenset[int]:
    """Return the days that ``mon-fri``, or a list of days and ranges, names."""
    if node.text is not None:
        items = [node]
    else:
        items = reading.items(node, "days")
        if not items:
            reading.problems.add(node, "days without a day", "leave the key out if any day will do")
    days: frozenset[int] = frozenset()
    for item in items:
        text = reading.text(item, "a day")
        if text is not None:
            try:
                days |= parse_days(text)
            except TimeError as error:
                reading.problems.add(item, str(error))
    return days


def _text(values: Mapping[str, Node]) -> str:
    parts = []
    if (days := values.get("days")) is not None:
        parts.append(days.text or ", ".join(item.text or "" for item in days.items or ()))
    parts += [f"{key} {values[key].text}" for key in ("from", "until", "to") if key in values]
    return " ".join(parts)
