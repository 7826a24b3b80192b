"""Microsoft Sentinel's analytic rules, from the YAML files of Azure/Azure-Sentinel.

Upstream a rule is a YAML file with ``name``, ``description``, ``tactics``, ``relevantTechniques`` and a
``query`` in KQL. Rows with a JSON object a line have ``techniques`` instead and may name the ``tables``
that the query reads; else they are found in the query.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from adscribe.training.corpora.files import text_of, texts_of
from adscribe.training.corpora.gathering import Gathering

FORMS = ("*.jsonl", "*.jsonl.gz", "*.yaml", "*.yml")
LICENCE = "MIT"

_TABLES = (
    "ApacheHTTPServer AWSVPCFlow AzureNetworkAnalytics_CL Cisco_Umbrella CommonSecurityLog Corelight"
    " DeviceNetworkEvents DnsEvents GCPCloudDNS imDns ImpervaWAFCloud imNetworkSession imWebSession"
    " InfobloxCDC InfobloxNIOS NGINXHTTPServer OracleWebLogicServerEvent PaloAltoCDLEvent"
    " PaloAltoPrismaCloud TomcatEvent UbiquitiAuditEvent Vectra VMConnection W3CIISLog WireData Zscaler"
    " _Im_Dns _Im_NetworkSession _Im_WebSession"
)
TABLES = frozenset(_TABLES.split())
"""Tables and parsers of what firewalls, proxies, name servers, web servers and flow probes log."""

_FIREWALL = "AzureFirewall"
_WORD = re.compile(r"\w+")


def gather(path: Path, into: Gathering) -> None:
    """Read Sentinel's analytic rules."""
    for file in into.find(path, FORMS):
        if ".jsonl" in file.name:
            for line, row in into.json_lines(file):
                _add(into, row, "techniques", file.name, line)
            continue
        rule = into.yaml_document(file)
        if rule is None:
            continue
        if not text_of(rule, "query"):
            into.reject(file.name, None, "is no analytic rule: it has no query", id=text_of(rule, "id"))
            continue
        _add(into, rule, "relevantTechniques", file.name, None)


def tables(query: str) -> list[str]:
    """Return the network tables that a query names, in its order."""
    words = dict.fromkeys(_WORD.findall(query))
    return [word for word in words if word in TABLES or word.startswith(_FIREWALL)]


def _add(into: Gathering, rule: dict[str, Any], techniques: str, file: str, line: int | None) -> None:
    read = texts_of(rule, "tables") or tables(text_of(rule, "query"))
    into.add(
        source="sentinel",
        id=text_of(rule, "id"),
        name=text_of(rule, "name"),
        description=text_of(rule, "description").strip("'\"").strip(),
        kind=" ".join(read),
        network=bool(read),
        techniques=texts_of(rule, techniques),
        tactics=texts_of(rule, "tactics"),
        licence=LICENCE,
        file=file,
        line=line,
    )
