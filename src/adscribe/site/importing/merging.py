"""What was found, as the text of a site file: a new one, or added to one that is there.

What the user wrote stays as it is, comments included. Where both say something of the same thing,
the user's word counts and the difference is told; on request the imported one is written instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from adscribe.errors import SiteError
from adscribe.site.addresses import AddressSet
from adscribe.site.content import Content
from adscribe.site.importing.edits import Edits, Entry, Item, quoted
from adscribe.site.importing.findings import Allowed, Assigned, Findings, NamedFilter, Pattern, printable
from adscribe.site.importing.tidying import tidy
from adscribe.site.patterns import parse_pattern
from adscribe.site.site import Site

Kind = Literal["added", "changed", "conflict", "kept", "open"]

_PRIVATE = NamedFilter(
    "private_addresses",
    tuple(map(Pattern, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))),
    origin="assumed to be the monitored network: no filter was named for it",
)
_LISTED = 200  # things left out that a new file names


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one thing that was found.

    Attributes
    ----------
    kind : {"added", "changed", "conflict", "kept", "open"}
        Whether it is in the file now, in place of something else; whether the file says otherwise and
        was left so; whether the file said so already; or whether the user has to say something.
    what : str
        What it is.
    detail : str
        More of it.
    """

    kind: Kind
    what: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.detail}" if self.detail else self.what


def merge(
    findings: Findings,
    existing: str | None = None,
    *,
    name: str = "site",
    internal: str | None = None,
    timezone: str | None = None,
    overrule: bool = False,
    head: str = "",
) -> tuple[str, list[Change]]:
    """Return the text of a site file with what was found, and what became of each thing.

    Parameters
    ----------
    findings : Findings
        What was found; what can't be in a site file moves to its `left_out`.
    existing : str, optional
        The text of a site file to add to.
    name : str
        Of that file, for errors.
    internal : str, optional
        The filter that is the monitored network.
    timezone : str, optional
        Of a new file.
    overrule : bool
        Whether the imported filter or assignment is written where the file has another.
    head : str
        What the first line of a new file says, as a comment.

    Raises
    ------
    SiteError
        The existing file is not valid, has a form that can't be added to, or the result would be no
        valid site file.
    """
    tidy(findings)
    text, changes = _new(findings, internal if existing is None else None, timezone, head)
    fresh = Site.parse(text, name="the imported site file").content
    if existing is None:
        return text, changes
    return _Merge(findings, fresh, existing, name, overrule).result(internal)


def _new(
    findings: Findings, internal: str | None, timezone: str | None, head: str
) -> tuple[str, list[Change]]:
    """Return the text of a new site file."""
    filters = list(findings.filters)
    changes = [Change("added", f"filter {found.name}", _size(found)) for found in filters]
    if internal is None:
        internal = _PRIVATE.name
        if all(found.name != internal for found in filters):
            filters.insert(0, _PRIVATE)
        detail = "no filter was named as the monitored network, so that private addresses are"
        changes.append(Change("open", "internal", detail))
    elif all(found.name != internal for found in filters):
        raise _unknown_filter(internal, [found.name for found in filters])
    lines = [f"# {head}"] if head else []
    if timezone is None:
        lines.append("# timezone: Europe/Prague  # of times that have none; UTC without it")
    else:
        lines.append(f"timezone: {quoted(timezone)}")
    sections: dict[str, list[Entry]] = {
        "filters": [_filter_entry(found) for found in filters],
        "roles": [_role_entry(role, of) for role, of in findings.roles.items()],
        "assigned_filters": [_assigned_entry(one) for one in findings.assigned],
        "allowed": [_allowed_entry(one) for one in findings.allowed],
    }
    for section, entries in sections.items():
        if entries or section == "filters":
            lines.append(f"{section}:")
            lines += (line for entry in entries for line in entry.lines(2))
        if section == "filters":
            lines.append(f"internal: {quoted(internal)}")
    missing = [left for left in findings.left_out if not left.rightly]
    if missing:
        lines += ["", "# Not translated, for you to look at:"]
        lines += (f"# - {printable(str(left))}" for left in missing[:_LISTED])
        if len(missing) > _LISTED:
            lines.append(f"# - and {len(missing) - _LISTED:,} more")
    changes += (Change("added", f"role {role}", of) for role, of in findings.roles.items())
    changes += (Change("added", str(one), one.filter) for one in findings.assigned)
    changes += (Change("added", str(one)) for one in findings.allowed)
    return "\n".join(lines) + "\n", changes


