"""A list of assets becomes filters and roles; a bad line costs itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from adscribe.errors import SiteError
from adscribe.site import Site
from adscribe.site.importing import Findings, assets, merge
from adscribe.site.importing.assets import read_assets


def read(tmp_path: Path, text: str | bytes) -> Findings:
    path = tmp_path / "assets.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_assets(path)


def site(findings: Findings) -> Site:
    return Site.parse(merge(findings)[0])


def problems(findings: Findings) -> dict[int, str]:
    """Return what is wrong, by line."""
    return {int(left.what.rpartition("line ")[2]): left.why for left in findings.left_out if not left.rightly}


@pytest.mark.parametrize(
    "text",
    [
        "address,host name,roles\n10.1.0.53,ns1,dns_server\n",
        "IP Address;Hostname;Role\r\n10.1.0.53;ns1;DNS server\r\n",
        "\ufeffNetwork\tFQDN\tFunction\n10.1.0.53\tns1\tdns-server\n",
        '\n"Type","Owner","CIDR"\n"DNS Server ","somebody, or other","10.1.0.53/32"\n',
        "roles|ip\ndns_server|10.1.0.53",
    ],
    ids=["plain", "semicolons", "tabs", "quoted", "no host name"],
)
def test_headings_and_separators_of_many_kinds(tmp_path: Path, text: str) -> None:
    findings = read(tmp_path, text)
    assert findings.left_out == []
    assert site(findings).roles("10.1.0.53") == {"dns_server"}


def test_a_spreadsheet_in_its_own_coding(tmp_path: Path) -> None:
    text = "address,host,roles\n10.1.0.53,résolveur,dns_server\n"
    for coding in ("utf-16", "cp1250"):
        assert site(read(tmp_path, text.encode(coding))).roles("10.1.0.53") == {"dns_server"}


def test_an_asset_has_all_its_roles_and_host_names_are_comments(tmp_path: Path) -> None:
    findings = read(
        tmp_path,
        "address,host,roles\n"
        '10.1.0.53,ns1 # "the\u2028first",dns_server dhcp_server\n'
        "10.2.0.0/16,,workstation;guest\n"
        "10.1.0.53,again,web-server / Mail Server\n"
        "2001:db8::7,six,proxy\n",
    )
    text, _ = merge(findings)
    assert '    - "10.1.0.53"  # ns1 # "the first"\n' in text
    known = Site.parse(text)
    assert known.roles("10.1.0.53") == {"dns_server", "dhcp_server", "web_server", "mail_server"}
    assert known.roles("10.2.7.7") == {"workstation", "guest"}
    assert known.roles("2001:db8::7") == {"proxy"}


def test_a_bad_line_costs_itself_and_is_told_with_its_number(tmp_path: Path) -> None:
    findings = read(
        tmp_path,
        "address,host,roles\n"
        "10.1.0.1,a,dns_server\n"
        "10.1.0.2/24,b,dns_server\n"
        "10.1.0.3,c,dns_servr\n"
        '"10.1.0.4,never closed,dns_server\n'
        "\n"
        '10.1.0.5,"two\nlines",dns_server\n'
        "pc-7,d,dns_server\n"
        ",e,dns_server\n"
        "10.1.0.6\n"
        '10.1.0.7,"f"g,dns_server\n'
        f"10.1.0.8,{'x' * 200_000},dns_server\n"
        "10.1.0.9,h,dns_server,too,many\n",
    )
    told = problems(findings)
    assert list(told) == [3, 4, 5, 9, 10, 12, 13]
    assert "host bits" in told[3]
    assert told[4] == "unknown role 'dns_servr', did you mean dns_server?"
    assert "a quote is not closed" in told[5]
    assert told[10] == "no address"
    (missing,) = [left for left in findings.left_out if left.rightly]
    assert (missing.what.endswith("line 11"), missing.why) == (True, "no role")
    assert [pattern.text for pattern in findings.filters[0].patterns] == ["10.1.0.1", "10.1.0.5", "10.1.0.9"]


def test_many_assets_become_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "NAMED", 10)
    rows = [f"10.1.0.{n},pc-{n},workstation" for n in range(200)]
    findings = read(tmp_path, "\n".join(["ip,host,role", *rows, "fd00::1,six,workstation"]))
    assert [pattern.text for pattern in findings.filters[0].patterns] == ["10.1.0.0-10.1.0.199", "fd00::1"]
    assert site(findings).roles("10.1.0.199") == {"workstation"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no assets"),
        ("\n \n", "no assets"),
        ("10.1.0.1,a,dns_server\n", "line 1: no column for address and roles"),
        ("address,host\n10.1.0.1,a\n", "line 1: no column for roles"),
    ],
)
def test_a_file_without_a_heading_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SiteError, match=message):
        read(tmp_path, text)


def test_a_file_that_is_absent_or_endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SiteError, match="can't be read"):
        read_assets(tmp_path / "absent.csv")
    monkeypatch.setattr(assets, "MAX_BYTES", 100)
    with pytest.raises(SiteError, match="larger than 100 bytes"):
        read(tmp_path, "x" * 101)
