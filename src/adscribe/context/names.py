"""What names tell: kind of a list, family of a threat, kind of a peer, and the shapes that methods name."""

from __future__ import annotations

from ipaddress import ip_network

from adscribe.attack.software import named as threats_named
from adscribe.context.knowledge import load_peers
from adscribe.context.roles import main_targets
from adscribe.context.view import View
from adscribe.context.words import a, cut, listing
from adscribe.event.address import parse

_HOSTILE_LISTS = ("botnet", "malware", "ransomware", "apt")
_SINKHOLED = ("sinkhol",)

_PRIVATE = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "fc00::/7",
        "fe80::/10",
    )
)
_BOGON = tuple(
    ip_network(network)
    for network in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "ff00::/8")
)


def derive(view: View) -> None:
    """Note ``list_kind``, ``comm``, ``family``, ``peer_kind``, ``scan_shape``, ``addr_kind`` and more."""
    _list(view)
    _family(view)
    _peer(view)
    shape = view.text("scan_shape").lower()
    if shape in view.vocabulary.keys["scan_shape"].values:
        view.put("scan_shape", shape, "event: scan shape", f"{a(shape)} scan")
    if view.event.method == "L3ANOMALY":
        _address(view)
    _hardware(view)
    login = view.event.characteristics.get("login_form")
    if isinstance(login, bool):
        text = f"the web server offers {'a' if login else 'no'} login form"
        view.put("target_feature", "login_form" if login else "no_login", "event: login form", text)


def _list(view: View) -> None:
    if view.event.method != "BLACKLIST":
        return
    vocabulary = view.vocabulary
    names, description = view.text("blacklist_names"), view.text("list_description")
    kind = vocabulary.list_kind(names) or vocabulary.list_kind(description)
    if kind is None:
        # A text that no phrase fits is all there is to go by.
        kind = vocabulary.list_kind(view.event.description or "") if not (names or description) else None
    if kind is not None and view.event.submethod == "Application":
        kind = vocabulary.application_kinds.get(kind, kind)
    if kind is not None:
        (word,) = view.words("list_kind", (kind,))
        tail = f": {cut(description or names)}" if description or names else ""
        text = f"it matched a list of {word}{tail}"
        view.put("list_kind", kind, "event: list", text)
    communication = view.text("communication").lower()
    if communication in ("direct", "dns"):
        text = (
            "the peer was contacted directly" if communication == "direct" else "only its name was looked up"
        )
        view.put("comm", communication, "event: communication", text)


def _family(view: View) -> None:
    event = view.event
    if event.method not in ("THREATS", "BPATTERNS"):
        return
    named = view.vocabulary.family(event.submethod or "")
    family = named or view.vocabulary.family(event.description or "")
    if family is not None:
        (word,) = view.words("family", (family,))
        told = f"{cut(event.submethod or '')} stands for" if named else "the description tells of"
        view.put("family", family, "event: name of the threat", f"{told} {word}")
        return
    # The codebook's words come first: they are chosen, ATT&CK's kinds are read off its descriptions.
    for threat in threats_named(event.submethod or ""):
        if threat.kind is not None:
            (word,) = view.words("family", (threat.kind,))
            view.put("family", threat.kind, f"ATT&CK: {threat.id}", f"{threat.name} stands for {word}")
            return


def _peer(view: View) -> None:
    peers = load_peers()
    outside = [target for target in main_targets(view) if view.sides[target.ip] == "outside"]
    if view.sources and view.sides[view.sources[0].ip] == "outside":
        outside = outside or list(view.sources)
    kinds: dict[str, str] = {}
    for target in outside:
        for kind in sorted(view.site.peer_kinds(target.ip, target.hostname)):
            kinds.setdefault(kind, f"site: services, roles of {target.hostname or target.ip}")
        known = peers.kind(target.ip, target.hostname)
        if known:
            kinds.setdefault(known, "codebook: well-known peers")
    for site_name in view.text("site").split(","):
        told = view.site.peer_kinds(None, site_name.strip()) or {peers.kind(None, site_name.strip())}
        for kind in sorted(filter(None, told)):
            kinds.setdefault(kind, "event: site")
    described = f"{view.text('blacklist_names')} {view.text('list_description')}".lower()
    if any(word in described for word in _SINKHOLED):
        kinds.setdefault("sinkhole", "event: list")
    if view.values("list_kind") and view.values("list_kind")[0] in _HOSTILE_LISTS:
        kinds.setdefault("known_bad", "event: list")
    if kinds:
        name = next(iter(kinds))
        text = f"the peer is {listing(view.words('peer_kind', kinds))}"
        view.put("peer_kind", tuple(kinds), kinds[name], text, tuple(outside))


def _address(view: View) -> None:
    address = parse(view.event.source.ip)
    if any(address in network for network in _BOGON if network.version == address.version):
        kind, text = "bogon", "an address that can't be a source"
    elif any(address in network for network in _PRIVATE if network.version == address.version):
        kind, text = "private_unlisted", "a private address that no filter lists"
        if view.site.is_internal(view.event.source.ip):
            return
    else:
        kind, text = "public_foreign", "a public address that isn't the site's"
        if view.site.is_internal(view.event.source.ip):
            return
    view.put("addr_kind", kind, "event: source", f"the source is {text}")


def _hardware(view: View) -> None:
    mac = view.text("device_mac") or view.event.source.mac or ""
    if view.event.method != "ALIENDEV" or len(mac) < 2:
        return
    try:
        first = int(mac[:2], 16)
    except ValueError:
        return
    local = bool(first & 0b10)
    text = "the hardware address is randomised" if local else "the hardware address is a manufacturer's"
    view.put("mac_kind", "randomised" if local else "global", "event: MAC", text)
