"""Addresses that stand for a group of hosts."""

from __future__ import annotations

from functools import lru_cache

from adscribe.event.address import parse


@lru_cache(maxsize=65_536)
def is_group(ip: str) -> bool:
    """Tell whether an address is multicast or the broadcast of all hosts."""
    return parse(ip).is_multicast or ip == "255.255.255.255"


@lru_cache(maxsize=65_536)
def is_broadcast(ip: str) -> bool:
    """Tell whether an address looks like the broadcast of a network; flows don't tell its size."""
    return ip.endswith(".255")
