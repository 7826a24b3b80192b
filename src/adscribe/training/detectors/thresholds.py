"""From how much on something is an event: every number that a rule compares with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds of all detectors; what a field counts is counted in one window of its detector.

    Attributes
    ----------
    scan_attempts : int
        SCANS: attempts of a source without an answer or refused.
    scan_unanswered_ratio : float
        SCANS: their share of all its attempts.
    scan_spread : int
        SCANS: distinct targets, or distinct ports, of a source.
    scan_payload_bytes : int
        SCANS: an answered flow with more payload is no attempt but use.
    dictionary_attempts : int
        DICTATTACK: connections with payload of a source to one kind of login service.
    dictionary_alike_ratio : float
        DICTATTACK: share of them that carry nearly the same payload (within a factor of 1.7).
    dictionary_interval_seconds : float
        DICTATTACK: mean time between them, at most.
    login_attempts : int
        SSHDICT, RDPDICT: short connections of a source.
    login_payload_bytes : int
        SSHDICT, RDPDICT: a connection with less payload didn't get as far as a login.
    login_bytes, login_seconds : int, float
        SSHDICT, RDPDICT: a connection that sends more, or takes longer, is a session and no attempt.
    login_session_ratio : float
        SSHDICT: a session carries so many times the bytes of the mean attempt when a guess worked.
    login_sources : int
        SSHDICT, RDPDICT: sources against one target that make the attack a distributed one.
    form_repetitions : int
        HTTPDICT: replies of the same size from one server to one client.
    form_bytes : int
        HTTPDICT: their least payload.
    form_request_bytes : int
        HTTPDICT: a client that sent more in a flow did more than to ask for a page.
    flood_connections : int
        DOS/SYNFlood: unanswered connections to one port of a victim.
    flood_half_closed : int
        DOS/FIN2WAIT: half-closed connections of a victim.
    flood_packets : int
        DOS/Volumetric: packets that a victim received in one-sided flows.
    flood_ratio : float
        DOS/Volumetric: those packets for each one that it sent.
    transfer_bytes : int
        HIGHTRANSF: bytes of a host in both directions.
    transfer_share_ratio : float
        HIGHTRANSF: the busiest peers that carry this share are the targets.
    upload_bytes : int
        UPLOAD: bytes sent to one peer.
    upload_ratio : float
        UPLOAD: bytes sent for each one received.
    queries : int
        DNSQUERY: DNS queries of a host in an hour.
    queries_ratio : float
        DNSQUERY: how many times those of the average other client.
    query_clients : int
        DNSQUERY: other clients that an average needs.
    diversity : int
        DIVCOM: distinct targets times distinct ports.
    diversity_spread : int
        DIVCOM: distinct targets, and distinct ports, each.
    partners : int
        PEERS: hosts that a host talked to in an hour.
    partners_ratio : float
        PEERS: how many times its own average.
    telnet_flows : int
        TELNET: connections to Telnet ports of a source.
    telnet_bytes : int
        TELNET: or payload in one of them, as a session has.
    echo_targets : int
        ICMPANOM/ICMPScan: hosts that echo requests went to.
    echo_packets : int
        ICMPANOM/PingFlood: echo requests to one host. SmurfAttack: to broadcast addresses.
    payload_bytes, payload_packets : int
        ICMPANOM/LargePayload: mean payload of a source's echo packets to one host, and their number.
    unreachable : int
        ICMPANOM/DestinationUnreach: messages of a host.
    unreachable_ratio : float
        ICMPANOM/DestinationUnreach: how many times the average, its own or that of the other hosts.
    learned_windows : int
        PEERS, ICMPANOM: windows with traffic before a host's own average counts.
    """

    scan_attempts: int = 30
    scan_unanswered_ratio: float = 0.5
    scan_spread: int = 20
    scan_payload_bytes: int = 512
    dictionary_attempts: int = 20
    dictionary_alike_ratio: float = 0.8
    dictionary_interval_seconds: float = 60.0
    login_attempts: int = 20
    login_payload_bytes: int = 1_000
    login_bytes: int = 20 * 1024
    login_seconds: float = 120.0
    login_session_ratio: float = 5.0
    login_sources: int = 3
    form_repetitions: int = 50
    form_bytes: int = 200
    form_request_bytes: int = 4 * 1024
    flood_connections: int = 1_000
    flood_half_closed: int = 500
    flood_packets: int = 100_000
    flood_ratio: float = 10.0
    transfer_bytes: int = 1024**3
    transfer_share_ratio: float = 0.9
    upload_bytes: int = 20 * 1024**2
    upload_ratio: float = 5.0
    queries: int = 1_000
    queries_ratio: float = 5.0
    query_clients: int = 2
    diversity: int = 5_000
    diversity_spread: int = 10
    partners: int = 50
    partners_ratio: float = 3.0
    telnet_flows: int = 5
    telnet_bytes: int = 1_024
    echo_targets: int = 15
    echo_packets: int = 3_000
    payload_bytes: int = 1_000
    payload_packets: int = 100
    unreachable: int = 100
    unreachable_ratio: float = 5.0
    learned_windows: int = 4
