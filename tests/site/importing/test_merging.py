"""What is imported gets into a site file, and what the user wrote stays as it is."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from adscribe.errors import SiteError
from adscribe.site import Site
from adscribe.site.importing import Allowed, Assigned, Findings, NamedFilter, Pattern, merge
from tests.shared import ROOT

OFFICE = (ROOT / "examples" / "sites" / "office.yaml").read_text(encoding="utf-8")

BLOCK = """\
# our site
filters:  # as of spring
  LAN:
    - "10.0.0.0/8"   # all
  Servers: ["10.1.0.0/24"]  # racks
internal: LAN
roles:
  web_server: Servers   # mostly

assigned_filters:
- {method: SCANS, filter: LAN}  # agreed
# the end
"""


def patterns(*texts: str) -> tuple[Pattern, ...]:
    return tuple(map(Pattern, texts))


def findings() -> Findings:
    return Findings(
        filters=[
            NamedFilter("Lab", patterns("10.9.0.[1-10]", "172.16.*.1"), origin="of the sensor"),
            NamedFilter("Inverse", relation="inverse", parts=("Lab",)),
            NamedFilter("assets_sandbox", (Pattern("10.1.0.9", "gw # 9"),), grows=True),
        ],
        roles={"sandbox": "assets_sandbox"},
        assigned=[Assigned("HTTPDICT", "DMZ: 1", "Lab"), Assigned("TOR", None, "Inverse")],
        allowed=[
            Allowed({"method": "UPLOAD", "source": "Lab", "ports": (22, 443), "note": 'a "b" # c'}, "rule 1")
        ],
    )


def lines_kept(old: str, new: str) -> bool:
    """Tell whether the lines of a text are still there, in their order."""
    rest = iter(new.splitlines())
    return all(line in rest for line in old.splitlines())


def check(new: str) -> None:
    """Check that all of `findings` holds in a site file."""
    site = Site.parse(new)
    assert site.filters_of("172.16.7.1")[-1] == "Lab"
    assert "Inverse" in site.filters_of("192.0.2.1")
    assert "sandbox" in site.roles("10.1.0.9")
    assert site.assigned_filter("HTTPDICT", "DMZ: 1") == "Lab"
    assert site.assigned_filter("TOR", "any") == "Inverse"
    assert 'UPLOAD from Lab on ports 22, 443 (a "b" # c)' in str(site.content.allowed[-1])


def test_a_new_file_is_a_site_file_and_asks_what_it_cannot_know() -> None:
    text, changes = merge(findings(), head="Made today.", timezone="Europe/Prague")
    assert text.startswith("# Made today.\ntimezone:")
    check(text)
    site = Site.parse(text)
    assert site.is_internal("192.168.1.1")
    assert str(site.timezone) == "Europe/Prague"
    assert [change.what for change in changes if change.kind == "open"] == ["internal"]
    text, changes = merge(findings(), internal="Lab")
    assert Site.parse(text).content.internal_name == "Lab"
    assert {change.kind for change in changes} == {"added"}
    with pytest.raises(SiteError, match="did you mean 'Lab'"):
        merge(findings(), internal="Lap")


@pytest.mark.parametrize("text", [BLOCK, OFFICE], ids=["small", "office"])
def test_additions_leave_every_line_where_it_is(text: str) -> None:
    new, changes = merge(findings(), text)
    check(new)
    assert lines_kept(text, new)
    assert len(new.splitlines()) > len(text.splitlines())
    assert {change.kind for change in changes} <= {"added", "conflict"}
    # The same again changes nothing.
    again, changes = merge(findings(), new)
    assert again == new
    assert {change.kind for change in changes} <= {"kept", "conflict"}


@pytest.mark.parametrize(
    "text",
    [
        "filters: {LAN: [10.0.0.0/8]}\ninternal: LAN",
        "filters: {LAN: [10.0.0.0/8],}  # one\ninternal: LAN\nroles: {}  # none yet\n"
        "assigned_filters: []\nallowed:\n",
        '{"filters": {"LAN": ["10.0.0.0/8"]}, "internal": "LAN", "roles": {}, "allowed": []}',
        "---\nfilters:\n    LAN:\n    - 10.0.0.0/8\n    -  10.128.0.0/9\ninternal: LAN\nroles: ~\n"
        "assigned_filters:\n    -   method: SCANS\n        filter: LAN\n\n\n# tail",
        "internal: LAN\nallowed:\n  - method: SCANS\n    note: |\n      two\n      lines\n\n  # why\n"
        "filters:\n  LAN: [\n    10.0.0.0/8,  # [all]\n  ]\n",
        "filters: {Ěšč: ['10.0.0.0/8'], LAN: {sum: [Ěšč]}} # žluťoučký\ninternal: LAN\n"
        "roles: {web_server: Ěšč # kůň\n  }\n",
    ],
    ids=["brackets", "empty sections", "JSON", "wide", "mixed", "letters"],
)
def test_many_ways_to_write_a_site_file(text: str) -> None:
    new, _ = merge(findings(), text)
    check(new)
    old = Site.parse(text).content
    site = Site.parse(new).content
    assert all(site.filters[name] == addresses for name, addresses in old.filters.items())
    assert site.assigned.items() >= old.assigned.items()
    for comment in ("# one", "# none yet", "# tail", "# why", "# [all]", "# žluťoučký", "# kůň"):
        assert (comment in text) == (comment in new)


def test_where_both_speak_the_users_word_counts_and_the_difference_is_told() -> None:
    theirs = Findings(
        filters=[
            NamedFilter("LAN", patterns("10.0.0.0/9", "10.128.0.0/9")),
            NamedFilter("Servers", patterns("10.1.0.0/24", "10.2.0.0/24")),
            NamedFilter("Clients", relation="difference", parts=("LAN", "Servers")),
        ],
        roles={"web_server": "Servers"},
        assigned=[Assigned("SCANS", None, "Servers")],
        allowed=[
            Allowed({"method": "SCANS", "source": "Servers"}, "rule 1"),
            Allowed({"method": "SCANS", "target": "Clients", "source": "LAN"}, "rule 2"),
            Allowed({"method": "SCANS", "source": "LAN"}, "rule 3"),
        ],
    )
    new, changes = merge(theirs, BLOCK)
    assert {change.what: change.kind for change in changes} == {
        "filter LAN": "kept",
        "filter Servers": "conflict",
        "filter Clients": "added",
        "role web_server": "kept",
        "assigned filter of SCANS": "conflict",
        # With another filter of that name the rules would allow other hosts than their author meant.
        "allowed: rule 1": "conflict",
        "allowed: rule 2": "conflict",
        "allowed: rule 3": "added",
    }
    assert str(changes[1]) == "filter Servers: 0 ranges only in the file, 1 range only imported; left so"
    assert lines_kept(BLOCK, new)
    assert Site.parse(new).roles("10.2.0.1") == frozenset()

    new, changes = merge(theirs, BLOCK, overrule=True)
    assert [change.what for change in changes if change.kind == "changed"] == [
        "filter Servers",
        "assigned filter of SCANS",
    ]
    site = Site.parse(new)
    assert site.roles("10.2.0.1") == {"web_server"}
    assert site.assigned_filter("SCANS", None) == "Servers"
    assert len(site.content.allowed) == 3
    for comment in ("# our site", "# as of spring", "# all", "# racks", "# mostly", "# agreed", "# the end"):
        assert comment in new


@pytest.mark.parametrize(
    "written", ['["10.1.0.9"]', "\n    - 10.1.0.9  # gw", "[\n    10.1.0.9 ]", "", "[]", '["10.1.0.9",]']
)
def test_assets_are_added_to_those_that_are_there(written: str) -> None:
    text = f"filters:\n  LAN: []\n  assets_proxy: {written}\ninternal: LAN\nroles: {{proxy: assets_proxy}}\n"
    more = Findings(
        filters=[
            NamedFilter("assets_proxy", (*patterns("10.1.0.9"), Pattern("10.1.0.10", "gw2")), grows=True)
        ],
        roles={"proxy": "assets_proxy"},
    )
    new, changes = merge(more, text)
    assert {change.what: change.kind for change in changes} == {
        "filter assets_proxy": "changed",
        "role proxy": "kept",
    }
    assert Site.parse(new).roles("10.1.0.9") == Site.parse(new).roles("10.1.0.10") == {"proxy"}
    fewer = Findings(filters=[NamedFilter("assets_proxy", patterns("10.1.0.10"), grows=True)])
    same, changes = merge(fewer, new)
    assert (same, str(changes[0])) == (
        new,
        "filter assets_proxy: 1 range no longer among the assets; left there",
    )


def test_a_role_of_the_users_own_filter_is_not_taken_from_it() -> None:
    found = Findings(
        filters=[NamedFilter("assets_web_server", patterns("10.1.0.7", "10.2.0.7"), grows=True)],
        roles={"web_server": "assets_web_server"},
    )
    new, changes = merge(found, BLOCK)
    assert str(changes[1]) == (
        "role web_server: it is of Servers in the file, which lacks 1 range of assets_web_server; left so"
    )
    assert Site.parse(new).roles("10.2.0.7") == frozenset()


def test_what_cannot_hold_is_left_out_and_told() -> None:
    found = Findings(
        filters=[
            NamedFilter("A", relation="sum", parts=("B",)),
            NamedFilter("B", relation="inverse", parts=("A",)),
            NamedFilter("C", relation="sum", parts=("A", "D")),
            NamedFilter("D", patterns("10.0.0.1")),
            NamedFilter("D", patterns("10.0.0.2")),
            NamedFilter("Part", patterns("10.0.0.3"), incomplete=True),
            NamedFilter("More", relation="sum", parts=("Part", "D")),
            NamedFilter("Rest", relation="difference", parts=("D", "More")),
        ],
        assigned=[Assigned("SCANS", "x", "C")],
        allowed=[Allowed({"source": "Rest"}, "rule 1"), Allowed({"source": "More"}, "rule 2")],
    )
    text, _ = merge(found)
    site = Site.parse(text)
    assert set(site.filters) == {"private_addresses", "D", "Part", "More"}
    assert "10.0.0.2" not in site.filters["D"]
    assert sorted(map(str, found.left_out)) == [
        "assigned filter of SCANS, instance x: there is no filter C",
        "filter A: it is made of itself",
        "filter B: it is made of itself",
        "filter C: it is made of a filter that isn't there",
        "filter D: a second one of this name",
        "filter Rest: it takes away a filter that could not be read completely",
        "rule 1: it names a filter that isn't there",
    ]
    for left in found.left_out:
        assert f"# - {left}\n" in text


@pytest.mark.parametrize(
    "text",
    ["filters: {LAN: [10.0.0.1/8]}\ninternal: LAN\n", "filters: [", "filters: &a {LAN: []}\ninternal: LAN"],
)
def test_a_file_that_is_wrong_is_not_added_to(text: str) -> None:
    with pytest.raises(SiteError):
        merge(findings(), text)


def test_a_form_that_cannot_be_added_to_is_refused_rather_than_broken() -> None:
    with pytest.raises(SiteError, match="can't be added to"):
        merge(findings(), f"{BLOCK}...\n")


@given(
    name=st.text(min_size=1, max_size=30).filter(lambda text: text.strip() and text.isprintable()),
    note=st.text(max_size=60).filter(lambda text: text.isprintable()),
)
def test_any_name_and_note_comes_back_as_it_was(name: str, note: str) -> None:
    found = Findings(
        filters=[NamedFilter(f"x{name}", patterns("10.9.0.1"), origin=note)],
        allowed=[Allowed({"method": "SCANS", "source": f"x{name}", "note": f"n{note}"}, note)],
    )
    for existing in (None, BLOCK, "filters: {LAN: []}\ninternal: LAN\nallowed: [{method: TOR}]"):
        site = Site.parse(merge(found, existing)[0])
        assert site.filters_of("10.9.0.1")[-1] == f"x{name}"
        assert site.content.allowed[-1].note == f"n{note}"


def test_words_that_yaml_takes_for_something_else_are_quoted() -> None:
    names = [
        "yes",
        "null",
        "on",
        "1e3",
        "0x1F",
        "2026",
        "~",
        "a: b",
        "#1",
        "- x",
        "{a}",
        "é",
        "a,b",
        "'",
        "true ",
    ]
    found = Findings(filters=[NamedFilter(name.strip(), patterns("10.9.0.1")) for name in names])
    text, _ = merge(found)
    assert list(yaml.safe_load(text)["filters"])[1:] == [name.strip() for name in names]
