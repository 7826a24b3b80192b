"""Each importer reads its publisher's form; the files here are written by hand in those forms."""

from __future__ import annotations

import contextlib
import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.training.corpora import IMPORTERS, Corpus, CorpusError, Detection, read


def written(folder: Path, **files: str) -> Path:
    """Write files; in a keyword two underscores are a slash and one before the ending a dot."""
    for key, text in files.items():
        path = folder / ".".join(key.replace("__", "/").rsplit("_", 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder


def by_id(corpus: Corpus) -> dict[str, Detection]:
    return {one.id: one for one in corpus.detections}


def test_sigma_rules_have_their_tags_as_labels_and_keep_their_authors(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        network__beacon_yml="""
            title: Beacon To Rare Host
            id: 11111111-0000-4000-8000-000000000001
            description: A host calls another at even intervals
            author: Ada Example
            tags:
                - attack.command-and-control
                - attack.t1071.001
                - attack.g0016
                - cve.2021-44228
            logsource: {category: proxy}
            detection: {condition: selection}
            """,
        windows__process_yml="""
            title: Odd Child Process
            id: 11111111-0000-4000-8000-000000000002
            tags: [attack.execution, attack.t1059]
            logsource: {category: process_creation, product: windows}
            """,
        windows__broken_yml="title: [never closed\n",
        windows__pipeline_yml="name: not a rule\n",
    )
    corpus = read("sigma-network", folder)
    beacon = by_id(corpus)["11111111-0000-4000-8000-000000000001"]
    assert beacon.techniques == ("T1071.001",)
    assert beacon.tactics == ("command-and-control",)
    assert (beacon.author, beacon.network, beacon.kind) == ("Ada Example", True, "proxy")
    assert not by_id(corpus)["11111111-0000-4000-8000-000000000002"].network
    assert [(one.file, one.line) for one in corpus.rejects] == [
        ("windows/broken.yml", 2),
        ("windows/pipeline.yml", None),
    ]


def test_sentinel_rules_have_their_tables_from_the_query(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        Detections__many_yaml="""
            id: 22222222-0000-4000-8000-000000000001
            name: Many refused connections
            description: 'A source is refused by many hosts'
            tactics: [Discovery, DefenseEvasion, PreAttack]
            relevantTechniques: [T1046, T1562.004]
            query: |
              CommonSecurityLog
              | where DeviceAction == "deny" | summarize count() by SourceIP
            """,
        Detections__logon_yaml="""
            id: 22222222-0000-4000-8000-000000000002
            name: Odd logon
            tactics: [InitialAccess]
            query: SigninLogs | take 1
            """,
        Workbooks__page_yaml="id: 1\nname: a workbook\n",
    )
    corpus = read("sentinel-network", folder)
    many = by_id(corpus)["22222222-0000-4000-8000-000000000001"]
    assert many.techniques == ("T1046", "T1686")
    assert many.tactics == ("defense-impairment", "discovery")
    assert (many.kind, many.network) == ("CommonSecurityLog", True)
    odd = by_id(corpus)["22222222-0000-4000-8000-000000000002"]
    assert (odd.techniques, odd.tactics, odd.network) == ((), ("initial-access",), False)
    assert {(one.what, one.file) for one in corpus.rejects} == {
        ("label", "Detections/many.yaml"),
        ("detection", "Workbooks/page.yaml"),
    }


def test_splunk_detections_have_their_techniques_from_the_tags(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        detections__network__large_yml="""
            name: Large ping
            id: 33333333-0000-4000-8000-000000000001
            description: Pings with a large load
            data_source: [Some Firewall, Some Probe]
            search: '| tstats count'
            tags: {mitre_attack_id: [T1095], security_domain: network}
            """,
        detections__endpoint__shell_yml="""
            name: A shell
            id: 33333333-0000-4000-8000-000000000002
            search: '| tstats count'
            tags: {mitre_attack_id: [T1059.001]}
            """,
        macros__one_yml="name: a macro\ndefinition: x\n",
    )
    corpus = read("splunk-network", folder)
    large = by_id(corpus)["33333333-0000-4000-8000-000000000001"]
    assert (large.techniques, large.kind, large.network) == (("T1095",), "Some Firewall; Some Probe", True)
    assert not by_id(corpus)["33333333-0000-4000-8000-000000000002"].network
    assert [one.file for one in corpus.rejects] == ["macros/one.yml"]


def test_rules_of_exabeam_are_united_over_its_tables(tmp_path: Path) -> None:
    head = "| Event Type | Rules | Models |\n| --- | --- | --- |\n"
    first = (
        "| network-alert | <b>T1046 - Network Service Scanning</b><br> ↳ <b>R-1</b>: Port scan by asset<br>"
        "<br><b>TA0011 - TA0011</b><br> ↳ <b>R-2</b>: First call to country | • <b>M</b>: a model |\n"
    )
    second = (
        "| file-write | <b>T1018 - Remote System Discovery</b><br> ↳ <b>R-1</b>: Port scan by asset | |\n"
    )
    folder = written(tmp_path, a__r_m_one_md=head + first, b__r_m_two_md=head + second, b__ds_two_md=second)
    corpus = read("exabeam-content", folder)
    assert [file.file for file in corpus.files] == ["a/r_m_one.md", "b/r_m_two.md"]
    scan, call = corpus.detections
    assert (scan.id, scan.name, scan.techniques) == ("R-1", "Port scan by asset", ("T1018", "T1046"))
    assert (scan.kind, scan.network) == ("network-alert file-write", True)
    assert (call.techniques, call.tactics) == ((), ("command-and-control",))


def test_rules_of_emerging_threats_have_a_licence_by_sid(tmp_path: Path) -> None:
    rule = (
        'alert dns $HOME_NET any -> any any (msg:"ET MALWARE Foo \\"loader\\" (domain)"; dns.query;'
        " classtype:trojan-activity; sid:{sid}; rev:2; metadata:created_at 2024_01_01,"
        " mitre_tactic_id TA0011, mitre_tactic_name C2, mitre_technique_id T1568;)\n"
    )
    text = (
        "# some comment (of many words)\n\n"
        + rule.format(sid=2030001)
        + "#"
        + rule.format(sid=2830001)
        + 'alert tcp any any -> any any (msg:"no label"; sid:2030002;)\nnonsense\n'
    )
    corpus = read("et-open-mitre", written(tmp_path, emerging_rules=text))
    bsd, gpl = corpus.detections
    assert (bsd.name, bsd.kind) == ('ET MALWARE Foo "loader" (domain)', "dns trojan-activity")
    assert (bsd.techniques, bsd.tactics) == (("T1568",), ("command-and-control",))
    assert (bsd.licence, bsd.shippable) == ("BSD-3-Clause", True)
    assert (gpl.licence, gpl.shippable) == ("GPL-2.0-only", False)
    assert bsd.family == gpl.family
    assert [one.line for one in corpus.rejects] == [5, 6]


def test_operations_of_bzar_are_read_from_the_script(tmp_path: Path) -> None:
    script = """
        const t1003_006_rpc_strings : set[string] =
        {
            # T1003.006
            "drsuapi::DRSReplicaSync",
        } &redef;
        const t1087_rpc_strings : set[string] =
        {
            "lsarpc::LsarLookupNames",   # "not::this"
            "lsarpc::LsarLookupNames2",
        } &redef;
        redef DCE_RPC::uuid_endpoint_map += { ["0b1c2170"] = "authzr", };
        """
    corpus = read("bzar-dcerpc", written(tmp_path, consts_zeek=script))
    assert {one.id: one.techniques for one in corpus.detections} == {
        "drsuapi::DRSReplicaSync": ("T1003.006",),
        "lsarpc::LsarLookupNames": ("T1087",),
        "lsarpc::LsarLookupNames2": ("T1087",),
    }
    assert len({one.family for one in corpus.detections}) == 2


def test_mappings_of_ctid_are_gathered_by_vulnerability_and_by_comment(tmp_path: Path) -> None:
    kev = {
        "metadata": {"mapping_framework": "kev", "attack_version": "16.1"},
        "mapping_objects": [
            _mapping("CVE-2020-0001", "T1190", "Sent to the server", mapping_type="exploitation_technique"),
            _mapping("CVE-2020-0001", "T1133", "Sent to the server", mapping_type="exploitation_technique"),
            _mapping("CVE-2020-0001", "T1005", "Files are read", mapping_type="primary_impact"),
            "nonsense",
        ],
    }
    cloud = {
        "metadata": {"mapping_framework": "aws"},
        "mapping_objects": [
            _mapping("some_firewall", "T1046", "Finds scans", score_category="detect"),
            _mapping("some_firewall", "T1595", "Finds scans", score_category="detect"),
            _mapping("some_firewall", "T1071", "Finds command and control", score_category="detect"),
        ],
    }
    folder = written(tmp_path, kev_json=json.dumps(kev), aws_json=json.dumps(cloud))
    corpus = read("ctid-mappings", folder)
    exploited = by_id(corpus)["CVE-2020-0001/exploitation_technique"]
    assert (exploited.source, exploited.techniques) == ("ctid-cve", ("T1133", "T1190"))
    assert by_id(corpus)["CVE-2020-0001/primary_impact"].description == "Files are read"
    finds = {one.description: one.techniques for one in corpus.detections if one.source == "ctid-capability"}
    assert finds == {"Finds scans": ("T1046", "T1595"), "Finds command and control": ("T1071",)}
    assert [one.file for one in corpus.rejects] == ["kev.json"]


def _mapping(capability: str, technique: str, comment: str, **more: str) -> dict[str, str]:
    told = {"capability_id": capability, "attack_object_id": technique, "comments": comment}
    return told | {"capability_description": f"About {capability}"} | more


def test_a_stix_bundle_gives_techniques_analytics_software_and_procedures(tmp_path: Path) -> None:
    bundle = {
        "type": "bundle",
        "objects": [
            _object("attack-pattern--1", "T1046", "Network Service Discovery", description="Finds services."),
            _object("attack-pattern--2", "T1001.001", "Junk Data", description="Adds junk.", revoked=True),
            _object("malware--1", "S0001", "Foo", x_mitre_aliases=["Foo", "Bar"], description="Foo scans."),
            _object(
                "x-mitre-detection-strategy--1",
                "DET1",
                "Scans",
                x_mitre_analytic_refs=["x-mitre-analytic--1"],
            ),
            _object(
                "x-mitre-analytic--1",
                "AN1",
                "Analytic 1",
                description="Many ports.",
                x_mitre_log_source_references=[{"x_mitre_data_component_ref": "x-mitre-data-component--1"}],
            ),
            _object("x-mitre-data-component--1", "DC1", "Network Traffic Flow"),
            _relation(
                "1",
                "malware--1",
                "uses",
                "attack-pattern--1",
                "Foo scans [ports](https://e.org).(Citation: X)",
            ),
            _relation("2", "malware--1", "uses", "attack-pattern--2", "Foo adds junk."),
            _relation("3", "x-mitre-detection-strategy--1", "detects", "attack-pattern--1", ""),
        ],
    }
    corpus = read("attack-kb", written(tmp_path, bundle_json=json.dumps(bundle)))
    found = {one.source: one for one in corpus.detections}
    assert {source: one.techniques for source, one in found.items()} == dict.fromkeys(
        ("attack-technique", "attack-analytic", "attack-software", "attack-procedure"), ("T1046",)
    )
    assert found["attack-procedure"].description == "Foo scans ports."
    assert found["attack-software"].description == "Also known as Bar. Foo scans."
    assert found["attack-analytic"].network
    assert found["attack-technique"].tactics == ("discovery",)


def _object(id_: str, attack_id: str, name: str, **more: object) -> dict[str, object]:
    return {
        "id": id_,
        "type": id_.partition("--")[0],
        "name": name,
        "external_references": [{"source_name": "mitre-attack", "external_id": attack_id}],
        "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "discovery"}],
        **more,
    }


def _relation(number: str, source: str, kind: str, target: str, text: str) -> dict[str, object]:
    return {
        "id": f"relationship--{number}",
        "type": "relationship",
        "source_ref": source,
        "relationship_type": kind,
        "target_ref": target,
        "description": text,
    }


_KEYS = (
    *("id", "name", "title", "description", "techniques", "tactics", "tags", "logsource", "query", "search"),
    *(
        "rule_id",
        "sid",
        "msg",
        "technique_ids",
        "analytic",
        "log_sources",
        "aliases",
        "subject_id",
        "technique",
    ),
    *("type", "objects", "domain", "metadata", "mapping_objects", "mitre_attack_id", "mapping_framework"),
)
_ROWS = {
    "exabeam-content": {"rule_id": "R", "description": "Port scan", "techniques": ["T1046"]},
    "sentinel-network": {"id": "R", "name": "Port scan", "techniques": ["T1046"], "tables": ["Corelight"]},
    "splunk-network": {
        "id": "R",
        "name": "Port scan",
        "techniques": ["T1046"],
        "path": "detections/network/a.yml",
    },
    "sigma-network": {
        "id": "R",
        "title": "Port scan",
        "techniques": ["T1046"],
        "logsource": {"product": "zeek"},
    },
    "et-open-mitre": {"sid": 2000001, "msg": "ET SCAN Port scan", "technique_ids": ["T1046"]},
    "attack-kb": {
        "analytic": "AN1",
        "strategy_name": "Port scan",
        "techniques": ["T1046"],
        "log_sources": [],
    },
}


@pytest.mark.parametrize(("name", "row"), list(_ROWS.items()))
def test_rows_are_read_and_what_is_wrong_is_told_by_line(
    name: str, row: dict[str, object], tmp_path: Path
) -> None:
    label = "technique_ids" if "technique_ids" in row else "techniques"
    unlabelled = row | {label: [], "id": "S", "rule_id": "S", "sid": 2000002, "analytic": "AN2"}
    odd = row | {label: ["T1046", "T9999"], "id": "T", "rule_id": "T", "sid": 2000003, "analytic": "AN3"}
    lines = [json.dumps(one) for one in (row, unlabelled, odd, row)]
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join([*lines, "{not json", "[]"]).encode()))
    corpus = read(name, path)
    assert [one.techniques for one in corpus.detections] == [("T1046",), ("T1046",)]
    assert [(one.what, one.line) for one in corpus.rejects] == [
        ("detection", 2),
        ("label", 3),
        ("detection", 4),
        ("detection", 5),
        ("detection", 6),
    ]
    assert "T9999" in corpus.rejects[1].reason


