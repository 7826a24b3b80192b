"""Flowmon ADS by syslog: one CEF message a line, of versions 6.07 to 13.0.

``Nov  3 15:12:10 host ADS[pid]: CEF:0|vendor|product|version|method|name|severity|extension``

The sensor doesn't escape spaces and equal signs in its values, so that the extension can
only be split at keys that are known. The detail (``msg``) is free text in the middle:
before it the first of a key counts, behind it the last, and whatever looks like a key
inside it is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from adscribe.errors import EventError
from adscribe.event import Event, Severity, Source, Target, checks
from adscribe.event.native import SEVERITIES
from adscribe.sensors import fields

SENSOR = "flowmon-ads"
"""Kind of the sensor; its version follows where the form has one."""

PREFIX_LENGTH = 1_024
"""How far into a line the message may start, in characters."""

LABELS: Mapping[str, str] = {
    "c6a2": "srcIPv6",
    "c6a3": "dstIPv6",
    "cs4": "dstIPv4list",
    "cs6": "dstIPv6list",
    "cs2": "MethodInstanceName",
    "cn2": "DataFeedID",
    "cn3": "PerspectiveID",
    "cn1": "EventID",
    "deviceCustomString1": "ADSHostName",
}
"""Custom field of CEF to the label under which the sensor uses it."""

_SINGLE = ("dst", "c6a3", "target")
_LISTS = ("cs4", "cs6", "targetList")
_TARGETS = {*_SINGLE, *_LISTS}
USED = frozenset({"src", "smac", "start", "msg", *LABELS, *_TARGETS})
"""Every key that is read. The host name of the sensor is known and not used."""

_MESSAGE = re.compile(r"CEF:\d{1,3}\|", re.ASCII)
_HEADER_FIELD = re.compile(r"([^|\\]*+(?:\\.[^|\\]*+)*+)\|")
_HEADER_ESCAPE = re.compile(r"\\([|\\])")
_ESCAPE = re.compile(r"\\([=\\|nr])")
_ESCAPED = {"n": "\n", "r": "\r"}

_KNOWN = re.compile(
    r"(?:^|(?<=\s))(?:"
    r"(src|smac|start|msg|dst|target|(?:c6a[1-4]|cs[1-6]|cn[1-3]|deviceCustomString[1-6])(?:Label)?)="
    r"|(targetList):)",
    re.ASCII,
)
_ANY_KEY = re.compile(r"(?<=\s)([A-Za-z][A-Za-z0-9_.\-]{0,62})=", re.ASCII)

_HEADER_TIME = re.compile(
    r"(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?:(?P<year>\d{4}) )?(?P<clock>\d{2}:\d{2}:\d{2})"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?)",
    re.ASCII,
)
_SEVERITY_WORDS: Mapping[str, Severity] = {
    "low": "low",
    "medium": "medium",
    "high": "high",
    "very-high": "critical",
}
_LATE = timedelta(days=1)


def is_cef(line: str) -> bool:
    """Return whether a line holds a CEF message."""
    return _start(line) is not None


def read_cef(line: str, *, zone: tzinfo, year: int | None = None) -> tuple[Event, tuple[str, ...]]:
    """Return the event of one line, with its detail as description, and the keys that no table knows.

    Parameters
    ----------
    line : str
        The line, with or without what syslog puts before the message.
    zone : tzinfo
        Zone of the sensor's times.
    year : int, optional
        Year of a syslog time when the message has no ``start``; without it the latest year
        in which the time isn't ahead of the clock by more than a day.

    Raises
    ------
    EventError
        The line is no event of Flowmon ADS.
    """
    found = _start(line)
    if found is None:
        raise EventError("no CEF message")
    header, extension = _header(line, found.end())
    _, product, version, method, _, severity = header
    if "flowmon ads" not in product.lower():
        raise EventError("CEF of another product than Flowmon ADS")
    values, ignored = _extension(extension)

    first_flow_at = fields.moment(values["start"], "start", zone) if values.get("start") else None
    at = _header_time(line[: found.start()], first_flow_at, zone, year)
    detected_at = at or first_flow_at
    if detected_at is None:
        raise EventError("no time", hint="neither a syslog time before the message nor start in it")
    source = values.get("src") or values.get("c6a2")
    if source is None:
        raise EventError("no source", hint="neither src nor c6a2")
    code = fields.present(method)
    if code is None:
        raise EventError("no method", hint="the fifth field of the header is empty")
    grade = _severity(severity)
    if grade is None:
        ignored["severity"] = None
    targets, count = fields.targets(_target_values(values))
    event = Event(
        method=code,
        source=Source(ip=fields.source_ip(source), mac=fields.present(values.get("smac", ""))),
        detected_at=detected_at,
        targets=targets,
        target_count=count,
        first_flow_at=first_flow_at,
        instance=fields.present(values.get("cs2", "")),
        data_feed=fields.present(values.get("cn2", "")),
        perspective=fields.present(values.get("cn3", "")),
        external_id=fields.present(values.get("cn1", "")),
        sensor=_sensor(version),
        severity=grade,
        description=checks.text(values.get("msg"), "", limit=checks.DESCRIPTION_LENGTH),
    )
    return event, tuple(ignored)


def _start(line: str) -> re.Match[str] | None:
    found = _MESSAGE.search(line, 0, PREFIX_LENGTH)
    return None if found is None or "\t" in line[: found.start()] else found


def _header(line: str, position: int) -> tuple[list[str], str]:
    header = []
    for _ in range(6):
        found = _HEADER_FIELD.match(line, position)
        if found is None:
            raise EventError("the CEF header is cut short", hint="seven fields ended by | come first")
        header.append(_HEADER_ESCAPE.sub(r"\1", found[1]).strip())
        position = found.end()
    return header, line[position:]


def _extension(text: str) -> tuple[dict[str, str], dict[str, None]]:
    """Split the extension: values of the keys that are used, names of those that are not."""
    keys = _kept(text)
    values: dict[str, str] = {}
    ignored = dict.fromkeys(_ANY_KEY.findall(" " + text[: keys[0].start()] if keys else " " + text))
    ends = [*(key.start() for key in keys[1:]), len(text)]
    for key, end in zip(keys, ends, strict=False):
        name, value = _name(key), text[key.end() : end]
        if name != "msg" and (other := _ANY_KEY.search(value)):
            ignored.update(dict.fromkeys(_ANY_KEY.findall(value)))
            value = value[: other.start()]
        values[name] = _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), value).strip()
    for name in [name for name in values if name.endswith("Label")]:
        field = name.removesuffix("Label")
        if values.pop(name) != LABELS.get(field) and values.pop(field, None) is not None:
            ignored[field] = None
    unused = [name for name in values if name not in USED]
    ignored.update(dict.fromkeys(unused))
    return values, ignored


def _kept(text: str) -> list[re.Match[str]]:
    """Return the keys that are keys and not part of the detail."""
    keys = list(_KNOWN.finditer(text))
    detail = next((index for index, key in enumerate(keys) if key[1] == "msg"), len(keys))
    first: dict[str, re.Match[str]] = {}
    for key in keys[:detail]:
        first.setdefault(_name(key), key)
    head = list(first.values())
    if detail == len(keys):
        return head
    end = _end_of_machine_form(text, keys[detail].end())
    taken = {"msg", *first}
    tail: list[re.Match[str]] = []
    for key in reversed(keys[detail + 1 :]):
        name = _name(key)
        names = _TARGETS if name in _TARGETS else {name}
        if key.start() < end or taken & names:
            break
        taken.add(name)
        tail.append(key)
    return [*head, keys[detail], *reversed(tail)]


def _name(key: re.Match[str]) -> str:
    return key[1] or key[2]


def _end_of_machine_form(text: str, start: int) -> int:
    """Return where a detail in braces ends, `start` for another."""
    return max(start, text.rfind("'}") + 2) if text.startswith("{", start) else start


def _target_values(values: Mapping[str, str]) -> Iterator[Target]:
    for name in _SINGLE:
        if values.get(name):
            yield fields.target(values[name])
    for name in _LISTS:
        yield from fields.listed_targets(values.get(name, ""))


def _header_time(
    prefix: str, first_flow_at: datetime | None, zone: tzinfo, year: int | None
) -> datetime | None:
    """Return the time of the syslog header; of several, of relays, the last, which is the sensor's own."""
    found = None
    for found in _HEADER_TIME.finditer(prefix):  # noqa: B007 - the last is wanted
        pass
    if found is None:
        return None
    if found["iso"]:
        return fields.moment(found["iso"], "the syslog time", zone)
    given = found["year"] or year
    if given is not None and (found["year"] or first_flow_at is None):
        years = [int(given)]
    else:
        middle = (first_flow_at or datetime.now(UTC)).year
        years = [middle - 1, middle, middle + 1]
    times = list(_in_years(found, years, zone))
    if not times:
        raise EventError("the syslog time is no date")
    if len(years) == 1:
        return times[0]
    if first_flow_at is not None:
        return next((at for at in times if at >= first_flow_at - _LATE), times[-1])
    latest = datetime.now(UTC) + _LATE
    return next((at for at in reversed(times) if at <= latest), times[0])


def _in_years(found: re.Match[str], years: list[int], zone: tzinfo) -> Iterator[datetime]:
    for year in years:
        try:
            at = fields.calendar(year, found["month"], found["day"], found["clock"].split(":"))
        except ValueError:
            continue
        yield checks.utc(at, "", zone)


def _severity(value: str) -> Severity | None:
    """Return the severity of a number from 0 to 10, odd ones as the even one below, or of a word."""
    if value.isascii() and value.isdigit() and len(value) <= 2 and int(value) <= 10:
        return SEVERITIES[max(int(value) // 2 - 1, 0)]
    return _SEVERITY_WORDS.get(value.lower())


def _sensor(version: str) -> str:
    """Return the sensor's kind and version, as the vendor speaks of it: 13.0, 12.5, 9.01, 6.07."""
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0]
    if not (re.fullmatch(r"[0-9]{1,3}", major) and re.fullmatch(r"[0-9]{1,3}", minor)):
        return SENSOR
    return f"{SENSOR} {int(major)}.{minor if int(major) < 10 else int(minor)}"
