"""Assets: a CSV with an address or network a line, its host name and its roles."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from difflib import get_close_matches
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from adscribe.errors import Place, SiteError
from adscribe.site.addresses import AddressSet
from adscribe.site.importing.findings import Findings, LeftOut, NamedFilter, Pattern, printable
from adscribe.site.patterns import PatternError, parse_pattern
from adscribe.site.vocabulary import ROLES

MAX_BYTES = 2**24
"""Most bytes of a file, 16 MiB."""

NAMED = 2_000
"""A role of more assets is written as ranges, without their host names: a site file is at most 1 MiB."""

PREFIX = "assets_"
"""What the names of filters begin with that are made of assets."""

_COLUMNS = {
    "address": ("address cidr ip ipaddr ipaddress iprange ipv4 ipv4address ipv6 network prefix range subnet"),
    "host": "asset assetname computer computername device devicename dnsname fqdn host hostname name",
    "roles": "assettype category devicetype function purpose role roles type usage",
}
"""What a column can be headed, in lower case and without what is no letter or digit."""

_DELIMITERS = ",;\t|"
_JOINED = 20  # lines that a field in quotes may span
_SEPARATORS = re.compile(r"[,;|/+&\n]")


def read_assets(path: Path) -> Findings:
    """Read the filters and roles that a list of assets gives. A line that can't be read costs itself.

    Raises
    ------
    SiteError
        The file can't be read, or has no heading that names addresses and roles.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SiteError(f"can't be read: {error.strerror}", place=Place(str(path))) from None
    if len(data) > MAX_BYTES:
        raise SiteError(f"larger than {MAX_BYTES:,} bytes", place=Place(str(path)))
    return _Reading(str(path)).read(_text(data))


class _Reading:
    def __init__(self, file: str) -> None:
        self._file = file
        self._found = Findings()
        self._by_role: dict[str, dict[str, str]] = {}

    def read(self, text: str) -> Findings:
        lines = re.split(r"\r\n?|\n", text)
        start = next((number for number, line in enumerate(lines) if line.strip()), None)
        if start is None:
            raise SiteError("no assets", place=Place(self._file))
        delimiter = max(_DELIMITERS, key=lines[start].count)
        columns = self._columns(lines[start], delimiter, start + 1)
        for number, row in _rows(lines, start + 1, delimiter):
            if row is None:
                self._leave(number, "no line of a table: a quote is not closed or stands in the wrong place")
            elif any(cell.strip() for cell in row):
                self._take(number, {name: row[i] for name, i in columns.items() if i < len(row)})
        for role, hosts in sorted(self._by_role.items()):
            name = f"{PREFIX}{role}"
            origin = f"{len(hosts):,} asset{'s' if len(hosts) != 1 else ''}"
            self._found.filters.append(NamedFilter(name, _patterns(hosts), origin=origin, grows=True))
            self._found.roles[role] = name
        return self._found

    def _columns(self, line: str, delimiter: str, number: int) -> dict[str, int]:
        heads = [
            re.sub(r"[^a-z0-9]", "", head.lower()) for head in next(csv.reader([line], delimiter=delimiter))
        ]
        columns: dict[str, int] = {}
        for name, known in _COLUMNS.items():
            for index, head in enumerate(heads):
                if head in known.split():
                    columns.setdefault(name, index)
        missing = [name for name in ("address", "roles") if name not in columns]
        if missing:
            raise SiteError(
                f"no column for {' and '.join(missing)}",
                place=Place(self._file, number),
                hint="the first line heads the columns, such as address,host name,roles",
            )
        return columns

    def _take(self, number: int, row: dict[str, str]) -> None:
        address = row.get("address", "").strip()
        try:
            parse_pattern(address)
        except PatternError as error:
            self._leave(number, str(error) if address else "no address")
            return
        roles, unknown = _roles(row.get("roles", ""))
        if unknown:
            close = get_close_matches(unknown, sorted(ROLES), n=1)
            hint = f"did you mean {close[0]}?" if close else "see the documentation of the site file"
            self._leave(number, f"unknown role {printable(unknown, 40)!r}, {hint}")
            return
        if not roles:
            self._leave(number, "no role", rightly=True)
        host = printable(row.get("host", ""), 100)
        for role in roles:
            self._by_role.setdefault(role, {}).setdefault(address, host)

    def _leave(self, number: int, why: str, *, rightly: bool = False) -> None:
        self._found.left_out.append(LeftOut(f"{self._file}, line {number}", why, rightly))


def _text(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    # Host names only stand in comments, so a file in an old code page is no reason to refuse it.
    return data.decode("utf-8-sig", "replace")


def _rows(lines: list[str], start: int, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield the number of each line with its cells; ``None`` for one that can't be read.

    A field in quotes can span lines; a quote that is never closed costs its line, not the file.
    """
    position = start
    while position < len(lines):
        row, length = _row(lines[position : position + _JOINED], delimiter)
        yield position + 1, row
        position += length


def _row(lines: list[str], delimiter: str) -> tuple[list[str] | None, int]:
    """Return the first row of some lines, and how many of them it takes."""
    for length in range(1, len(lines) + 1):
        rows = csv.reader((f"{line}\n" for line in lines[:length]), delimiter=delimiter, strict=True)
        try:
            return next(rows, []), length
        except csv.Error as error:
            if "unexpected end of data" not in str(error):
                break
    return None, 1


def _roles(text: str) -> tuple[list[str], str | None]:
    """Return the roles that a cell names, and the first word of it that is none."""
    roles: list[str] = []
    for piece in _SEPARATORS.split(text.lower()):
        words = re.split(r"[\s-]+", piece.strip())
        role = "_".join(words).strip("_")
        if role in ROLES:
            roles.append(role)
        elif all(word in ROLES for word in words):
            roles += words
        elif role:
            return [], role
    return roles, None


def _patterns(hosts: dict[str, str]) -> tuple[Pattern, ...]:
    if len(hosts) <= NAMED:
        return tuple(Pattern(address, host) for address, host in hosts.items())
    addresses = AddressSet.union(parse_pattern(address) for address in hosts)
    return tuple(
        Pattern(str(version(first)) if first == last else f"{version(first)}-{version(last)}")
        for version, ranges in ((IPv4Address, addresses.v4), (IPv6Address, addresses.v6))
        for first, last in ranges
    )
