"""What a sensor reported: events, their identity, their updates."""

from adscribe.event.model import Direction, Event, Severity, Source, Target, Value

__all__ = ["Direction", "Event", "Severity", "Source", "Target", "Value"]
