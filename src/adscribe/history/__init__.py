"""What the same hosts did before."""

from adscribe.history.memory import MemoryHistory
from adscribe.history.records import WINDOW, History, Record

__all__ = ["WINDOW", "History", "MemoryHistory", "Record"]
