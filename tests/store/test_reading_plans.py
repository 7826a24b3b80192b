"""What reading costs doesn't grow with the store: every statement goes by an index, a bounded way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from adscribe.store import Store, listing, selection
from adscribe.store import counts as counting
from adscribe.store.connection import browsing
from adscribe.store.filters import Filter, read_filter
from adscribe.store.listing import ORDERS, Order
from adscribe.store.schema import metadata
from tests.store.test_counts import Newer, Same
from tests.store.test_listing import FILTERS, asked

Read = Callable[[Store, Filter], Any]


def _listed(store: Store, wanted: Filter) -> None:
    for by in ORDERS:
        for order in (Order(by), Order(by, False)):
            first = store.page(wanted, order, limit=2)
            if first.next:
                store.page(wanted, order, after=first.next, limit=2)


READ: dict[str, Read] = {
    "lists": _listed,
    "facets": lambda store, wanted: store.facets(wanted),
    "matrix": lambda store, wanted: store.counts(wanted),
    "matrix of a version": lambda store, wanted: store.counts(wanted, Same()),
    "matrix of another version": lambda store, wanted: store.counts(wanted, Newer()),
    "hosts": lambda store, wanted: store.hosts(wanted),
    "a host": lambda store, wanted: store.host("10.40.20.44", wanted),
}


@pytest.mark.parametrize("few", [True, False], ids=["few events", "many events"])
@pytest.mark.parametrize("read", READ.values(), ids=READ)
def test_no_statement_reads_a_whole_table(
    sampled: Store, read: Read, few: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not few:
        for module in (selection, listing, counting):
            monkeypatch.setattr(module, "FEW", 1)
        monkeypatch.setattr(listing, "LOOKED_AT", 1)
        monkeypatch.setattr(listing, "EAGER", 1)
    done: dict[str, Any] = {}

    def note(_c: Any, _x: Any, statement: str, values: Any, _y: Any, _many: bool) -> None:
        if statement.startswith(("SELECT", "WITH")) and "set_config" not in statement:
            done[statement] = values

    event.listen(sampled.engine, "before_cursor_execute", note)
    try:
        for query in FILTERS.values():
            read(sampled, asked(query))
        read(sampled, read_filter([("since", "2026-11-01"), ("until", "2026-12-01")]))
    finally:
        event.remove(sampled.engine, "before_cursor_execute", note)
    assert done
    for statement, values in done.items():
        assert "LIMIT" in statement
        plan = _plan(sampled, statement, values)
        assert not [step for step in plan if _reads_all(step)], (statement, plan)


def _plan(store: Store, statement: str, values: Any) -> list[str]:
    explain = "EXPLAIN QUERY PLAN" if store.kind == "sqlite" else "EXPLAIN"
    with browsing(store.engine) as connection:
        return [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", values)]


def _reads_all(step: str) -> bool:
    """Say whether a step reads a table; along an index that has all that is asked for it ends with LIMIT."""
    if step.startswith("SCAN "):
        table, *how = step.split()[1:]
        return table in metadata.tables and how[:3] != ["USING", "COVERING", "INDEX"]
    return "Seq Scan" in step