class _Merge:
    """What was found, added to a site file that is there."""

    def __init__(self, findings: Findings, fresh: Content, existing: str, name: str, overrule: bool) -> None:
        self._findings = findings
        self._fresh = fresh
        self._name = name
        self._old = Site.parse(existing, name=name).content
        self._edits = Edits(existing)
        self._overrule = overrule
        self._changes: list[Change] = []
        self._touched: set[object] = set()
        self._differ: set[str] = set()

    def result(self, internal: str | None) -> tuple[str, list[Change]]:
        """Return the text, and what became of each thing."""
        self._merge_filters()
        self._merge_roles()
        self._merge_assigned()
        self._merge_allowed()
        if internal is not None and internal != self._old.internal_name:
            known = [*self._old.filters, *self._fresh.filters]
            if internal not in known:
                raise _unknown_filter(internal, known)
            detail = f"the file has {self._old.internal_name}, not {internal}; left so"
            self._changes.append(Change("conflict", "internal", detail))
        text = self._edits.text()
        hint = "write a new file, and put the two together by hand"
        try:
            new = Site.parse(text, name=self._name).content
        except SiteError as error:
            first = error.problems[0]
            raise SiteError(f"the site file can't be added to: {first.message}", hint=hint) from None
        if not self._keeps_all(new):
            raise SiteError("the site file is written in a way that can't be added to", hint=hint)
        return text, self._changes

    def _note(self, kind: Kind, what: str, detail: str = "") -> None:
        self._changes.append(Change(kind, what, detail))

    def _merge_filters(self) -> None:
        entries = []
        for found in self._findings.filters:
            what = f"filter {found.name}"
            old, new = self._old.filters.get(found.name), self._fresh.filters[found.name]
            if old is None:
                entries.append(_filter_entry(found))
                self._note("added", what, _size(found))
            elif old == new:
                self._note("kept", what)
            elif self._overrule:
                self._edits.put("filters", found.name, _filter_entry(found).flow_value)
                self._touched.add(found.name)
                self._note("changed", what, f"{_size(found)} in place of what the file had")
            elif found.grows and found.name not in self._old.relational:
                self._grow(found)
            else:
                detail = f"{_ranges(old - new)} only in the file, {_ranges(new - old)} only imported; left so"
                self._note("conflict", what, detail)
                self._differ.add(found.name)
        self._edits.add("filters", entries)
        while more := [
            found.name
            for found in self._findings.filters
            if found.name not in self._differ and not self._differ.isdisjoint(found.parts)
        ]:
            self._differ.update(more)

    def _grow(self, found: NamedFilter) -> None:
        old, new = self._old.filters[found.name], self._fresh.filters[found.name]
        missing = [pattern for pattern in found.patterns if parse_pattern(pattern.text) - old]
        if missing:
            self._edits.append("filters", found.name, [_item(pattern) for pattern in missing])
            self._touched.add(found.name)
            self._note("changed", f"filter {found.name}", f"{_count(len(missing), 'more pattern')}")
        if old - new:
            detail = f"{_ranges(old - new)} no longer among the assets; left there"
            self._note("conflict", f"filter {found.name}", detail)

    def _merge_roles(self) -> None:
        entries = []
        for role, name in self._findings.roles.items():
            old = self._old.roles.get(role)
            if old is None:
                entries.append(_role_entry(role, name))
                self._note("added", f"role {role}", name)
                continue
            lacking = self._fresh.filters[name] - self._old.filters[old]
            if old == name or not lacking:
                self._note("kept", f"role {role}")
            else:
                detail = f"it is of {old} in the file, which lacks {_ranges(lacking)} of {name}; left so"
                self._note("conflict", f"role {role}", detail)
        self._edits.add("roles", entries)

    def _merge_assigned(self) -> None:
        places = {key: place for place, key in enumerate(self._old.assigned)}
        entries = []
        for one in self._findings.assigned:
            key, what = (one.method, one.instance), str(one)
            old = self._old.assigned.get(key)
            entry = _assigned_entry(one)
            if old is None:
                entries.append(entry)
                self._note("added", what, one.filter)
            elif old == one.filter:
                self._note("kept", what)
            elif self._overrule:
                self._edits.put("assigned_filters", places[key], entry.flow)
                self._touched.add(key)
                self._note("changed", what, f"{one.filter} in place of {old}")
            else:
                self._note("conflict", what, f"it is {old} in the file, {one.filter} imported; left so")
        self._edits.add("assigned_filters", entries)

    def _merge_allowed(self) -> None:
        known = {str(entry) for entry in self._old.allowed}
        entries = []
        for one, entry in zip(self._findings.allowed, self._fresh.allowed, strict=True):
            ends = {one.keys.get("source"), one.keys.get("target")}
            if str(entry) in known:
                self._note("kept", str(one))
            elif differ := sorted(self._differ & {str(end) for end in ends}):
                # With the file's filter the rule would be for other hosts than its author meant.
                detail = f"it is for {', '.join(differ)}, which is another in the file; left out"
                self._note("conflict", str(one), detail)
            else:
                entries.append(_allowed_entry(one))
                self._note("added", str(one))
        self._edits.add("allowed", entries)

    def _keeps_all(self, new: Content) -> bool:
        """Tell whether the file still says all that it said, but for what was to change."""
        old = self._old
        return (
            all(
                new.filters.get(name) == addresses
                for name, addresses in old.filters.items()
                # A filter made of others changes with them.
                if name not in self._touched and not (self._touched and name in old.relational)
            )
            and all(new.roles.get(role) == name for role, name in old.roles.items())
            and all(
                new.assigned.get(key) == name
                for key, name in old.assigned.items()
                if key not in self._touched
            )
            and _texts(new.allowed)[: len(old.allowed)] == _texts(old.allowed)
            and _texts(new.forbidden) == _texts(old.forbidden)
            and _texts(new.known_causes) == _texts(old.known_causes)
            and (new.timezone, new.hours, new.services, new.feeds, new.internal_name)
            == (old.timezone, old.hours, old.services, old.feeds, old.internal_name)
        )


