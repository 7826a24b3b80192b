"""What goes wrong leaves no half of anything, and is told without what was reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from adscribe import Assignment, Classifier
from adscribe.answer.assignment import ModelReference
from adscribe.answer.verdict import Model, Verdict
from adscribe.assign import Answer
from adscribe.context import Context
from adscribe.errors import CatalogueError
from adscribe.sensors import read
from adscribe.store import Store, StoreBusyError, StoreUnreachableError
from adscribe.store import connection as connecting
from adscribe.store.connection import writing
from adscribe.store.keeping import CHUNK
from tests.store.asking import RULES, SITE, keep, report, rows


class Failing:
    """Answers as the rules do, until it has answered so often."""

    def __init__(self, after: int) -> None:
        self._model: Model = RULES.model
        self._left = after

    @property
    def reference(self) -> ModelReference:
        return self._model.reference

    def assess(self, context: Context, *, explain: bool, candidates: int) -> Verdict:
        self._left -= 1
        if self._left < 0:
            raise ArithmeticError
        return self._model.assess(context, explain=explain, candidates=candidates)


def failing(after: int) -> Classifier:
    return Classifier(Failing(after), RULES.catalogue)


def test_a_body_that_fails_in_the_middle_leaves_nothing_of_it(store: Store) -> None:
    keep(store, report())
    before = rows(store)
    with pytest.raises(ArithmeticError):
        keep(store, report(5), report(10, method="SCANS"), report(15), classifier=failing(2))
    assert rows(store) == before
    # The event goes on from where it was.
    assert keep(store, report(5))[0].event.revision == 2


def test_a_large_body_is_kept_in_pieces_each_whole(store: Store) -> None:
    reports = [report(number / 10) for number in range(CHUNK + 20)]
    answers = store.answers(failing(CHUNK + 10), read(reports), site=SITE)
    done: list[Answer] = []
    with pytest.raises(ArithmeticError):
        done.extend(answers)
    assert len(done) == rows(store)["revision"] == CHUNK
    # The same body again: what was kept is known.
    again = keep(store, *reports)
    assert again[:CHUNK] == done
    assert rows(store)["revision"] == len(reports)


def test_options_that_can_not_be_are_refused_before_anything_is_kept(store: Store) -> None:
    with pytest.raises(CatalogueError):
        store.answers(RULES, read([report()]), site=SITE, attack_version="1")
    assert rows(store)["revision"] == 0


def test_what_can_not_be_read_has_its_place_and_is_not_kept(store: Store) -> None:
    answers = list(store.answers(RULES, read([report(), {"method": "SCANS"}, report(5)]), site=SITE))
    assert [isinstance(one, Assignment) for one in answers] == [True, False, True]
    assert rows(store)["revision"] == 2


def test_a_store_whose_tables_are_gone_can_not_be_used(store: Store) -> None:
    with writing(store.engine) as connection:
        connection.execute(text("DROP TABLE record"))
    with pytest.raises(StoreUnreachableError) as told:
        keep(store, report(source={"ip": "10.9.8.7"}))
    assert "10.9.8.7" not in str(told.value)
    assert "SELECT" not in str(told.value)


def test_who_writes_for_too_long_is_not_waited_for_for_ever(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "WAIT_SECONDS", 1)
    with Store(url) as store, Store(url) as other:
        store.upgrade()
        keep(store, report())
        with writing(other.engine) as connection:
            connection.execute(text("UPDATE event SET revision = 7"))
            if store.kind == "postgresql":
                connection.execute(text("LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(StoreBusyError):
                keep(store, report(5))
        assert keep(store, report(5))[0].event.revision == 8


def test_a_store_that_comes_back_is_used_again(store: Store) -> None:
    if store.kind == "sqlite":
        pytest.skip("a file has no server that could end its connections")
    keep(store, report())
    with store.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'adscribe' AND pid <> pg_backend_pid()"
                " AND query NOT LIKE '%advisory%' AND state = 'idle'"
            )
        )
    assert keep(store, report(5))[0].event.revision == 2


def test_a_file_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    with (
        Store(tmp_path / "absent" / "store.db") as store,
        pytest.raises(StoreUnreachableError, match="SQLITE_CANTOPEN"),
    ):
        store.upgrade()
