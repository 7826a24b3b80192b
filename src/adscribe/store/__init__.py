"""Events over time: stored with every revision, updated, looked up, and deleted when their time has come.

`Store` is the way in; ``docs/store.md`` tells what is kept and how.
"""

from adscribe.store.connection import StoreBusyError, StoreError, StoreUnreachableError
from adscribe.store.detail import StoredEvent, StoredRevision
from adscribe.store.store import Store

__all__ = ["Store", "StoreBusyError", "StoreError", "StoreUnreachableError", "StoredEvent", "StoredRevision"]
