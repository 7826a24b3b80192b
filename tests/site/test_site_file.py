from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.errors import SiteError
from adscribe.site import Site
from adscribe.site.content import Content
from adscribe.site.vocabulary import CAUSES, CORE_ROLES, EXTENDED_ROLES, OUTSIDE_ROLES, ROLES, SERVICE_KINDS
from tests.shared import shared_path
from tests.site.events import NOON

MINIMAL = 'filters:\n  LAN: ["10.0.0.0/8"]\ninternal: LAN\n'  # the next line is the fourth


def problems(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(SiteError) as raised:
        Site.parse(text, name="office.yaml")
    assert raised.value.place.file == "office.yaml"
    return [(problem.place.line, problem.message) for problem in raised.value.problems]


def problem(text: str) -> tuple[int | None, str]:
    found = problems(text)
    assert len(found) == 1, found
    return found[0]


def test_relational_filters_follow_their_parts_whatever_the_order() -> None:
    site = Site.parse("""\
filters:
  Others: {difference: [All, Staff, Guests]}
  All: {sum: [Staff, Guests, Servers]}
  Outside: {inverse: All}
  Inside: {inverse: Outside}
  Staff: ["10.1.0.0/16", "fd01::/16"]
  Guests: ["10.2.0.0/16"]
  Servers: ["10.3.0.0/16", "10.2.0.1"]
  Nothing: []
internal: Inside
""")
    assert site.filters["Inside"] == site.filters["All"]
    assert site.filters_of("10.3.0.1") == ("Others", "All", "Inside", "Servers")
    assert site.filters_of("10.2.0.1") == ("All", "Inside", "Guests", "Servers")
    assert site.filters_of("fd01::1") == ("All", "Inside", "Staff")
    assert site.filters_of("192.0.2.1") == site.filters_of("fd02::1") == ("Outside",)
    assert not site.filters["Nothing"]
    assert list(site.filters)[:3] == ["Others", "All", "Outside"]


def test_all_problems_are_told_with_their_lines() -> None:
    text = """\
timezone: Europe/Pragu
hours: {days: mon-fry, from: "07:00", too: 3}
filters:
  LAN: ["10.0.0.0/8", "10.0.0.300"]
  A: {sum: [B]}
  B: {difference: [A, LAN]}
  C: {inverse: LANN}
  D:
    - 10.0.0.1/8
    - "*.*.*.1"
  LAN: []
internal: LAN
roles:
  dns_servr: LAN
  proxy: Nope
services: {cloud_storag: [], webmail: ["*", "10.0.0.1", "a.example"]}
allowed:
  - {note: x}
  - {method: X, source: Serv, until: 2026-13-01}
  - {method: X, cause: fault, ports: [70000]}
known_causes:
  - {method: X}
  - {method: X, cause: faul}
data_feeds:
  1: {position: nowhere}
colour: red
"""
    assert sorted(line or 0 for line, _ in problems(text)) == [
        *(1, 2, 2, 2, 4, 5, 7, 9, 10, 11, 14, 15, 16, 16, 18, 19, 19, 20, 20, 22, 23, 25, 26)
    ]
    with pytest.raises(SiteError) as raised:
        Site.parse(text, name="office.yaml")
    message = str(raised.value)
    assert message.startswith(
        "office.yaml, line 1, /timezone: unknown time zone; and 22 more problems in the file"
    )
    assert all(problem.place.pointer for problem in raised.value.problems)
    everything = "\n".join(str(problem) for problem in raised.value.problems)
    assert "10.0.0.300" not in everything  # what is wrong is named by its place
    assert "unknown role: 'dns_servr' (did you mean 'dns_server'?)" in everything


@pytest.mark.parametrize(
    ("section", "line", "message"),
    [
        ("filters: {}\n", 4, "the key 'filters' a second time, first in line 1"),
        ("rolls: {}\n", 4, "unknown key in the site file: 'rolls'"),
        ("roles: [LAN]\n", 4, "roles must be a mapping of keys to values"),
        ("roles:\n  proxy: [LAN]\n", 5, "the name of a filter must be a text"),
        ("roles:\n  king: LAN\n", 5, "unknown role: 'king'"),
        ("roles:\n  proxy: Lan\n", 5, "unknown filter: 'Lan'"),
        ("assigned_filters:\n- {method: X, filter: Y}\n", 5, "unknown filter: 'Y'"),
        ("assigned_filters:\n- {filter: LAN}\n", 5, "an assigned filter without method"),
        (
            "assigned_filters:\n- {method: X, filter: LAN}\n- {method: X, filter: LAN}\n",
            6,
            "a filter for the same method and instance as in line 5",
        ),
        ("services:\n  shop: []\n", 5, "unknown kind of service: 'shop'"),
        ("allowed: {method: X}\n", 4, "the list of entries must be a list"),
        ("allowed:\n- {note: hello}\n", 5, "an entry without a method and without a source"),
        ("allowed:\n- {method: X, cause: fault}\n", 5, "unknown key in an entry: 'cause'"),
        ("known_causes:\n- {method: X, cause: bad luck}\n", 5, "unknown cause: 'bad luck'"),
        ("known_causes:\n- {method: X}\n", 5, "a known cause without a cause"),
        ("allowed:\n- {method: X,\n   ports: [1, x]}\n", 6, "a port that is no number from 0 to 65535"),
        ("allowed:\n- {method: X, ports: []}\n", 5, "ports without a port"),
        ("allowed:\n- {method: X, days: []}\n", 5, "days without a day"),
        ("allowed:\n- {method: X, source: Serv}\n", 5, "unknown filter: 'Serv'"),
        (
            "allowed:\n- {method: X, until: 2026-01-01, to: 2026-01-02}\n",
            5,
            "a second end: until and to mean the same",
        ),
        (
            "allowed:\n- {method: X, from: 2026-01-02, to: 2026-01-01}\n",
            5,
            "an entry that ends before it begins",
        ),
        ('allowed:\n- {method: X, from: "22:00"}\n', 5, "one time of day without the other"),
        (
            'allowed:\n- {method: X, from: "22:00", to: "22:00"}\n',
            5,
            "a time of day that ends when it begins",
        ),
        ('hours: {from: "07:00", to: "25:00"}\n', 4, "no time of day, such as 07:30"),
        (
            "data_feeds:\n  1: {name: A}\n  2: {name: A}\n",
            6,
            "a second data feed of this name, first in line 5",
        ),
        ("data_feeds:\n  1: {position: moon}\n", 5, "unknown position: 'moon'"),
        ("timezone: ../etc/passwd\n", 4, "unknown time zone"),
    ],
)
def test_nothing_is_guessed(section: str, line: int, message: str) -> None:
    assert problem(MINIMAL + section) == (line, message)


@pytest.mark.parametrize(
    ("filters", "line", "message"),
    [
        ("  A: {sum: [A]}\n", 3, "filters that are made of each other: A → A"),
        (
            "  C: {sum: [LAN]}\n  A: {inverse: B}\n  B: {sum: [C, A]}\n",
            4,
            "filters that are made of each other: A → B → A",
        ),
        ("  A: {product: [LAN]}\n", 3, "unknown key in a filter: 'product'"),
        (
            "  A: {sum: [LAN], inverse: LAN}\n",
            3,
            "a relational filter has one of sum, difference and inverse",
        ),
        ("  A: {difference: []}\n", 3, "difference needs the filter to take from"),
        ("  A: 10.0.0.1\n", 3, "filter must be a list"),
        ("  A:\n    - 10.0.0.1\n    - LAN\n", 5, "filter that is no address pattern: not an address"),
        ("  10.0.0.1: []\n", 3, "a filter that has no name of its own"),
    ],
)
def test_what_filters_may_not_be(filters: str, line: int, message: str) -> None:
    found = problem(f'filters:\n  LAN: ["10.0.0.0/8"]\n{filters}internal: LAN\n')
    assert found[0] == line
    assert found[1].startswith(message)


def test_filters_and_internal_are_required_and_the_rest_may_be_empty() -> None:
    assert [message for _, message in problems("")] == ["no filters", "no internal"]
    assert [message for _, message in problems("filters: {}\ninternal: LAN\n")] == ["unknown filter: 'LAN'"]
    empty = "".join(
        f"{section}:\n"
        for section in (
            "hours",
            "roles",
            "assigned_filters",
            "services",
            "allowed",
            "forbidden",
            "known_causes",
        )
    )
    site = Site.parse(MINIMAL + empty + "data_feeds: {}\n")
    assert site.roles("10.0.0.1") == frozenset()
    assert site.working_time(NOON) is None
    assert site.assigned_filter("SCANS", None) is None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: &a [1]\nb: *a\n", 1, "an anchor or alias"),
        ("filters:\n  LAN: !!python/object/apply:os.system [id]\n", 2, "a tag"),
        ("filters: !x {}\n", 1, "a tag"),
        (MINIMAL + "---\n" + MINIMAL, 4, "a second document"),
        ("a: " + "[" * 50 + "]" * 50, 1, "nested too deeply"),
        ("a:\n" + "- " * 100_000, 2, "nested too deeply"),
        ("filters:\n  LAN: [\n", 3, "no YAML"),
        ("filters:\n\tLAN: []\n", 2, "no YAML"),
        ("filters:\n  LAN: \x00\n", 2, "a control character"),
        ("? [a]\n: b\n", 1, "a key that is no text"),
        ("a" * 300 + ": 1\n", 1, "a key longer than 200 characters"),
        ("#" * 1_048_577, 1, "larger than 1,048,576 bytes"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_hostile_documents_are_refused(text: str, line: int, message: str) -> None:
    found = problem(text)
    assert found[0] == line
    assert found[1].startswith(message)


def test_ranges_are_limited_over_the_whole_file() -> None:
    many = "".join(f'  F{i}: ["{i}.*.*.1"]\n' for i in range(5))
    assert any(
        "more than 262,144 ranges" in message for _, message in problems(f"filters:\n{many}internal: F0\n")
    )
    relations = "".join(f"  F{i}: {{sum: [A, A]}}\n" for i in range(5))
    text = f'filters:\n  A: ["10.*.*.1"]\n{relations}internal: A\n'
    assert any("more than 262,144 ranges" in message for _, message in problems(text))
    names = "".join(f"  F{i}: []\n" for i in range(1_001))
    assert problem(f"filters:\n{names}internal: F0\n")[1] == "1,001 filters, more than 1,000"


def test_a_file_full_of_problems_is_not_read_to_its_end() -> None:
    assert len(problems(MINIMAL + "allowed:\n" + "- {note: x}\n" * 5_000)) == 100


@given(st.text(alphabet="filtersLANnrod:10.,[]{}&*!?|>-#'\"\n \t%@`é\x00", max_size=120))
@settings(max_examples=300)
def test_any_text_is_a_site_or_a_site_error(text: str) -> None:
    try:
        Site.parse(text)
    except SiteError as error:
        assert error.place.line is not None
        assert error.problems


def test_a_file_is_loaded_with_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(MINIMAL, encoding="utf-8-sig")
    site = Site.load(path)
    assert site.is_internal("10.1.2.3")
    assert site.name == "site.yaml"
    path.write_text(MINIMAL, encoding="utf-8")
    assert Site.load(path).sha256 == Site.parse(MINIMAL).sha256 != site.sha256


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"absent\.yaml: can't be read: No such file"):
        Site.load(tmp_path / "absent.yaml")
    with pytest.raises(SiteError, match="can't be read"):
        Site.load(tmp_path)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(MINIMAL.encode() + "allowed:\n  - {method: X, note: Zúrich}\n".encode("latin-1"))
    with pytest.raises(SiteError, match=r"latin\.yaml, line 5: no UTF-8 text"):
        Site.load(latin)
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * 2_000_000)
    with pytest.raises(SiteError, match="larger than"):
        Site.load(large)


