"""Flowmon ADS custom script, tab-separated: 15 columns, or 17 in the extended form.

Columns are as the vendor's published scripts use them; an empty one is a single space.
The extended form inserts two columns behind the description of the method, of which no
published script says what they hold: one that names a submethod of the method is taken
for that, another is ignored and named.
"""

from __future__ import annotations

from datetime import tzinfo

from adscribe.errors import EventError
from adscribe.event import Event, Source, checks
from adscribe.sensors import fields
from adscribe.sensors.cef import SENSOR

COLUMNS = (
    "id",
    "detection time",
    "first-flow time",
    "type",
    "type description",
    "perspective",
    "priority",
    "detail",
    "ports",
    "protocol",
    "source",
    "captured source name",
    "targets",
    "data feed",
    "user identity",
)
"""The standard form. The extended form has two more behind the fifth."""
INSERTED = ("column 6", "column 7")
"""What the two columns of the extended form are called, counted from 1."""

_IDS_COLUMNS = range(10, len(COLUMNS))


def is_tsv(line: str) -> bool:
    """Return whether a line looks like a row."""
    return line.count("\t") >= 4


def read_tsv(line: str, *, zone: tzinfo) -> tuple[Event, tuple[str, ...]]:
    """Return the event of one row, with its detail as description, and the columns that were not used.

    Raises
    ------
    EventError
        The row is no event.
    """
    row = [column.strip() for column in line.split("\t", len(COLUMNS) + len(INSERTED))]
    inserted: list[str] = []
    if len(row) == len(COLUMNS) + len(INSERTED):
        inserted = row[5:7]
        del row[5:7]
    if len(row) != len(COLUMNS):
        raise EventError(_wrong_number(row))
    columns = dict(zip(COLUMNS, row, strict=True))
    ignored: dict[str, None] = {}
    method = fields.present(columns["type"])
    if method is None:
        raise EventError("no method", hint="column 4, type, is empty")
    submethod = None
    for name, value in zip(INSERTED, inserted, strict=False):
        if submethod is None and fields.is_submethod(method, value):
            submethod = value
        elif value:
            ignored[name] = None

    ports, protocols = fields.ports(columns["ports"]), fields.protocols(columns["protocol"])
    severity = fields.priority(columns["priority"])
    for name, unread in (
        ("ports", ports is None),
        ("protocol", protocols is None),
        ("priority", severity is None and bool(columns["priority"])),
    ):
        if unread:
            ignored[name] = None
    first_flow, detail = columns["first-flow time"], columns["detail"]
    targets, count = fields.targets(fields.listed_targets(columns["targets"]))
    event = Event(
        method=method,
        submethod=submethod,
        source=Source(
            ip=fields.source_ip(columns["source"]),
            hostname=fields.present(columns["captured source name"]),
            user=fields.present(columns["user identity"]),
        ),
        detected_at=fields.moment(columns["detection time"], "the detection time", zone),
        first_flow_at=fields.moment(first_flow, "the first-flow time", zone) if first_flow else None,
        targets=targets,
        target_count=count,
        data_feed=fields.present(columns["data feed"]),
        perspective=fields.present(columns["perspective"]),
        external_id=fields.present(columns["id"]),
        sensor=SENSOR,
        severity=severity,
        ports=ports or (),
        protocols=protocols or (),
        description=checks.text(detail, "", limit=checks.DESCRIPTION_LENGTH),
    )
    return event, tuple(ignored)


def _wrong_number(row: list[str]) -> str:
    if len(row) in _IDS_COLUMNS and all(fields.is_address(row[index]) for index in (3, 5)):
        return "a row of an IDS event, which is no event of network anomaly detection"
    wanted = f"{len(COLUMNS)} or {len(COLUMNS) + len(INSERTED)}"
    found = "more" if len(row) > len(COLUMNS) + len(INSERTED) else str(len(row))
    return f"a row of {found} columns, not of {wanted}"
