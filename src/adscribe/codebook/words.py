"""A row in an analyst's words: its conditions, its answer, how far analysts agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adscribe.attack import Matrix
from adscribe.codebook.rows import Condition, Labels, Row
from adscribe.context.vocabulary import Key, Vocabulary
from adscribe.context.words import duration, size


def condition_in_words(condition: Condition, vocabulary: Vocabulary) -> str:
    """Return what a condition asks for.

    Examples
    --------
    >>> from adscribe.context.vocabulary import load_vocabulary
    >>> many = Condition("target_scale", ("many", "massive"), frozenset(("many", "massive")))
    >>> condition_in_words(many, load_vocabulary())
    '10 or more targets'
    """
    return _said(condition.words, condition.values, vocabulary.keys[condition.key])


def value_in_words(value: str, key: Key) -> str:
    """Return what one value or group of a key says."""
    return _said((value,), frozenset((value,)), key) if key.steps else key.word(value)


def _said(words: tuple[str, ...], values: frozenset[str], key: Key) -> str:
    if len(words) == 1 and words[0] in key.words:
        said = key.words[words[0]]
        # A counted value has its unit with it: "one target", "nothing sent".
        return said if key.steps else key.phrase.format(said)
    if key.steps and (span := _span(key, values)) is not None:
        return key.phrase.format(span)
    return key.phrase.format(_either(key.word(word) for word in words))


def conditions_in_words(row: Row, vocabulary: Vocabulary) -> str:
    """Return when a row answers, as one clause."""
    return "; ".join(condition_in_words(condition, vocabulary) for condition in row.when) or "otherwise"


def labels_in_words(labels: Labels, matrix: Matrix) -> list[str]:
    """Return each technique with its name and the names of its tactics."""
    return [
        f"{one} {matrix.technique(one).display} ({', '.join(matrix.tactic(name).name for name in tactics)})"
        for one, tactics in labels.techniques.items()
    ]


def answer_in_words(row: Row, matrices: Mapping[str, Matrix]) -> list[str]:
    """Return what a row says, a line a technique; the reason where it has none, then the ICS label."""
    said = labels_in_words(row.enterprise, matrices["enterprise"]) if row.enterprise else [f"{row.reason}"]
    return said + (ics_in_words(row.ics, matrices["ics"]) if row.ics else [])


def ics_in_words(labels: Labels, matrix: Matrix) -> list[str]:
    """Return the techniques of an ICS label, each marked as such."""
    return [f"ICS: {said}" for said in labels_in_words(labels, matrix)]


def _either(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def _span(key: Key, values: frozenset[str]) -> str | None:
    """Return the numbers that neighbouring steps cover; ``None`` when they aren't neighbours."""
    places = [place for place, step in enumerate(key.steps) if step.value in values]
    if places != list(range(places[0], places[-1] + 1)):
        return None
    first, last = key.steps[places[0]], key.steps[places[-1]]
    following = key.steps[places[-1] + 1] if places[-1] + 1 < len(key.steps) else None
    upper = following.lower if last.below is None and following else last.below
    if upper is None:
        return f"{_amount(first.lower, key)} or more" if first.inclusive else f"more than {first.lower:g}"
    if following and not following.inclusive:
        return f"up to {_amount(upper, key)}"
    if places[0] == 0:
        return f"{'less' if _is_measured(key) else 'fewer'} than {_amount(upper, key)}"
    return f"{_amount(first.lower, key)} to {_amount(upper if _is_measured(key) else upper - 1, key)}"


def _is_measured(key: Key) -> bool:
    return key.unit in ("bytes", "seconds", "ratio", "times")


def _amount(number: float, key: Key) -> str:
    if key.unit == "bytes":
        return size(number)
    if key.unit == "seconds":
        return duration(number)
    if key.unit == "ratio":
        return f"{number:.0%}".replace("%", " %")
    return f"{number:,.0f}"
