from __future__ import annotations

import pytest

from adscribe.sensors.flowmon import values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9.77 KiB", 10004),
        ("5 GiB", 5 * 2**30),
        ("0B", 0),
        ("0 B", 0),
        ("10.000 B", 10),
        ("412", 412),
        ("2 TiB", 2**41),
    ],
)
def test_sizes_are_bytes(text: str, expected: int) -> None:
    assert values.read_bytes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25 s", 25.0),
        ("2 s 500 ms", 2.5),
        ("180 ms", 0.18),
        ("1 h 39 min", 5940.0),
        ("47 min 30 s", 2850.0),
        ("3 seconds", 3.0),
        ("120", 120.0),
        ("2s", 2.0),
    ],
)
def test_times_are_seconds(text: str, expected: float) -> None:
    assert values.read_seconds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("150.0%", 1.5), ("1.724", 1.724), ("38 %", 0.38), ("-50%", -0.5)]
)
def test_percentages_are_ratios(text: str, expected: float) -> None:
    assert values.read_ratio(text) == expected


def test_whole_counts_are_whole_however_written() -> None:
    assert values.read_count("10.0") == 10
    assert isinstance(values.read_count("10.0"), int)
    assert values.read_count("120.52") == 120.52


def test_lists_keep_their_order_and_each_entry_once() -> None:
    assert values.read_ports("443, 80,443, ") == (443, 80)
    assert values.read_protocols("TCP, 17") == (6, 17)


@pytest.mark.parametrize("text", ["", " ", "%1", "%12", "%4 KiB", "%1 seconds", "%3%"])
def test_nothing_and_placeholders_are_unknown(text: str) -> None:
    assert values.is_unknown(text)


@pytest.mark.parametrize("text", ["0", "0 KiB", "5%", "%20 off", "100%1"])
def test_anything_else_is_a_value(text: str) -> None:
    assert not values.is_unknown(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uploaded_bytes", "5 apples"),
        ("uploaded_bytes", "-1 KiB"),
        ("uploaded_bytes", "99999999 PiB"),
        ("uploaded_bytes", "1e9"),
        ("flows_count", "9" * 5000),
        ("flows_count", "١٢"),
        ("flows_count", "nan"),
        ("flows_count", "-3"),
        ("duration_seconds", "4 fortnights"),
        ("duration_seconds", "s"),
        ("duration_seconds", "1 s " * 50),
        ("difference_ratio", "5% of 3"),
        ("device_mac", "0C:70:00"),
        ("distributed", "maybe"),
        ("country", "x" * 5000),
        ("country", "a\0b"),
        ("country", "\ud800"),
    ],
)
def test_what_is_no_value_of_its_kind_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError):
        values.read_value(name, text)


def test_ports_and_protocols_out_of_range_are_refused() -> None:
    for read, text in (
        (values.read_ports, "70000"),
        (values.read_ports, "1.5"),
        (values.read_protocols, "256"),
    ):
        with pytest.raises(ValueError, match="range"):
            read(text)
