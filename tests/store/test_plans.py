"""What keeping and showing an event costs doesn't grow with the store: every statement goes by an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import event

from adscribe.store import Store
from adscribe.store.schema import metadata
from tests.store.asking import keep, report


def test_no_statement_reads_a_whole_table(tmp_path: Path) -> None:
    done: list[tuple[str, Any]] = []
    with Store(tmp_path / "store.db") as store:
        store.upgrade()
        event.listen(
            store.engine,
            "before_cursor_execute",
            lambda _c, _x, statement, values, _y, many: done.append(
                (statement, values[0] if many else values)
            ),
        )
        opened = keep(store, report(external_id="1", success=True), report(5, "10.3.0.8", external_id="1"))
        keep(store, report(10, "10.3.0.9"), report(-10, "10.3.0.9"))
        # The targets are the guessing side of this one: several hosts are looked up.
        keep(store, report(20, "10.1.0.5", "10.1.0.6", method="HTTPDICT"))
        store.event(opened[0].event.id)
        asked = {statement: values for statement, values in done if statement.startswith(READ_OR_CHANGE)}
        assert {word for word in READ_OR_CHANGE if any(one.startswith(word) for one in asked)} == set(
            READ_OR_CHANGE
        )
        with store.engine.connect() as connection:
            for statement, values in asked.items():
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
                read = [row.detail for row in plan if row.detail.startswith("SCAN ")]
                assert not {one.split()[1] for one in read} & set(metadata.tables), (statement, plan)


def test_reports_that_come_again_are_looked_up_together(store: Store) -> None:
    body = [report(minutes, external_id=str(minutes)) for minutes in range(0, 6000, 100)]
    first = keep(store, *body)
    done: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: done.append(args[2]))
    assert keep(store, *body[:2]) == first[:2]
    few = len(done)
    done.clear()
    assert keep(store, *body) == first
    assert len(done) == few


READ_OR_CHANGE = ("SELECT", "UPDATE", "DELETE", "INSERT")
