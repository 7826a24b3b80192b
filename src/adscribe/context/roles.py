"""What the ends are by the site file: roles, segment, and whether the role needs what is seen."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from adscribe.context.knowledge import Need, load_needs
from adscribe.context.view import View
from adscribe.context.vocabulary import load_vocabulary
from adscribe.context.words import a, count, listing
from adscribe.event import Target

_SANCTIONED = frozenset(("approved_cloud", "partner"))

_SEGMENT_ROLES = (
    ("guest", ("guest",)),
    ("ot", ("ot_master", "ot_device", "engineering_workstation")),
    ("iot", ("iot_device", "camera")),
    ("server", ("any_server",)),
    ("user", ("user_device", "admin_workstation")),
)

_SEGMENT_NAMES = (
    ("guest", ("guest", "guests", "visitor", "visitors", "wifi", "hotspot", "byod")),
    ("dmz", ("dmz",)),
    ("ot", ("ot", "ics", "scada", "plc", "plcs", "rtu", "rtus", "production", "plant")),
    ("iot", ("iot", "camera", "cameras", "sensors")),
    ("closed", ("closed", "restricted", "atm", "atms", "vault", "management", "isolated")),
    ("server", ("server", "servers", "datacenter", "datacentre", "hypervisors", "storage")),
    (
        "user",
        ("client", "clients", "user", "users", "office", "workstation", "workstations", "staff", "desktops"),
    ),
)

MAX_ENDS = 64
"""Ends of one event that are looked at for their segment."""

_Placed = tuple[str, str, str]
"""A segment, what tells it, and that as a sentence."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def derive(view: View) -> None:
    """Note ``source_role``, ``target_role`` and ``segment``, and the share of targets with a role."""
    source_roles = _common(view, view.sources)
    if source_roles:
        text = _known(view, view.sources, "client", source_roles)
        view.put("source_role", source_roles, "site: roles", text)
    main = main_targets(view)
    target_roles = _common(view, main)
    if target_roles:
        text = _known(view, main, "target", target_roles)
        view.put("target_role", target_roles, "site: roles", text, main)
    if view.targets:
        known = sum(1 for target in view.targets if view.site.roles(target.ip))
        view.measures["targets_known_ratio"] = known / len(view.targets)
    _segment(view)


def derive_fit(view: View) -> None:
    """Note ``role_fit``, once services, peers and the schedule are known.

    Something beyond what every role of the source needs is a misfit. A fit takes evidence: where a
    role needs certain services only, the event must tell which ones it is about.
    """
    needs = load_needs()
    basis = "site: roles, event: services, peers"
    judged = [
        (name, needs[name], _misfit(view, needs[name]))
        for name in view.values("source_role")
        if name in needs
    ]
    for name, need, misfit in judged:
        if misfit is None and (need.services is None or _used(view)):
            view.put("role_fit", "yes", basis, f"this is what {_role(view, name)} does")
            return
    beyond = [(name, misfit) for name, _, misfit in judged if misfit is not None]
    if beyond and len(beyond) == len(judged):
        name, misfit = beyond[0]
        view.put("role_fit", "no", basis, f"{_role(view, name)} has no need of {misfit}")


def _known(view: View, ends: tuple[Target, ...], noun: str, roles: tuple[str, ...]) -> str:
    if len(ends) == 1:
        which = f"{ends[0].ip} is"
    else:
        # Of two more than half are both.
        which = f"both {noun}s are" if len(ends) == 2 else f"most of {count(len(ends), noun)} are"
        which += " each"
    return f"{which} known as {listing(view.words('source_role', roles))}"


def _role(view: View, name: str) -> str:
    return view.words("source_role", (name,))[0]


def main_targets(view: View) -> tuple[Target, ...]:
    """Return the targets with the most bytes where bytes by target are known, else all targets."""
    moved = [(target.sent_bytes or 0) + (target.received_bytes or 0) for target in view.targets]
    most = max(moved, default=0)
    return tuple(target for target, number in zip(view.targets, moved, strict=True) if number == most)


