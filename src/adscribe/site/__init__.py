"""The monitored network: filters, roles, assigned filters, decisions."""

from adscribe.site.addresses import AddressSet
from adscribe.site.content import DataFeed
from adscribe.site.decisions import Decision
from adscribe.site.site import Site

__all__ = ["AddressSet", "DataFeed", "Decision", "Site"]
