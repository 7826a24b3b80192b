"""A site file from what others know of the network: the sensor's settings, a list of assets."""

from adscribe.site.importing.findings import (
    Allowed,
    Assigned,
    Findings,
    LeftOut,
    NamedFilter,
    Pattern,
    printable,
)
from adscribe.site.importing.merging import Change, merge

__all__ = [
    "Allowed",
    "Assigned",
    "Change",
    "Findings",
    "LeftOut",
    "NamedFilter",
    "Pattern",
    "merge",
    "printable",
]
