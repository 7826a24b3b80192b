"""Flows: records of conversations between two hosts, their readers, and what they add to events."""

from adscribe.flows.flow import Flow, FlowError, PeerName
from adscribe.flows.index import FlowIndex
from adscribe.flows.join import completed
from adscribe.flows.reading import FLOW_FORMATS, read_flows

__all__ = ["FLOW_FORMATS", "Flow", "FlowError", "FlowIndex", "PeerName", "completed", "read_flows"]
