"""The words that a site file may use: roles, service kinds, causes, positions, days.

They are those of the labelling guide (its `roles`, and the values of its context keys
`peer_kind` and `known_cause`), so that what a site says can meet the codebook's conditions.
"""

from __future__ import annotations

CORE_ROLES = frozenset(
    {
        "dns_server",
        "dhcp_server",
        "mail_server",
        "web_server",
        "domain_controller",
        "file_server",
        "backup_server",
        "database_server",
        "proxy",
        "vpn_gateway",
        "nat_gateway",
        "vulnerability_scanner",
        "monitoring_station",
        "honeypot",
        "admin_workstation",
        "jump_host",
        "workstation",
        "guest",
        "iot_device",
        "printer",
        "voip_device",
        "ot_master",
        "ot_device",
        "decommissioned",
    }
)
"""What a monitored host can be."""

EXTENDED_ROLES = frozenset(
    {
        "app_server",
        "byod",
        "camera",
        "ci_server",
        "code_repository",
        "config_mgmt",
        "developer_host",
        "document_store",
        "engineering_workstation",
        "firewall",
        "hypervisor",
        "l3_switch",
        "load_balancer",
        "log_collector",
        "media_server",
        "mobile",
        "print_server",
        "rdp_broker",
        "router",
        "sandbox",
        "security_sensor",
        "session_border_controller",
        "sip_server",
        "threat_intel",
        "update_server",
        "wifi_controller",
    }
)
"""Finer roles of monitored hosts."""

OUTSIDE_ROLES = frozenset({"approved_cloud", "partner", "sinkhole"})
"""What an address outside can be. They are kinds of peers as well."""

ROLES = CORE_ROLES | EXTENDED_ROLES | OUTSIDE_ROLES

SERVICE_KINDS = OUTSIDE_ROLES | {
    "cdn_update",
    "cloud_storage",
    "code_repo",
    "conferencing",
    "known_bad",
    "public_resolver",
    "social",
    "text_storage",
    "webhook",
    "webmail",
}
"""What an outside name or address can be: the values of the context key ``peer_kind``."""

CAUSES = frozenset(
    {
        "failover",
        "fault",
        "learning",
        "load_test",
        "maintenance",
        "routing",
        "sampling",
        "stale_config",
        "stale_credentials",
    }
)
"""Confirmed explanations: the values of the context key ``known_cause``."""

POSITIONS = frozenset({"perimeter", "core", "ot"})
"""Where a data feed watches."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Days of the week, as `datetime.weekday` counts them."""
