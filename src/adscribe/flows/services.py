"""Services that ask for a password, and the ports that they listen on."""

from __future__ import annotations

from collections.abc import Mapping

LOGIN_PORTS: Mapping[str, tuple[int, ...]] = {
    "SMTPProtocol": (25, 465, 587),
    "SambaProtocol": (139, 445),
    "VNCProtocol": tuple(range(5900, 5910)),
    "IMAPProtocol": (143, 993),
    "POP3Protocol": (110, 995),
    "FTPProtocol": (21,),
    "SSHProtocol": (22,),
    "TelnetProtocol": (23, 2323),
    "RDPProtocol": (3389,),
    "HTTPProtocol": (80, 443, 8000, 8080, 8443),
}
"""Ports by the submethods of DICTATTACK."""

LOGIN_SERVICES: Mapping[int, str] = {port: name for name, ports in LOGIN_PORTS.items() for port in ports}
"""The submethod of DICTATTACK that a port belongs to."""
