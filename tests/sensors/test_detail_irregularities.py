"""The irregularities of the vendor's samples and of former versions, each on its own."""

from __future__ import annotations

import pytest

from adscribe.sensors.flowmon.detail import read_detail
from adscribe.sensors.flowmon.machine import parse


def test_a_missing_semicolon_between_pairs() -> None:
    detail = read_detail("SIPSCAN", "{Submethod:'Register';Type:'Vertical'IDCount:'640';TargetCount:'1'}")
    assert detail.characteristics == {"scan_shape": "vertical", "identifiers_count": 640}
    assert detail.target_count == 1
    detail = read_detail("SRVNA", "{Submethod:'TCPService';SuccessConnections:'3'RejectedConnections:'9'}")
    assert detail.characteristics == {"connections_successful_count": 3, "connections_rejected_count": 9}


def test_commas_between_pairs_as_in_10_0() -> None:
    detail = read_detail(
        "DIRINET", "{Success:'1',FlowCount:'14',UploadedData:'2 KiB',DownloadedData:'1 KiB'}"
    )
    assert detail.success is True
    assert detail.characteristics == {"flows_count": 14, "uploaded_bytes": 2048, "downloaded_bytes": 1024}


def test_repeated_keys_are_the_request_and_the_response() -> None:
    text = "{Type:'SmbTraffic';FlowCount:'40';FlowCount:'38';TransferredData:'2 KiB';TransferredData:'9 KiB'}"
    assert read_detail("BPATTERNS", text).characteristics == {
        "flows_count": 40,
        "responses_count": 38,
        "uploaded_bytes": 2048,
        "downloaded_bytes": 9216,
    }


def test_a_repeated_key_of_one_meaning_counts_once_and_is_reported() -> None:
    detail = read_detail("UPLOAD", "{Submethod:'General';UploadedData:'1 KiB';UploadedData:'9 KiB'}")
    assert detail.characteristics == {"uploaded_bytes": 1024}
    assert detail.unknown == ("UploadedData again",)


def test_empty_values_are_unknown() -> None:
    detail = read_detail("WEBSHARE", "{Submethod:'SiteVisit';Description:'share.example';Direction:''}")
    assert (detail.direction, detail.unknown) == (None, ())
    assert read_detail("TEAMVIEWER", "{Submethod:'General';PortList:'';Activity:''}").characteristics == {}


def test_the_overflow_of_hidden_devices_stays_recognisable() -> None:
    detail = read_detail(
        "NATDET", "{Submethod:'General';DeviceCount:'18446744073709551615';Probability:'100%'}"
    )
    assert detail.characteristics == {"hidden_devices_count": 2**64 - 1, "probability_ratio": 1.0}
    assert detail.unknown == ()


@pytest.mark.parametrize("braces", ["{}", ""])
def test_the_free_text_of_a_deleted_custom_pattern(braces: str) -> None:
    text = (
        "Custom pattern was deleted. Requests: 10, responses: 8, sent data: 15 KiB, received data: 3 KiB,"
        " sent packets: 20, received packets: 25, number of targets: 2."
    )
    detail = read_detail("BPATTERNS", braces[:1] + text + braces[1:])
    assert (detail.submethod, detail.form, detail.target_count) == (None, "phrase", 2)
    assert detail.characteristics == {
        "flows_count": 10,
        "responses_count": 8,
        "uploaded_bytes": 15360,
        "downloaded_bytes": 3072,
        "sent_packets_count": 20,
        "received_packets_count": 25,
    }


def test_increase_is_a_direction_in_one_method_and_a_size_in_another() -> None:
    falling = "{Submethod:'Bytes';CurrentValue:'4 B';ComparedValue:'8 B';Difference:'50.0%';Increase:'0'}"
    assert read_detail("BROKENSEN", falling).characteristics["difference_ratio"] == -0.5
    assert read_detail("BROKENSEN", falling.replace("'0'", "'1'")).characteristics["difference_ratio"] == 0.5
    peers = read_detail(
        "PEERS", "{Submethod:'PeersIncrease';CurrentValue:'30';ComparedValue:'11';Increase:'172.7%'}"
    )
    assert peers.characteristics["increase_ratio"] == 1.727
    decreased = (
        "Amount of data transmitted between these devices has decreased by 93.3%. Currently, the transmitted"
        " amount of data is 4 KiB, the average amount is 59 KiB."
    )
    assert read_detail("BROKENSEN", decreased).characteristics["difference_ratio"] == -0.933