def test_the_words_are_those_of_the_labelling_guide() -> None:
    guide = yaml.safe_load(shared_path("labelling-guide.yaml").read_text(encoding="utf-8"))
    assert set(guide["roles"]["core"]) == CORE_ROLES
    assert set(guide["roles"]["extended"]) == EXTENDED_ROLES
    assert set(guide["vocabulary"]["peer_kind"]["values"]) == SERVICE_KINDS
    assert set(guide["vocabulary"]["known_cause"]["values"]) == CAUSES
    assert ROLES >= OUTSIDE_ROLES


def test_every_role_kind_and_cause_is_accepted() -> None:
    text = MINIMAL + "roles:\n" + "".join(f"  {role}: LAN\n" for role in sorted(ROLES))
    text += "services:\n" + "".join(
        f"  {kind}: [{kind.replace('_', '-')}.example]\n" for kind in sorted(SERVICE_KINDS)
    )
    text += "known_causes:\n" + "".join(f"  - {{cause: {cause}, method: X}}\n" for cause in sorted(CAUSES))
    site = Site.parse(text)
    assert site.roles("10.0.0.1") == ROLES
    assert {entry.cause for entry in site.content.known_causes} == CAUSES


@pytest.mark.parametrize("name", ["bank", "city", "hospital", "hoster"])
def test_the_shared_sites_are_read(name: str) -> None:
    path = shared_path("vignettes", "sites", f"{name}.yaml")
    plain = yaml.safe_load(path.read_text(encoding="utf-8"))
    content: Content = Site.load(path).content
    assert len(content.filters) == len(plain["filters"])
    assert all(content.filters.values())
    assert dict(content.roles) == plain["roles"]
    for section in ("allowed", "forbidden", "known_causes"):
        assert len(getattr(content, section)) == len(plain[section])
    assert len(content.feeds) == len(plain["data_feeds"])
