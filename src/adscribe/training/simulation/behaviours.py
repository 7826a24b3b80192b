"""The behaviours, checked and ready to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from adscribe.errors import Place
from adscribe.event.characteristics import CHARACTERISTICS, unit
from adscribe.resources import shipped
from adscribe.sensors.flowmon.names import METHODS
from adscribe.training.simulation.definitions import (
    Campaign,
    Definition,
    Emit,
    Ends,
    Holdout,
    ParameterSet,
    Updates,
    read,
)
from adscribe.training.simulation.draw import Draw, Weighted
from adscribe.training.simulation.truth import Cases, expand
from adscribe.training.simulation.values import DefinitionError, Drawn, Scope, parse
from adscribe.training.simulation.world import World, load_world

PLAIN = "usual"
"""Name of the parameter set of a behaviour without its own."""

_BEYOND = frozenset(("login_form",))
"""What a context reads of an event although no sensor's own detail has it."""

Ports = Callable[[Draw, Scope], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Growth:
    """How an event goes on, see `definitions.Updates`."""

    count: Drawn
    every: Drawn
    grow: Drawn
    targets: Drawn
    success: float
    on_success: Mapping[str, Drawn]
    adds: Ends | None
    adds_count: Drawn | None


@dataclass(frozen=True, slots=True)
class Template:
    """An event of a behaviour, see `definitions.Emit`."""

    raw: Emit
    submethods: Weighted[str] | None
    values: Mapping[str, Drawn]
    ports: Ports | None
    after: Drawn
    count: Drawn | None
    growth: Growth | None
    cases: Cases | None


@dataclass(frozen=True, slots=True)
class Parameters:
    """A parameter set."""

    name: str
    weight: float
    holdout: Holdout
    values: Mapping[str, Drawn]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A behaviour, see `definitions.Definition`."""

    raw: Definition
    sets: tuple[Parameters, ...]
    templates: tuple[Template, ...]
    cases: Cases
    hosts: Drawn
    every: Drawn | None

    @property
    def id(self) -> str:
        """Its name in data and card."""
        return self.raw.id

    @property
    def has_category(self) -> bool:
        """Whether its events have a category in the main, by the truth that holds otherwise."""
        cases = self.templates[0].cases or self.cases
        return self.templates[0].raw.threat is not None or bool(cases.truths()[-1].techniques)


@dataclass(frozen=True, slots=True)
class Library:
    """All behaviours and campaigns, by id."""

    behaviours: Mapping[str, Behaviour]
    campaigns: Mapping[str, Campaign]

    @property
    def held_out(self) -> tuple[str, ...]:
        """Return what only the sites of the test see: behaviours, ``behaviour/set`` and campaigns."""
        found = [one.id for one in self.behaviours.values() if one.raw.holdout == "test_only"]
        found += [
            f"{one.id}/{parameters.name}"
            for one in self.behaviours.values()
            for parameters in one.sets
            if parameters.holdout == "test_only"
        ]
        found += [one.id for one in self.campaigns.values() if one.holdout == "test_only"]
        return tuple(found)


@lru_cache(maxsize=2)
def load_library(folder: Path | None = None) -> Library:
    """Load the behaviours and campaigns.

    Parameters
    ----------
    folder : Path, optional
        Holds ``*.yaml`` with behaviours and ``world/campaigns.yaml``; by default what ships.

    Raises
    ------
    DefinitionError
        With file and line of what is wrong.
    """
    folder = folder or shipped("datasets", "behaviours")
    world = load_world(folder / "world")
    library = Library({}, {})
    for path in sorted(folder.glob("*.yaml")):
        library = with_more(library, path, world)
    campaigns: dict[str, Campaign] = {}
    for campaign, place in read(folder / "world" / "campaigns.yaml", Campaign):
        with _at(place):
            _check_campaign(campaign, library.behaviours, world)
            campaigns[campaign.id] = campaign
    return Library(library.behaviours, campaigns)


def with_more(library: Library, path: Path, world: World) -> Library:
    """Return a library with the behaviours of one more file: those of a demonstration, which no corpus has.

    Raises
    ------
    DefinitionError
        With file and line of what is wrong.
    """
    behaviours = dict(library.behaviours)
    for definition, place in read(path, Definition):
        with _at(place):
            if definition.id in behaviours:
                raise DefinitionError(f"a second behaviour called {definition.id}")
            behaviours[definition.id] = _behaviour(definition, world)
    return Library(behaviours, library.campaigns)


class _at:  # noqa: N801 - reads as a word of the statement
    """Gives errors the place of a definition."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DefinitionError) and not str(error.place):
            raise DefinitionError(error.message, place=self._place, hint=error.hint) from None


def _behaviour(raw: Definition, world: World) -> Behaviour:
    _check_ends(raw.who, world)
    kinds = {network.kind for network in world.networks.items}
    if unknown := set(raw.kinds) - kinds:
        raise DefinitionError(
            f"{min(unknown)} is no kind of network", hint=f"one of {', '.join(sorted(kinds))}"
        )
    usual = {name: parse(value) for name, value in raw.parameters.items()}
    sets = [Parameters(PLAIN, 1.0, "train", usual)]
    sets += [_parameters(name, given, usual) for name, given in raw.sets.items()]
    return Behaviour(
        raw=raw,
        sets=tuple(sets),
        templates=tuple(_template(emit, raw, world) for emit in raw.emits),
        cases=Cases(raw.truth, raw.ics),
        hosts=parse(raw.hosts),
        every=parse(raw.every) if raw.every is not None else None,
    )


def _parameters(name: str, given: ParameterSet, usual: Mapping[str, Drawn]) -> Parameters:
    if unknown := set(given.parameters) - set(usual):
        raise DefinitionError(f"the set {name} gives {min(unknown)}, which is no parameter")
    own = {key: parse(value) for key, value in given.parameters.items()}
    return Parameters(name, given.weight, given.holdout, {**usual, **own})


def _template(emit: Emit, raw: Definition, world: World) -> Template:
    method = METHODS.get(emit.method)
    if method is None or method.retired:
        raise DefinitionError(f"{emit.method} is no method of today")
    submethods = _submethods(emit, world)
    for name in emit.values:
        if name not in CHARACTERISTICS and name not in _BEYOND and not name.startswith("_"):
            raise DefinitionError(f"{name} is no characteristic", hint="see adscribe.event.characteristics")
    if isinstance(emit.source, Ends):
        _check_ends(emit.source, world)
    elif emit.source not in ("who", "targets"):
        raise DefinitionError(f"{emit.source!r} is no source", hint="who, targets, or ends")
    if isinstance(emit.targets, Ends):
        _check_ends(emit.targets, world)
    return Template(
        raw=emit,
        submethods=submethods,
        values={name: parse(value, text=_is_text(name)) for name, value in emit.values.items()},
        ports=_ports(emit.ports) if emit.ports is not None else None,
        after=parse(emit.after),
        count=parse(emit.targets.count) if isinstance(emit.targets, Ends) else None,
        growth=_growth(emit.updates, world) if emit.updates is not None else None,
        cases=Cases(emit.truth, emit.ics or raw.ics) if emit.truth is not None else None,
    )


def _submethods(emit: Emit, world: World) -> Weighted[str] | None:
    if emit.threat is not None:
        families = [emit.threat] if isinstance(emit.threat, str) else emit.threat
        known = world.families(emit.method)
        for family in families:
            if family not in known:
                raise DefinitionError(f"{emit.method} has no threat of the family {family}")
        return None
    weights = {emit.submethod: 1.0} if isinstance(emit.submethod, str) else emit.submethod or {}
    if not weights:
        weights = {METHODS[emit.method].default or "": 1.0}
    for submethod in weights:
        if not METHODS[emit.method].knows(submethod):
            raise DefinitionError(f"{emit.method} has no submethod {submethod}")
    return Weighted(weights.items())


def _is_text(name: str) -> bool:
    return name in CHARACTERISTICS and unit(name) == "text" and name != "distributed"


def _growth(raw: Updates, world: World) -> Growth:
    if raw.adds is not None:
        _check_ends(raw.adds, world)
    return Growth(
        count=parse(raw.count),
        every=parse(raw.every),
        grow=parse(raw.grow),
        targets=parse(raw.targets),
        success=raw.success,
        on_success={name: parse(value) for name, value in raw.on_success.items()},
        adds=raw.adds,
        adds_count=parse(raw.adds.count) if raw.adds is not None else None,
    )


def _ports(raw: Any) -> Ports:
    match raw:
        case [*ports] if ports and all(isinstance(port, int) for port in ports):
            fixed = tuple(ports)
            return lambda draw, scope: fixed
        case {"one": [*choices], **rest} if choices and not rest:
            lists = [tuple(choice) for choice in choices]
            return lambda draw, scope: draw.pick(lists)
        case {"some": [*ports], "count": count, **rest} if ports and not rest:
            number = parse(count)
            return lambda draw, scope: tuple(sorted(draw.some(ports, max(round(number(draw, scope)), 1))))
        case {"high": count, **rest} if not rest:
            number = parse(count)
            return lambda draw, scope: tuple(
                sorted({draw.whole(1024, 65_000) for _ in range(max(round(number(draw, scope)), 1))})
            )
    raise DefinitionError(
        f"{raw!r} are no ports", hint="[443], {one: [[22], [445]]}, {some: […], count: 2}, {high: 3}"
    )


def _check_ends(ends: Ends, world: World) -> None:
    expand(ends.roles, known=("customer", "any"))
    for kind in [ends.outside] if isinstance(ends.outside, str) else ends.outside:
        if kind not in world.outside:
            raise DefinitionError(f"{kind!r} is no kind of host outside")
    if not (ends.roles or ends.outside or ends.sweep):
        raise DefinitionError("ends of neither roles nor kinds outside")
    parse(ends.count)


def _check_campaign(campaign: Campaign, behaviours: Mapping[str, Behaviour], world: World) -> None:
    for ends in campaign.hosts.values():
        _check_ends(ends, world)
    for step in campaign.steps:
        if step.behaviour not in behaviours:
            raise DefinitionError(f"{step.behaviour} is no behaviour")
        for name in filter(None, (step.who, step.targets)):
            if name not in campaign.hosts:
                raise DefinitionError(f"the campaign has no hosts called {name}")
        parse(step.after)
        parse(step.times)


def submethods_of(behaviours: Iterable[Behaviour], world: World) -> set[tuple[str, str]]:
    """Return the methods and submethods that some behaviours report."""
    found = set()
    for behaviour in behaviours:
        for template in behaviour.templates:
            method = template.raw.method
            if template.submethods is not None:
                found |= {(method, submethod) for submethod in template.submethods.items}
                continue
            families = template.raw.threat or ()
            for family in (families,) if isinstance(families, str) else families:
                found |= {(method, threat.submethod) for threat in world.threats[family, method]}
    return found