def _common(view: View, ends: tuple[Target, ...]) -> tuple[str, ...]:
    """Return the roles that more than half of some addresses have; what outside peers are is no role here."""
    shares = Counter(name for end in ends for name in view.site.roles(end.ip))
    common = (name for name, number in shares.items() if 2 * number > len(ends))
    return tuple(sorted(name for name in common if name in view.vocabulary.roles))


def _misfit(view: View, need: Need) -> str | None:
    services = _used(view)
    if need.services is not None and services:
        beyond = tuple(name for name in services if name not in need.services)
        if beyond:
            return listing(tuple(_service(view, name) for name in beyond))
    outside = view.of_side("outside")
    if outside and "outside" not in need.targets:
        if "known" not in need.targets:
            return "peers outside"
        unknown = [target for target in outside if not _is_known(view, target, need)]
        if unknown:
            return "unknown peers outside"
    if view.of_side("inside") and "inside" not in need.targets:
        return "peers inside"
    if need.working_hours and view.values("schedule") == ("off_hours",):
        return "this outside working hours"
    return None


def _service(view: View, name: str) -> str:
    """Return a service, or a port that has none, in words."""
    if name.isdecimal():
        return f"port {name}"
    return "ICMP" if name == "icmp" else view.words("service", (name,))[0]


def _used(view: View) -> tuple[str, ...]:
    used = [view.vocabulary.services.get(port, str(port)) for port in view.event.ports]
    used.extend(view.values("service"))
    if view.values("protocol") == ("icmp",):
        used.append("icmp")
    return tuple(dict.fromkeys(used))


def _is_known(view: View, target: Target, need: Need) -> bool:
    kinds = view.site.peer_kinds(target.ip, target.hostname)
    return bool((kinds | view.site.roles(target.ip)) & (_SANCTIONED | need.peers))


def _segment(view: View) -> None:
    """Note the segment of the inside end, and whether any inside end lies in an OT segment.

    Where several lie inside it is that of most of them, in whatever order they were told.
    """
    sources, targets = (_inside(view, ends) for ends in (view.sources, view.targets))
    theirs = [[_segment_of(view, end) for end in ends] for ends in (sources, targets)]
    found = sorted(filter(None, theirs[0] if sources else theirs[1]))
    if found:
        counts = Counter(segment for segment, _, _ in found)
        view.put("segment", *max(found, key=lambda one: counts[one[0]]))
    ot = next((one for ends in theirs for one in ends if one is not None and one[0] == "ot"), None)
    if ot is not None:
        view.put("ot_end", "yes", *ot[1:])


def _inside(view: View, ends: tuple[Target, ...]) -> list[Target]:
    """Return the ends inside by their addresses, `MAX_ENDS` at most."""
    inside = [end for end in ends if view.sides[end.ip] == "inside"]
    return sorted(inside, key=lambda end: end.ip)[:MAX_ENDS]


def _segment_of(view: View, end: Target) -> _Placed | None:
    """Return the segment of an end, what tells it, and that as a sentence."""
    segment, name = _placed(view.site.roles(end.ip), view.site.filters_of(end.ip))
    if segment is not None and name is None:
        return segment, "site: roles", f"{end.ip} is in {_called(view, segment)}"
    if segment is not None:
        return segment, f"site: filter {name}", f"{end.ip} is in the filter {name}, {_called(view, segment)}"
    feed = view.site.feed(view.event.data_feed)
    if feed is not None and feed.position == "ot":
        return "ot", "site: data feed", f"the data feed {feed.name} watches an OT segment"
    return None


def _called(view: View, segment: str) -> str:
    return f"{a(*view.words('segment', (segment,)))} segment"


@lru_cache(maxsize=4096)
def _placed(roles: frozenset[str], filters: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Return the segment of an address with these roles in these filters, and the filter that tells it."""
    groups = load_vocabulary().role_groups
    for segment, names in _SEGMENT_ROLES:
        if any(roles & groups.get(name, frozenset((name,))) for name in names):
            return segment, None
    for name in filters:
        words = {word.lower() for word in _WORD.findall(name)}
        for segment, keywords in _SEGMENT_NAMES:
            if words.intersection(keywords):
                return segment, name
    return None, None