@pytest.mark.parametrize(("name", "row"), list(_ROWS.items()))
@pytest.mark.parametrize("odd", [7, [7], {"component": 7}, None, True])
def test_a_field_of_another_kind_spoils_its_own_row_alone(
    name: str, row: dict[str, object], odd: object, tmp_path: Path
) -> None:
    spoilt = [row | {key: odd} for key in row]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, [*spoilt, row])), encoding="utf-8")
    corpus = read(name, path)
    assert "Port scan" in corpus.detections[0].name
    assert len(corpus.detections) + len(corpus.rejects) >= len(spoilt) + 1


def test_csv_rows_say_what_the_upstream_forms_say(tmp_path: Path) -> None:
    written(
        tmp_path,
        bzar_csv="endpoint_operation,endpoint,operation,technique_id\natsvc::JobAdd,atsvc,JobAdd,T1053.002\n",
        kev_csv="""\
            cve,vulnerability,group,mapping_type,technique_id,technique,comments
            CVE-2020-0001,Foo overflow,x,primary_impact,T1059,A name,"Two
            lines"
            CVE-2020-0002,Bar overflow,x,primary_impact,,,
            """,
    )
    assert [one.techniques for one in read("bzar-dcerpc", tmp_path / "bzar.csv").detections] == [
        ("T1053.002",)
    ]
    corpus = read("ctid-mappings", tmp_path / "kev.csv")
    assert [one.description for one in corpus.detections] == ["Two\nlines"]
    assert [(one.id, one.line) for one in corpus.rejects] == [("CVE-2020-0002/primary_impact", 4)]


