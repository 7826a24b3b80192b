"""A bound on what is in work at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adscribe.service.problems import Problem


class Slots:
    """Places for requests; all are used in one event loop.

    Parameters
    ----------
    most : int
        How many there are.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold one of the places.

        Raises
        ------
        Problem
            ``busy``: all are taken.
        """
        if self._taken >= self._most:
            raise Problem("busy", "Too many requests at a time; try again.", headers={"Retry-After": "1"})
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
