"""The codebook that ships: it holds together, and every row of it can answer."""

from __future__ import annotations

from itertools import product

import pytest

from adscribe.codebook import Codebook, Row
from adscribe.sensors.flowmon.names import METHODS
from tests.codebook.contexts import make_context


def _submethods(row: Row) -> list[str]:
    """Submethods to try a row with: its own, else those of its method and one that nobody knows."""
    if row.submethods != ("*",):
        return [name.replace("*", "Ours") for name in row.submethods]
    return [*METHODS[row.method].submethods, "NeverSeenBefore"]


def _answers(codebook: Codebook, row: Row) -> bool:
    keys = [condition.key for condition in row.when]
    for values in product(*(sorted(condition.values) for condition in row.when)):
        for submethod in _submethods(row):
            context = make_context(row.method, submethod, **dict(zip(keys, values, strict=True)))
            match = codebook.match(context)
            if match is not None and match.row is row:
                return True
    return False


def test_it_has_no_problems() -> None:
    _, problems = Codebook.read()
    assert problems == []


def test_every_row_answers_in_some_context(codebook: Codebook) -> None:
    dead = [
        f"{method}: {row.id}"
        for method, rows in codebook.rules.items()
        for row in rows
        if not _answers(codebook, row)
    ]
    assert dead == []


@pytest.mark.parametrize("code", [code for code, method in METHODS.items() if not method.retired])
def test_every_submethod_has_an_answer_when_nothing_is_known(codebook: Codebook, code: str) -> None:
    for submethod in METHODS[code].submethods:
        match = codebook.match(make_context(code, submethod))
        assert match is not None, submethod
        assert not match.met


def test_every_technique_comes_with_its_own_tactics(codebook: Codebook) -> None:
    for row in codebook.rows():
        for labels, matrix in (
            (row.enterprise, codebook.matrices["enterprise"]),
            (row.ics, codebook.matrices["ics"]),
        ):
            for technique, tactics in labels.techniques.items() if labels else ():
                assert tactics, row.id
                assert set(tactics) <= set(matrix.technique(technique).tactics), row.id


def test_what_both_open_methods_share_stands_once(codebook: Codebook) -> None:
    shared = {
        method: [row for row in codebook.rules[method] if row.id.startswith("FAMILY-")]
        for method in ("THREATS", "BPATTERNS")
    }
    assert [row.id for row in shared["THREATS"]] == [row.id for row in shared["BPATTERNS"]]
    assert [row.place for row in shared["THREATS"]] == [row.place for row in shared["BPATTERNS"]]
    assert len(shared["THREATS"]) > 20


def test_doubt_rises_with_ambiguity(codebook: Codebook) -> None:
    levels = codebook.head.ambiguity
    assert levels["low"].probability > levels["medium"].probability > levels["high"].probability