def _filter_entry(found: NamedFilter) -> Entry:
    if found.relation is None:
        return Entry(found.name, tuple(_item(pattern) for pattern in found.patterns), found.origin)
    parts = [quoted(part) for part in found.parts]
    value = parts[0] if found.relation == "inverse" else f"[{', '.join(parts)}]"
    return Entry(found.name, f"{{{found.relation}: {value}}}", found.origin)


def _role_entry(role: str, name: str) -> Entry:
    return Entry(role, quoted(name))


def _assigned_entry(one: Assigned) -> Entry:
    instance = f", instance: {quoted(one.instance)}" if one.instance else ""
    value = f"{{method: {quoted(one.method)}{instance}, filter: {quoted(one.filter)}}}"
    return Entry(None, value, one.origin)


def _allowed_entry(one: Allowed) -> Entry:
    values = ", ".join(f"{key}: {_flow(value)}" for key, value in one.keys.items())
    return Entry(None, f"{{{values}}}", one.origin)


def _flow(value: str | Sequence[int | str]) -> str:
    return quoted(value) if isinstance(value, str) else f"[{', '.join(map(str, value))}]"


def _item(pattern: Pattern) -> Item:
    return Item(quoted(pattern.text), pattern.comment)


def _size(found: NamedFilter) -> str:
    if found.relation is not None:
        return f"{found.relation} of {', '.join(found.parts)}"
    return _count(len(found.patterns), "pattern")


def _ranges(addresses: AddressSet) -> str:
    return _count(addresses.range_count, "range")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _texts(entries: Iterable[object]) -> list[str]:
    return [str(entry) for entry in entries]


def _unknown_filter(name: str, known: Sequence[str]) -> SiteError:
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else "name one of the filters that are imported"
    return SiteError(f"there is no filter {printable(name, 80)!r} to be internal", hint=hint)
