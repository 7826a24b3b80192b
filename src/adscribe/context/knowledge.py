"""What the codebook knows of peers, of roles and of earlier events: the data behind the derivations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from adscribe.context.vocabulary import Vocabulary, load_vocabulary, read_mapping
from adscribe.errors import CodebookError, Place
from adscribe.event.address import canonical
from adscribe.resources import shipped


@dataclass(frozen=True, slots=True)
class Peers:
    """Well-known outside services.

    Attributes
    ----------
    names : mapping of str to str
        Host name to kind; a name that stands for all below it begins with a dot.
    addresses : mapping of str to str
        Canonical address to kind.
    """

    names: Mapping[str, str]
    addresses: Mapping[str, str]

    def kind(self, ip: str | None, hostname: str | None) -> str | None:
        """Return the kind of a peer, by its name first; ``None`` when it isn't known."""
        name = (hostname or "").lower().rstrip(".")
        if name and (exact := self.names.get(name)):
            return exact
        ending = name
        while ending:
            if below := self.names.get(f".{ending}"):
                return below
            ending = ending.partition(".")[2]
        return self.addresses.get(ip) if ip else None


@dataclass(frozen=True, slots=True)
class Need:
    """What a role needs: services (``None``: any), sides of its peers, kinds of known peers, hours."""

    services: frozenset[str] | None
    targets: frozenset[str]
    peers: frozenset[str]
    working_hours: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """When an event leaves a kind of record, and of which end."""

    kind: str
    method: str
    submethods: frozenset[str] | None
    conditions: tuple[tuple[str, frozenset[str]], ...]
    of_targets: bool


@lru_cache(maxsize=1)
def load_peers() -> Peers:
    """Load ``peers.yaml``."""
    names: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for kind, entry in _read("peers.yaml").items():
        for pattern in entry.get("names", ()):
            names[pattern.removeprefix("*") if pattern.startswith("*.") else pattern] = kind
        for address in entry.get("addresses", ()):
            addresses[canonical(address)] = kind
    return Peers(names, addresses)


@lru_cache(maxsize=1)
def load_needs() -> Mapping[str, Need]:
    """Load ``role_needs.yaml``: role to what it needs."""
    vocabulary = load_vocabulary()
    return {role: _need(role, entry, vocabulary) for role, entry in _read("role_needs.yaml").items()}


@lru_cache(maxsize=1)
def load_traces() -> tuple[Trace, ...]:
    """Load ``history.yaml``."""
    vocabulary = load_vocabulary()
    return tuple(
        _trace(kind, entry, vocabulary)
        for kind, entries in _read("history.yaml").items()
        for entry in entries
    )


def _need(role: str, entry: Mapping[str, Any], vocabulary: Vocabulary) -> Need:
    if role not in vocabulary.roles:
        raise _wrong("role_needs.yaml", f"{role} is no role")
    services: frozenset[str] | None = None
    if entry["services"] != "any":
        services = frozenset()
        for word in entry["services"]:
            members = vocabulary.keys["service"].expand(str(word))
            if members is None and not isinstance(word, int) and word != "icmp":
                raise _wrong("role_needs.yaml", f"{role}: {word} is no service")
            services |= members or frozenset((str(word),))
    return Need(
        services=services,
        targets=frozenset(entry["targets"]),
        peers=frozenset(entry.get("peers", ())),
        working_hours=entry.get("hours") == "working",
    )


def _trace(kind: str, entry: Mapping[str, Any], vocabulary: Vocabulary) -> Trace:
    if kind not in vocabulary.keys["prior"].values:
        raise _wrong("history.yaml", f"{kind} is no value of prior")
    conditions = []
    for key, words in entry.get("when", {}).items():
        values: frozenset[str] = frozenset()
        for word in [words] if isinstance(words, str) else words:
            members = vocabulary.keys[key].expand(word)
            if members is None:
                raise _wrong("history.yaml", f"{kind}: {word} is no value of {key}")
            values |= members
        conditions.append((key, values))
    submethods = entry.get("submethods")
    return Trace(
        kind=kind,
        method=entry["method"],
        submethods=frozenset(submethods) if submethods else None,
        conditions=tuple(conditions),
        of_targets=entry.get("of") == "targets",
    )


def _read(name: str) -> dict[str, Any]:
    return read_mapping(shipped("datasets", "codebook", name))


def _wrong(name: str, message: str) -> CodebookError:
    return CodebookError(message, place=Place(f"datasets/codebook/{name}"))
