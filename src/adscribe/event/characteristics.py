"""The canonical names of what an event's detail can say: one name a meaning.

A sensor's reader turns the vendor's keys and phrases into these names; everything
behind the reader knows only these. A name ends in its unit: ``_bytes``,
``_seconds``, ``_count``, or ``_ratio`` (a plain number: 1.5 is 150 %). Names without
a unit are texts or flags. A reader keeps what it doesn't know under the key that it
came with, so nothing is lost, and nothing unknown is taken for something known.

What an event has a field of its own for is no characteristic: targets and their
number, ports, protocols, direction, success.
"""

from __future__ import annotations

CHARACTERISTICS: dict[str, str] = {
    # Attempts, flows, messages
    "flows_count": "flows, attempts or requests that the event counts",
    "responses_count": "requests that were answered",
    "attempts_current_count": "attempts in the latest window of an attack that goes on",
    "attempts_total_count": "attempts since the attack began",
    "successful_count": "attempts that got an answer",
    "unsuccessful_count": "attempts that got none",
    "queries_count": "DNS queries",
    "emails_count": "e-mails",
    "repetitions_count": "times that the same reply was sent",
    "targets_current_count": "targets in the latest window of an attack that goes on",
    "ports_count": "distinct destination ports, when more than are listed",
    "identifiers_count": "distinct SIP identifiers",
    # Volumes
    "uploaded_bytes": "bytes that the source sent",
    "downloaded_bytes": "bytes that the source received",
    "transferred_bytes": "bytes in both directions",
    "top_peer_bytes": "bytes exchanged with the busiest peer",
    "uploaded_max_bytes": "most bytes sent in one connection",
    "downloaded_max_bytes": "most bytes received in one connection",
    "uploaded_current_bytes": "bytes sent in the latest window of an attack that goes on",
    "uploaded_max_current_bytes": "most bytes sent in one connection of the latest window",
    "uploaded_average_bytes": "bytes that a device of the network usually sends in this way",
    "downloaded_average_bytes": "bytes that a device of the network usually receives in this way",
    "reply_bytes": "size of the reply that was repeated",
    "packets_count": "packets",
    "sent_packets_count": "packets that the source sent",
    "received_packets_count": "packets that the source received",
    # A value against what is usual
    "current_count": "the number now",
    "compared_count": "the number that is usual or was predicted",
    "device_count": "the part of the number that the named device has",
    "current_bytes": "the amount now",
    "compared_bytes": "the amount that is usual or was predicted",
    "device_bytes": "the part of the amount that the named device has",
    "current_seconds": "the time now",
    "compared_seconds": "the time that is usual",
    "current_ratio": "the ratio, share or entropy now",
    "compared_ratio": "the ratio, share or entropy that is usual, predicted or allowed",
    "device_ratio": "the ratio or share of the named device",
    "peak_count": "the highest number in five minutes",
    "difference_ratio": "relative difference to what is usual; negative below it",
    "increase_ratio": "relative growth of the number of partners",
    "request_response_ratio": "requests for each response",
    "actual_value": "the value that left its learned range",
    "expected_min_value": "lower end of the learned range",
    "expected_max_value": "upper end of the learned range",
    "probability_ratio": "how sure the detector is of its finding",
    # Times
    "duration_seconds": "how long it went on, or the window that was counted",
    "average_interval_seconds": "mean time between attempts",
    "latency_seconds": "longest delay",
    # Clients and connections of a service
    "clients_successful_count": "clients that were served",
    "clients_unsuccessful_count": "clients that were not",
    "connections_successful_count": "connections that were served",
    "connections_rejected_count": "connections that were refused",
    "connections_unanswered_count": "connections that got no answer",
    # Devices behind an address
    "hidden_devices_count": "least number of devices behind one address",
    "syn_sizes_count": "distinct sizes of SYN packets",
    "ttl_values_count": "distinct TCP TTL values",
    "window_sizes_count": "distinct TCP window sizes",
    "operating_systems_count": "distinct operating systems",
    # Counters of OT protocols
    "request_packets_count": "request packets",
    "response_packets_count": "response packets",
    "request_duration_seconds": "time spent in requests",
    "response_duration_seconds": "time spent in responses",
    "request_bytes": "bytes of requests",
    "response_bytes": "bytes of responses",
    "read_requests_count": "requests that read values",
    "write_requests_count": "requests that write values",
    "diagnostic_requests_count": "requests of diagnostic functions",
    "control_requests_count": "requests that operate the process",
    "freeze_requests_count": "requests that freeze counters",
    "app_control_requests_count": "requests that restart or reset the device",
    "configuration_requests_count": "requests that change the configuration",
    "time_sync_requests_count": "requests that set the clock",
    "file_requests_count": "requests that transfer files",
    "confirmation_requests_count": "confirmations of the master",
    "reserved_requests_count": "requests with reserved functions",
    "malformed_requests_count": "requests that break the protocol",
    "undefined_requests_count": "requests with undefined functions",
    "other_requests_count": "requests with other functions",
    "success_requests_count": "requests that were carried out",
    "error_requests_count": "requests that were answered by an error",
    "confirmation_responses_count": "confirmations of the device",
    "solicited_responses_count": "responses to requests",
    "unsolicited_responses_count": "responses that nobody requested",
    "malformed_responses_count": "responses that break the protocol",
    "internal_indications_count": "internal indications of the device",
    "packet_length_bytes": "length of IEC 104 packets",
    "asdu_objects_count": "objects in IEC 104 ASDUs",
    "asdu_causes_count": "IEC 104 causes of transmission that differ",
    "asdu_types_count": "IEC 104 ASDU types that differ",
    "frame_formats_count": "IEC 104 frame formats that differ",
    "min_bytes": "smallest number of bytes in an interval",
    "max_bytes": "largest number of bytes in an interval",
    "mean_bytes": "mean number of bytes in an interval",
    "min_packets_count": "smallest number of packets in an interval",
    "max_packets_count": "largest number of packets in an interval",
    "mean_packets_count": "mean number of packets in an interval",
    "differing_metrics": "the counters that differ from the learned group, in the sensor's words",
    # Flags
    "distributed": "whether several sources share the attack",
    # Texts
    "scan_shape": "horizontal, vertical or chaotic",
    "attack_phase": "start, continuation or end of an attack (versions before 11.0)",
    "blacklist_names": "names of the lists that matched",
    "list_description": "description of the list that matched",
    "communication": "direct or dns: how the listed peer was contacted",
    "service": "name of the service",
    "application": "application or tunnel, in the sensor's words",
    "site": "file-sharing site",
    "tunnel_server": "server of the tunnel",
    "multicast_groups": "kinds of group addresses",
    "suspicion": "the sensor's remark on what it may be",
    "country": "country of the peers",
    "activity": "what the remote-access tool was doing",
    "domains": "domain names, comma separated",
    "identifiers": "SIP identifiers, comma separated",
    "usual_servers": "DNS servers in common use, comma separated",
    "icmp_type": "ICMP type",
    "device_mac": "MAC address of the device",
    "current_mac": "MAC address now",
    "former_mac": "MAC address before",
    "measure": "what was measured (versions before 11.0)",
    "threat": "name of the threat, in the sensor's words",
}
"""Canonical name to meaning."""

UNITS: dict[str, str] = {
    "_bytes": "bytes",
    "_seconds": "seconds",
    "_count": "number",
    "_ratio": "ratio",
    "_value": "value of the sensor's own unit",
}
"""Ending of a name to its unit."""


def unit(name: str) -> str:
    """Return the unit of a characteristic, ``"text"`` where its name carries none.

    Examples
    --------
    >>> unit("uploaded_bytes"), unit("domains")
    ('bytes', 'text')
    """
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "text")