def test_type_is_a_shape_a_description_or_a_submethod() -> None:
    assert read_detail("SCANS", "{Submethod:'UDP';Type:'Chaotic'}").characteristics == {
        "scan_shape": "chaotic"
    }
    listed = read_detail("BLACKLIST", "{Submethod:'Host';Type:'A list'}")
    assert (listed.submethod, listed.characteristics) == ("Host", {"list_description": "A list"})
    assert read_detail("BPATTERNS", "{Type:'QakBot'}").submethod == "QakBot"


def test_the_misplaced_bracket_of_unfinished_connections() -> None:
    text = (
        "A high amount of unfinished one-way connections (packets: 100, protocol: 6, port(s): 80,"
        " service: http), potential attackers: 4)."
    )
    detail = read_detail("DOS", text)
    assert (detail.submethod, detail.ports, detail.target_count) == ("FIN2WAIT", (80,), 4)
    assert detail.characteristics == {"packets_count": 100, "service": "http"}


def test_doubled_spaces_and_a_missing_full_stop() -> None:
    text = (
        "Unavailable service (TCP/443, https). Unsuccessful traffic - clients: 1, rejected connections: 2."
        " Successful traffic - clients: 3, connections:  4"
    )
    detail = read_detail("SRVNA", text)
    assert (detail.submethod, detail.characteristics["connections_successful_count"]) == (
        "TCPServiceReset",
        4,
    )


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("UPLOAD", "{UploadedData:'%1';DownloadedData:'%2 KiB';PortList:'%3'}"),
        ("UPLOAD", "Uploaded: %1, downloaded: %2, port(s): %3."),
        ("SCANS", "%1 %2 scan (attempts with response: %3, attempts without response: %7, targets: %4)."),
        ("DHCPANOM", "Fake DHCP server was detected. Clients: %4."),
        ("DOS", "Threshold for SYN flood exceeded (packets: %8, protocol: %3, port(s): %4, service: %6,"
            " potential attackers: %5)."),
        ("LATENCY", "Maximal latency: %1 ms (protocol: %2, source port: %3, destination port: %4)."),
    ],
)  # fmt: skip
def test_placeholders_of_former_versions_are_unknown(method: str, text: str) -> None:
    detail = read_detail(method, text)
    assert (detail.characteristics, detail.ports, detail.target_count, detail.unknown) == ({}, (), None, ())


def test_a_zero_beside_placeholders_is_a_value() -> None:
    detail = read_detail("UPLOAD", "{UploadedData:'0 KiB';DownloadedData:'%2';PortList:'%3'}")
    assert detail.characteristics == {"uploaded_bytes": 0}


def test_the_entity_for_a_percent_sign() -> None:
    text = (
        "There were 12&#37; connections without response on the network (prediction: 4&#37;). This device"
        " has established 60&#37; connections without response (increase up to 200&#37;)."
    )
    detail = read_detail("ANOMALY", text)
    assert detail.submethod == "PercentUnpaired"
    assert detail.characteristics == {
        "current_ratio": 0.12,
        "compared_ratio": 0.04,
        "device_ratio": 0.6,
        "difference_ratio": 2.0,
    }


def test_a_record_without_pairs() -> None:
    detail = read_detail("SIPPROXY", "{}")
    assert (detail.form, detail.characteristics, detail.submethod) == ("machine", {}, "General")


def test_quotes_and_braces_inside_values() -> None:
    text = "{Submethod:'Host';Type:'Bob's {best} list; v2';FlowCount:'3'}"
    assert parse(text) == [("Submethod", "Host"), ("Type", "Bob's {best} list; v2"), ("FlowCount", "3")]


def test_a_record_that_was_cut_off() -> None:
    assert parse("{Submethod:'Host';Type:'A li") == [("Submethod", "Host"), ("Type", "A li")]


