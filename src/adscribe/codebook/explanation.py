"""How an answer was found, for an analyst to read and for a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adscribe.codebook.book import Codebook
from adscribe.codebook.rows import Condition, Labels, Match, Row, Trace
from adscribe.codebook.words import answer_in_words, condition_in_words, conditions_in_words, ics_in_words
from adscribe.context.facts import Context


def row_in_words(row: Row, codebook: Codebook) -> list[str]:
    """Return a row as lines of text: what it is for, when it answers, what it says and why."""
    submethods = "all submethods" if row.submethods == ("*",) else ", ".join(row.submethods)
    subject = "every method" if row.method == "*" else f"{row.method}, {submethods}"
    lines = [f"{row.id} ({subject})", f"  when  {conditions_in_words(row, codebook.vocabulary)}"]
    lines += [f"  then  {said}" for said in answer_in_words(row, codebook.matrices)]
    meaning = codebook.head.ambiguity[row.ambiguity].meaning
    lines += [f"  why   {row.why}", f"  ambiguity {row.ambiguity}: {meaning}"]
    return lines


def trace_in_words(trace: Trace, codebook: Codebook) -> list[str]:
    """Return as lines of text which row answered, what met it, and why those before it didn't answer."""
    lines = list(_match_in_words(trace.match, codebook)) if trace.match else ["no row answers"]
    if trace.tried:
        lines.append("  rows before it that don't hold:")
    for tried in trace.tried:
        asked = "; ".join(_unmet_in_words(condition, known, codebook) for condition, known in tried.unmet)
        lines.append(f"    {tried.row.id}  {asked}")
    return lines


def trace_as_data(trace: Trace, context: Context, codebook: Codebook) -> dict[str, Any]:
    """Return the same as plain values, with every fact of the context."""
    return {
        "method": context.event.method,
        "submethod": context.event.submethod,
        "facts": {
            key: {"values": list(fact.values), "basis": fact.basis, "text": fact.text}
            for key, fact in context.facts.items()
        },
        "answer": _match_as_data(trace.match, codebook) if trace.match else None,
        "tried": [
            {
                "row": tried.row.id,
                "unmet": [
                    {"key": condition.key, "asks": list(condition.words), "known": list(known)}
                    for condition, known in tried.unmet
                ],
            }
            for tried in trace.tried
        ],
    }


def row_as_data(row: Row) -> dict[str, Any]:
    """Return a row as plain values."""
    return {
        "row": row.id,
        "method": row.method,
        "submethods": list(row.submethods),
        "when": {condition.key: list(condition.words) for condition in row.when},
        "techniques": _labels_as_data(row.enterprise),
        "no_category": row.reason,
        "ics": _labels_as_data(row.ics),
        "ambiguity": row.ambiguity,
        "probability": row.probability,
        "why": row.why,
        "place": {"file": row.place.file, "line": row.place.line},
    }


def _match_in_words(match: Match, codebook: Codebook) -> Iterator[str]:
    said = answer_in_words(match.row, codebook.matrices)
    if match.ics is not None and match.row.ics is None:
        said += ics_in_words(match.ics, codebook.matrices["ics"])
    yield f"{match.row.id} answers: {'; '.join(said)}"
    yield f"  {match.row.why}"
    yield f"  ambiguity {match.row.ambiguity}: {codebook.head.ambiguity[match.row.ambiguity].meaning}"
    for condition, fact in match.met:
        asked = condition_in_words(condition, codebook.vocabulary)
        yield f"  {asked}: {fact.text} [{fact.basis}]"
    if not match.met:
        yield "  it asks for nothing: what remains when no row before it holds"


def _match_as_data(match: Match, codebook: Codebook) -> dict[str, Any]:
    return row_as_data(match.row) | {
        "ics": _labels_as_data(match.ics),
        "met": [
            {"key": condition.key, "asks": list(condition.words), "text": fact.text, "basis": fact.basis}
            for condition, fact in match.met
        ],
    }


def _unmet_in_words(condition: Condition, known: tuple[str, ...], codebook: Codebook) -> str:
    asked = condition_in_words(condition, codebook.vocabulary)
    if not known:
        return f'needs "{asked}", which isn\'t known'
    is_so = Condition(condition.key, known, frozenset(known))
    return f'needs "{asked}", but {condition_in_words(is_so, codebook.vocabulary)}'


def _labels_as_data(labels: Labels | None) -> dict[str, list[str]] | None:
    return {one: list(tactics) for one, tactics in labels.techniques.items()} if labels else None
