"""A queue that is bounded by the memory that it holds, and never makes the one who adds to it wait."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Waiting(Generic[_T]):
    """What waits to be taken by one thread.

    Parameters
    ----------
    most : int
        Bytes that all of it may take, by the estimates of those who add to it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: deque[tuple[_T, int]] = deque()
        self._size = 0
        self._changed = threading.Condition()

    def offer(self, item: _T, size: int) -> bool:
        """Add something if there is room; return whether there was."""
        with self._changed:
            if self._size + size > self._most:
                return False
            self._items.append((item, size))
            self._size += size
            self._changed.notify()
        return True

    def take(self, seconds: float) -> _T | None:
        """Return what was added first, after waiting for it at most so long; ``None``: there was nothing."""
        with self._changed:
            if not self._items and not self._changed.wait_for(lambda: bool(self._items), seconds):
                return None
            item, size = self._items.popleft()
            self._size -= size
            return item
