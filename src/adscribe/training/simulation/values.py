"""The language of the definitions: numbers, their spread, and what follows from others.

A value is one of

- a number, or a text with a unit: ``5 GiB``, ``30 min``, ``80%``;
- a distribution: ``{around: [20 GiB, 3]}`` (log-normal: median and the factor of one sigma),
  ``{between: [10, 5000]}`` (log-uniform), ``{even: [0.1, 0.9]}``, ``{pick: [2, 3, 5]}``,
  ``{pick: {TCPSYN: 8, UDP: 1}}`` (with weights), ``{chance: 0.3}``;
- a made text: ``{make: generated, count: 3}``;
- an expression of what is known already: ``volume * back + 1500``;
- for names without a unit, a text.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from adscribe.errors import AdscribeError
from adscribe.event import Value
from adscribe.training.simulation import texts
from adscribe.training.simulation.draw import Draw, Weighted

Scope = Mapping[str, Any]
Drawn = Callable[[Draw, Scope], Any]


class DefinitionError(AdscribeError):
    """A definition of the simulator that can't be read or can't hold."""


_AMOUNT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ?(B|KiB|MiB|GiB|TiB|s|min|h|d|%)")
_UNITS = {"B": 1.0, "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30, "TiB": 2.0**40}
_UNITS |= {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "%": 0.01}
_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda first, second: first / second if second else 0.0,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max, "round": round}


def amount(raw: Any) -> float:
    """Return a number that may be written with a unit.

    Examples
    --------
    >>> amount("2 KiB"), amount("1.5 min"), amount(7)
    (2048.0, 90.0, 7.0)
    """
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    found = _AMOUNT.fullmatch(raw) if isinstance(raw, str) else None
    if found is None:
        raise DefinitionError(
            f"{raw!r} is no amount", hint="write a number, or one with a unit: 5 GiB, 30 min"
        )
    return float(found[1]) * _UNITS[found[2]]


def parse(raw: Any, *, text: bool = False) -> Drawn:
    """Return what draws a value.

    Parameters
    ----------
    raw : number, str, bool or mapping
        As a definition has it.
    text : bool
        Whether a bare text is the value itself rather than an expression.

    Raises
    ------
    DefinitionError
        It is none of the forms.
    """
    match raw:
        case bool():
            return lambda draw, scope: raw
        case int() | float():
            return lambda draw, scope: raw
        case str() if text:
            return lambda draw, scope: raw
        case str() if _AMOUNT.fullmatch(raw):
            number = amount(raw)
            return lambda draw, scope: number
        case str():
            return _expression(raw)
        case {"around": [median, factor], **rest} if not rest:
            middle, spread = amount(median), amount(factor)
            return lambda draw, scope: draw.around(middle, spread)
        case {"between": [low, high], **rest} if not rest and 0 < amount(low) <= amount(high):
            first, last = amount(low), amount(high)
            return lambda draw, scope: draw.between(first, last)
        case {"even": [low, high], **rest} if not rest:
            first, last = amount(low), amount(high)
            return lambda draw, scope: draw.even(first, last)
        case {"chance": share, **rest} if not rest:
            probability = amount(share)
            return lambda draw, scope: draw.chance(probability)
        case {"make": str() as kind, **rest} if kind in texts.KINDS and rest.keys() <= {"count"}:
            many = parse(rest.get("count", 1))
            return lambda draw, scope: texts.made(kind, round(many(draw, scope)), draw)
        case {"pick": list() as items, **rest} if items and not rest:
            choices = [parse(item, text=text) for item in items]
            return lambda draw, scope: draw.pick(choices)(draw, scope)
        case {"pick": dict() as items, **rest} if items and not rest:
            weighted = Weighted((parse(item, text=text), amount(weight)) for item, weight in items.items())
            return lambda draw, scope: weighted.draw(draw)(draw, scope)
    raise DefinitionError(
        f"{raw!r} is no value",
        hint="a number, an expression, or one of around, between, even, pick, chance, make",
    )


def _expression(raw: str) -> Drawn:
    try:
        tree = ast.parse(raw, mode="eval")
    except SyntaxError:
        raise DefinitionError(
            f"{raw!r} is no expression", hint="a text goes with a name without a unit"
        ) from None
    evaluate = _compiled(tree.body, raw)
    return lambda draw, scope: evaluate(scope)


def _compiled(node: ast.expr, raw: str) -> Callable[[Scope], float]:
    match node:
        case ast.Constant(value=int() | float() as number):
            return lambda scope: number
        case ast.Name(id=name):
            return lambda scope: _looked_up(scope, name)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            act, first, second = _OPERATORS[type(op)], _compiled(left, raw), _compiled(right, raw)
            return lambda scope: act(first(scope), second(scope))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            function, parts = _FUNCTIONS[name], [_compiled(arg, raw) for arg in args]
            return lambda scope: function(*(part(scope) for part in parts))
    raise DefinitionError(
        f"{raw!r} is no expression that is understood here", hint="use + - * / min max round"
    )


def _looked_up(scope: Scope, name: str) -> float:
    try:
        value = scope[name]
    except KeyError:
        raise DefinitionError(f"{name} isn't known here", hint=f"known: {', '.join(scope)}") from None
    return float(value)


def rounded(name: str, value: Any) -> Value:
    """Return a value as a sensor reports it under a name: whole bytes and counts, three digits of the rest.

    Examples
    --------
    >>> rounded("flows_count", 12.7), rounded("current_ratio", 0.123456)
    (13, 0.123)
    """
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        # Not by way of a float, which can't hold a counter of 64 bits.
        return max(value, 0)
    if name.endswith(("_count", "_bytes")):
        return max(round(float(value)), 0)
    shown = round(float(value), 3)
    return int(shown) if shown.is_integer() and not name.endswith("_ratio") else shown
