"""Which services and protocols the event concerns, by port or by name."""

from __future__ import annotations

import re

from adscribe.context.view import View
from adscribe.context.words import listing
from adscribe.event import Event

MOST_PORTS = 4
"""More ports than a sentence holds are told by their services and their number."""

_PROTOCOLS = {1: "icmp", 58: "icmp", 6: "tcp", 17: "udp"}

_BY_METHOD = {
    "SSHDICT": "ssh",
    "RDPDICT": "rdp",
    "TELNET": "telnet",
    "DNSANOMALY": "dns",
    "DNSQUERY": "dns",
    "SMTPANOMALY": "smtp",
    "DOHDET": "https",
}

_BY_SUBMETHOD = {
    "SSHProtocol": "ssh",
    "RDPProtocol": "rdp",
    "VNCProtocol": "vnc",
    "TelnetProtocol": "telnet",
    "SambaProtocol": "smb",
    "FTPProtocol": "ftp",
    "SMTPProtocol": "smtp",
    "IMAPProtocol": "imap",
    "POP3Protocol": "pop3",
    "HTTPProtocol": "http",
    "SmbTraffic": "smb",
}

_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")

_ALSO_KNOWN_AS = {
    "samba": "smb",
    "microsoft-ds": "smb",
    "domain": "dns",
    "ms-wbt-server": "rdp",
    "http-alt": "http",
    "sunrpc": "portmap",
    "snmptrap": "snmp",
}


def derive(view: View) -> None:
    """Note ``service`` and ``protocol``."""
    event, vocabulary = view.event, view.vocabulary
    found: dict[str, None] = {}
    for port in event.ports:
        if name := vocabulary.services.get(port):
            found[name] = None
    named = _BY_SUBMETHOD.get(event.submethod or "") or _BY_METHOD.get(event.method)
    if named:
        found[named] = None
    for word in _NAME.findall(view.text("service").lower()):
        name = _ALSO_KNOWN_AS.get(word, word)
        if name in vocabulary.service_names:
            found[name] = None
    if found:
        names = tuple(found)
        view.put("service", names, "event: ports, names", _text(view, names))
    _protocol(view)


def _text(view: View, names: tuple[str, ...]) -> str:
    said = f"service{'s' if len(names) > 1 else ''} {listing(view.words('service', names))}"
    return f"{said} ({ports_in_words(view.event)})" if 0 < len(view.event.ports) <= MOST_PORTS else said


def ports_in_words(event: Event) -> str:
    """Return the ports of an event, such as ``ports 80 and 443``."""
    numbers = tuple(map(str, event.ports))
    return f"port{'s' if len(numbers) > 1 else ''} {listing(numbers)}"


def _protocol(view: View) -> None:
    if view.event.method == "ICMPANOM":
        view.put("protocol", "icmp", "event: method", "over ICMP")
    elif len(view.event.protocols) == 1 and (name := _PROTOCOLS.get(view.event.protocols[0])):
        view.put("protocol", name, "event: protocols", f"over {name.upper()} only")