@pytest.mark.parametrize(
    ("method", "code", "submethod"),
    [
        ("ALIENDEV", "Type:'IP'", "IPBased"),
        ("ANOMALY", "Measure:'OutFlowCount'", "SentFlows"),
        ("ANOMALY", "Measure:'19'", "PercentUnpaired"),
        ("DHCPANOM", "Type:'FAKESRV'", "FakeServer"),
        ("DHCPANOM", "Type:'Fake server'", "FakeServer"),
        ("DHCPANOM", "Type:'IP relative'", "LCLTRAF"),
        ("DNSANOMALY", "Type:'LEGAL'", "ForbiddenServer"),
        ("DNSANOMALY", "Type:'Unexpected'", "UnusualServer"),
        ("DNSANOMALY", "Type:'TCP'", "TCPHighTraffic"),
        ("DOS", "Detection:'Dynamic'", "Volumetric"),
        ("DOS", "Detection:'F2W'", "FIN2WAIT"),
        ("ICMPANOM", "Type:'IP relative'", "DestinationUnreachIP"),
        ("L3ANOMALY", "Type:'SPOOF'", "IPSpoof"),
        ("L3ANOMALY", "Type:'SRCBROAD'", "SRCBROAD"),
        ("SMTPANOMALY", "Type:'Profiler'", "SpammingClient"),
        ("SRVNA", "Type:''", "TCPService"),
        ("SRVNA", "Type:'Only rejected'", "TCPServiceReset"),
        ("WEBSHARE", "Type:''", "SiteVisit"),
        ("WEBSHARE", "Type:'POTENTIAL'", "SiteTransfer"),
        ("BPATTERNS", "Type:'REMCOS_RAT'", "RemcosRAT"),
        ("TOR", "TargetCount:'3'", "General"),
        ("SIPFLOOD", "Description:'INVITE'", "Invite"),
    ],
)
def test_submethods_of_former_versions_are_named_as_today(method: str, code: str, submethod: str) -> None:
    detail = read_detail(method, "{" + code + "}")
    assert (detail.submethod, detail.unknown) == (submethod, ())


@pytest.mark.parametrize(
    ("old", "text", "method", "submethod"),
    [
        ("MSPPTP", "Transferred: 2 GiB.", "VPN", "MSPPTP"),
        ("ONLINEMSG", "Jabber.", "INSTMSG", None),
        ("OUTSPAM", "Mail count: 900, network average: 4.", "SMTPANOMALY", "SpammingClient"),
        ("PRFCOUNTRY", "", "COUNTRY", "IncreasedCommunication"),
    ],
)
def test_methods_of_former_versions_are_named_as_today(
    old: str, text: str, method: str, submethod: str | None
) -> None:
    detail = read_detail(old, text)
    assert (detail.method, detail.submethod) == (method, submethod)


@pytest.mark.parametrize(("code", "phase"), [("NEW", "start"), ("CONT", "continuation"), ("Summary", "end")])
def test_phases_of_an_attack_before_11_0(code: str, phase: str) -> None:
    detail = read_detail(
        "SSHDICT", "{Type:'" + code + "',TargetCount:'2',FlowCount:'118',MaxUploadedData:'5 KiB'}"
    )
    assert detail.submethod == "General"
    assert detail.characteristics == {
        "attack_phase": phase,
        "attempts_current_count": 118,
        "uploaded_max_current_bytes": 5120,
    }


def test_the_end_of_an_attack_as_a_text_before_11_0() -> None:
    text = (
        "End of attack, summary: Total count of targets: 3, maximum transferred: 5 KiB,"
        " total count of attempts: 900, duration of attack: 1240 seconds. It was distributed."
    )
    detail = read_detail("RDPDICT", text)
    assert (detail.form, detail.target_count) == ("phrase", 3)
    assert detail.characteristics == {
        "attack_phase": "end",
        "uploaded_max_bytes": 5120,
        "attempts_total_count": 900,
        "duration_seconds": 1240.0,
    }


def test_attempts_of_dictionary_attacks_before_11_0_hide_behind_target_count() -> None:
    detail = read_detail(
        "DICTATTACK", "{Type:'SSH',TargetCount:'415',PortList:'22',Duration:'207',Average:'0.5'}"
    )
    assert (detail.submethod, detail.target_count) == ("SSHProtocol", None)
    assert detail.characteristics == {
        "flows_count": 415,
        "duration_seconds": 207.0,
        "average_interval_seconds": 0.5,
    }
