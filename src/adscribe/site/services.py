"""What outside names and addresses are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from adscribe.site.addresses import AddressSet
from adscribe.site.document import Node
from adscribe.site.patterns import PatternError, parse_pattern
from adscribe.site.reading import Reading
from adscribe.site.vocabulary import SERVICE_KINDS

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}")
_LONGEST_NAME = 253


@dataclass(frozen=True, slots=True)
class Services:
    """Kinds of peers by host name and by address.

    Attributes
    ----------
    names : dict of str to frozenset of str
        Kinds of a whole name.
    endings : dict of str to frozenset of str
        Kinds of a name and of all names below it.
    addresses : dict of str to AddressSet
        Addresses of a kind.
    """

    names: dict[str, frozenset[str]] = field(default_factory=dict)
    endings: dict[str, frozenset[str]] = field(default_factory=dict)
    addresses: dict[str, AddressSet] = field(default_factory=dict)

    def by_name(self, hostname: str) -> frozenset[str]:
        """Return the kinds of a host name; upper and lower case are the same."""
        if not (self.names or self.endings) or len(hostname) > _LONGEST_NAME + 1:
            return frozenset()
        name = hostname.lower().rstrip(".")
        kinds = self.names.get(name, frozenset())
        while name:
            kinds |= self.endings.get(name, frozenset())
            name = name.partition(".")[2]
        return kinds


def read_services(reading: Reading, section: Node | None) -> Services:
    """Return the services of a site."""
    services = Services()
    if section is None:
        return services
    for kind, node in reading.entries(section, "services").items():
        if not reading.known(node, kind, SERVICE_KINDS, "kind of service", at_key=True):
            continue
        addresses = []
        for item in reading.items(node, kind):
            text = (reading.text(item, "a service") or "").lower()
            if len(text) <= _LONGEST_NAME and _HOST.fullmatch(text):
                names = services.endings if text.startswith("*.") else services.names
                name = text.removeprefix("*.")
                names[name] = names.get(name, frozenset()) | {kind}
            elif text:
                try:
                    addresses.append(reading.spend(item, parse_pattern(text)))
                except PatternError:
                    hint = "write example.net, *.example.net, or an address pattern"
                    reading.problems.add(
                        item, "a service that is neither a host name nor an address pattern", hint
                    )
        services.addresses[kind] = AddressSet.union(addresses)
    return services
