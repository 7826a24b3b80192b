"""Recorded traffic whose truth is known: what model, codebook and static table say of its events.

A test without a pass mark: captures are few, and behind all events of one may be a single host.
"""

from adscribe.training.traffic.captures import Capture, load_captures
from adscribe.training.traffic.results import Traffic
from adscribe.training.traffic.scoring import score

__all__ = ["Capture", "Traffic", "load_captures", "score"]