def test_what_is_no_corpus_is_refused(tmp_path: Path) -> None:
    for name in IMPORTERS:
        with pytest.raises(CorpusError, match="holds no detection"):
            read(name, tmp_path)
        with pytest.raises(CorpusError, match="no such file or folder"):
            read(name, tmp_path / "missing")
    with pytest.raises(CorpusError, match=r"no corpus is called 'nothing'.*sigma-network"):
        read("nothing", tmp_path)
    with pytest.raises(CorpusError, match="serves to evaluate"):
        read("iot23-capture-34-1", tmp_path)


_HOSTILE = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(str.encode),
    st.recursive(
        st.one_of(st.none(), st.integers(), st.sampled_from(["T1046", "TA0011", "\ud7ff|\n"])),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_KEYS), inner)),
        max_leaves=20,
    ).map(lambda value: json.dumps(value).encode()),
)


@settings(max_examples=40, deadline=None)
@given(content=_HOSTILE, ending=st.sampled_from(["jsonl", "json", "yml", "rules", "md", "csv", "zeek"]))
def test_whatever_a_file_holds_is_read_or_refused(content: bytes, ending: str) -> None:
    for name in IMPORTERS:
        with TemporaryDirectory() as folder:
            path = Path(folder, f"r_m_file.{ending}")
            path.write_bytes(content)
            with contextlib.suppress(CorpusError):
                assert read(name, path).detections


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8b not gzip", b"", gzip.compress(b"\xff\xfe\xff", mtime=0)[:-4]],
    ids=["no archive", "empty", "cut off"],
)
def test_a_damaged_archive_is_an_error_with_its_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl.gz").write_bytes(content)
    with pytest.raises(CorpusError, match=r"rows\.jsonl\.gz|holds no detection"):
        read("sigma-network", tmp_path)
