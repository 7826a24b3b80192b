"""Queries of a list as links: with a filter more, with one less, in another order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from adscribe.service.query import PLACES

Pairs = Sequence[tuple[str, str]]


class Links:
    """Makes links to a page from the query that it has.

    Parameters
    ----------
    path : str
        Of the page.
    pairs : sequence of pairs of str
        Its query. What chooses a page of the list is left out: another list begins at its beginning.
    """

    def __init__(self, path: str, pairs: Pairs) -> None:
        self._path = path
        self._pairs = [pair for pair in pairs if pair[0] not in PLACES]
        self._limit = [pair for pair in pairs if pair[0] == "limit"]

    @property
    def pairs(self) -> Pairs:
        """The query without the place in the list."""
        return [*self._pairs, *self._limit]

    def __contains__(self, pair: tuple[str, str]) -> bool:
        """Whether the query has a name with a value."""
        return pair in self._pairs

    def to(self, pairs: Iterable[tuple[str, str]], path: str | None = None) -> str:
        """Return a link with a query."""
        query = urlencode(list(pairs))
        return f"{path or self._path}?{query}" if query else path or self._path

    def here(self, path: str | None = None, **more: str) -> str:
        """Return a link with the same query and some of these."""
        return self.to([*self.pairs, *more.items()], path)

    def add(self, name: str, value: str) -> str:
        """Return a link to those of the events that have this as well."""
        return self.to([*self.pairs, (name, value)]) if (name, value) not in self else self.here()

    def drop(self, name: str, value: str | None = None) -> str:
        """Return a link without a name, or without one of its values."""
        return self.to(pair for pair in self.pairs if pair[0] != name or value not in (None, pair[1]))

    def put(self, **values: str) -> str:
        """Return a link in which these names have these values and no other."""
        return self.to([*(pair for pair in self.pairs if pair[0] not in values), *values.items()])

    def only(self, *names: str) -> Pairs:
        """Return what of the query has these names."""
        return [pair for pair in self._pairs if pair[0] in names]

    def without(self, *names: str) -> Pairs:
        """Return what of the query has other names."""
        return [pair for pair in self.pairs if pair[0] not in names]
