"""What a sensor reported: one event, whatever form it came in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

Value = str | int | float | bool

Severity = Literal["informational", "low", "medium", "high", "critical"]
Direction = Literal["upload", "download"]


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The address that the sensor names as the origin.

    Attributes
    ----------
    ip : str
        IPv4 or IPv6 address in its canonical text.
    mac, hostname, user : str or None
        As reported; ``None`` when not known.
    """

    ip: str
    mac: str | None = None
    hostname: str | None = None
    user: str | None = None
    country: str | None = None


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One address that the event concerns, with what is known of its part in it.

    Attributes
    ----------
    ip : str
        IPv4 or IPv6 address in its canonical text.
    hostname, country : str or None
        Name and ISO 3166 code, as reported.
    sent_bytes, received_bytes : int or None
        Bytes that the *source of the event* sent to this target, and got from it.
    """

    ip: str
    hostname: str | None = None
    country: str | None = None
    sent_bytes: int | None = None
    received_bytes: int | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One report of a detector.

    Attributes
    ----------
    method : str
        Code of the detection method, such as ``SCANS``.
    submethod : str or None
        Its kind, as today's version names it; ``None`` where the report does not tell.
    source : Source
        Where the event originates. Not always the actor.
    targets : tuple of Target
        In reported order, each address once.
    target_count : int or None
        How many targets the sensor counted, when it said so.
    detected_at, first_flow_at, updated_at : datetime
        In UTC. `updated_at` is `detected_at` where the report has no time of update.
    instance, data_feed, perspective, external_id, sensor : str or None
        Method instance, data feed, perspective, the sensor's own id of the event, its kind and version.
    severity : str or None
        Policy of the customer: kept and shown, never evidence.
    direction : {"upload", "download"} or None
        Main direction of the data as seen from the source.
    success : bool or None
        Whether the act succeeded; ``None`` where not known.
    labels : tuple of str
        Labels that people or rules gave the event.
    characteristics : mapping of str to str, int, float or bool
        What the detail says, under the canonical names of `adscribe.event.characteristics`.
    ports, protocols : tuple of int
        Service ports and IANA protocol numbers; empty where not reported.
    description : str or None
        The detail in the sensor's words.
    """

    method: str
    source: Source
    detected_at: datetime
    submethod: str | None = None
    targets: tuple[Target, ...] = ()
    target_count: int | None = None
    first_flow_at: datetime | None = None
    updated_at: datetime | None = None
    instance: str | None = None
    data_feed: str | None = None
    perspective: str | None = None
    external_id: str | None = None
    sensor: str | None = None
    severity: Severity | None = None
    direction: Direction | None = None
    success: bool | None = None
    labels: tuple[str, ...] = ()
    characteristics: Mapping[str, Value] = msgspec.field(default_factory=dict)
    ports: tuple[int, ...] = ()
    protocols: tuple[int, ...] = ()
    description: str | None = None

    @property
    def reported_at(self) -> datetime:
        """When this state was reported: time of the update, else of the detection."""
        return self.updated_at or self.detected_at
