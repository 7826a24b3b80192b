"""What the same hosts did before."""

from adscribe.history.memory import MemoryHistory
from adscribe.history.records import MAX_RECORDS, WINDOW, History, Record, age

__all__ = ["MAX_RECORDS", "WINDOW", "History", "MemoryHistory", "Record", "age"]
