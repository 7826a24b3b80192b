from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.site.addresses import AddressIndex, AddressSet, Range
from adscribe.site.patterns import MAX_RANGES, PatternError, parse_pattern

small_ranges = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 8)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=8,
)


def members(ranges: list[Range]) -> set[int]:
    return {n for first, last in ranges for n in range(first, last + 1)}


def held(addresses: AddressSet) -> set[int]:
    return {n for n in range(80) if IPv4Address(n) in addresses}


@given(small_ranges, small_ranges)
@settings(max_examples=150)
def test_the_algebra_is_that_of_sets_of_numbers(left: list[Range], right: list[Range]) -> None:
    a, b = AddressSet.of(v4=left), AddressSet.of(v4=right)
    assert held(a | b) == members(left) | members(right)
    assert held(a & b) == members(left) & members(right)
    assert held(a - b) == members(left) - members(right)
    assert held(~a) == set(range(80)) - members(left)
    assert ~~a == a
    assert a == AddressSet.of(v4=list(reversed(left)))


@given(st.lists(small_ranges, min_size=1, max_size=5), st.integers(0, 80))
@settings(max_examples=100)
def test_the_index_finds_what_each_set_holds(ranges: list[list[Range]], number: int) -> None:
    sets = [AddressSet.of(v4=one, v6=one) for one in ranges]
    for address in (IPv4Address(number), IPv6Address(number)):
        bits = AddressIndex(sets).lookup(address)
        assert [bool(bits >> i & 1) for i in range(len(sets))] == [address in one for one in sets]


def test_the_inverse_covers_both_versions_to_their_ends() -> None:
    outside = ~parse_pattern("10.0.0.0/8")
    assert "255.255.255.255" in outside
    assert "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" in outside
    assert "10.1.1.1" not in outside
    assert ~AddressSet() != AddressSet()
    assert ~~AddressSet() == AddressSet()
    assert AddressIndex([outside]).lookup(ip_address("255.255.255.255")) == 1


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("10.9.2.7", ["10.9.2.7"], ["10.9.2.6", "10.9.2.8"]),
        ("10.1.0.0/24", ["10.1.0.0", "10.1.0.255"], ["10.0.255.255", "10.1.1.0"]),
        ("10.9.1.1-10.9.1.9", ["10.9.1.1", "10.9.1.9"], ["10.9.1.0", "10.9.1.10"]),
        ("10.9.0.[1-10]", ["10.9.0.1", "10.9.0.10"], ["10.9.0.0", "10.9.0.11", "10.9.1.1"]),
        ("172.16.*.1", ["172.16.0.1", "172.16.255.1"], ["172.16.0.2", "172.17.0.1"]),
        ("192.168.{1,3,20}.1", ["192.168.1.1", "192.168.20.1"], ["192.168.2.1", "192.168.3.2"]),
        ("192.168.{10,20}.[5-6]", ["192.168.10.5", "192.168.20.6"], ["192.168.10.7", "192.168.15.5"]),
        ("10.[1-2].*.*", ["10.1.0.0", "10.2.255.255"], ["10.0.255.255", "10.3.0.0"]),
        ("*.*.*.*", ["0.0.0.0", "255.255.255.255"], ["::1"]),
        ("fd00::/8", ["fd00::", "fdff::1"], ["fe00::", "10.0.0.1"]),
        ("2001:db8::7", ["2001:DB8:0::7"], ["2001:db8::8"]),
        ("fd00::1-fd00::ff", ["fd00::1", "fd00::ff"], ["fd00::", "fd00::100"]),
        ("0.0.0.0/0", ["255.255.255.255", "::ffff:10.0.0.1"], ["::1"]),
    ],
)
def test_patterns(pattern: str, inside: list[str], outside: list[str]) -> None:
    addresses = parse_pattern(pattern)
    assert [ip for ip in inside if ip not in addresses] == []
    assert [ip for ip in outside if ip in addresses] == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "LAN", "10.0.0.300", "10.0.0", "010.0.0.1", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/255.0.0.0"),
        *(
            "10.0.0.0/+8",
            "10.0.0.9-10.0.0.1",
            "10.0.0.1-fd00::1",
            "10.0.0.1-",
            "10.0.0.[10-1]",
            "10.0.0.[1-300]",
        ),
        *(
            "10.0.0.{}",
            "10.0.0.{1,}",
            "10.0.*",
            "10.0.0.*.1",
            "10.0.0.**",
            "10.*.0.0/16",
            "fd00::*",
            "fe80::1%eth0",
        ),
        *("::ffff:10.0.0.1", "١٠.0.0.1", "12345", " 10.0.0.1", "::ffff:10.0.0.0/104", "10.0.0.[1-2"),
    ],
)
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(PatternError):
        parse_pattern(text)


def test_a_pattern_may_stand_for_65536_ranges_and_no_more() -> None:
    assert parse_pattern("10.*.*.1").range_count == MAX_RANGES
    with pytest.raises(PatternError, match="16,777,216 ranges"):
        parse_pattern("*.*.*.1")
    with pytest.raises(PatternError, match="131,072 ranges"):
        parse_pattern("10.*.*.{1,5}")


@given(st.text(alphabet="0123456789.:/-[]{},*abcdef", max_size=40))
@settings(max_examples=300)
def test_any_text_is_a_set_or_a_pattern_error(text: str) -> None:
    try:
        addresses = parse_pattern(text)
    except PatternError:
        return
    assert addresses
