"""The life of one site: what recurs there, what befalls it, and in which order a sensor reports it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adscribe.site import Site
from adscribe.training.simulation.behaviours import Behaviour, Library, Parameters
from adscribe.training.simulation.casting import NoSuchHost, cast
from adscribe.training.simulation.definitions import Campaign, Ends
from adscribe.training.simulation.draw import Draw, Weighted
from adscribe.training.simulation.emission import Report, Scene
from adscribe.training.simulation.knowledge import SelfKnowledge, site_file, stamp
from adscribe.training.simulation.network import Host, Network
from adscribe.training.simulation.told import SitePlan, Told
from adscribe.training.simulation.truth import expand
from adscribe.training.simulation.values import Drawn, parse
from adscribe.training.simulation.watch import Watch
from adscribe.training.simulation.world import World

_SENSORS = ("flowmon-ads 13.0", "flowmon-ads 13.0", "flowmon-ads 12.5", "flowmon-ads 12.1")
_CAMPAIGNS = 0.45
"""Share of the reports with a category that campaigns bring; the rest stand alone."""

_OVERLOOKED = 0.25
"""Frequency of what an unlisted role does, beside that of a listed one. Our assumption."""

_EXPLAINING = frozenset(
    (
        *expand(["any_server", "infrastructure", "security_tooling"]),
        *("monitoring_station", "config_mgmt", "ci_server", "rdp_broker", "jump_host"),
        "session_border_controller",
    )
)
"""Roles that explain traffic which would be odd of another host."""

_DRY = 400
"""Runs that bring nothing, after which a site has no more to tell."""


@dataclass(slots=True)
class Habit:
    """A behaviour that recurs at a site, with its hosts.

    Attributes
    ----------
    behaviour, parameters, who : Behaviour, Parameters, Host
        What, in which spread, by whom.
    base : dict
        Parameters that were drawn once, where the habit is steady.
    targets : list of list of Host
        Targets of each event, where they stay the same.
    times : list of int
        When it is due, where it has a rhythm; taken from the end.
    runs : int
        How often it happened.
    weary_after : int
        Runs after which somebody labels it a false positive; 0 for never.
    """

    behaviour: Behaviour
    parameters: Parameters
    who: Host
    base: dict[str, Any] | None = None
    targets: list[list[Host]] = field(default_factory=list)
    times: list[int] | None = None
    runs: int = 0
    weary_after: int = 0


def tell(plan: SitePlan, library: Library, world: World) -> Told:
    """Return what a site tells; the same for the same plan and definitions."""
    return _Life(plan, library, world).told()


class _Life:
    def __init__(self, plan: SitePlan, library: Library, world: World) -> None:
        self.plan, self.library, self.world = plan, library, world
        self.draw = draw = Draw(plan.seed)
        self.network = Network(world.networks.draw(draw), world.outside, draw)
        self.known = SelfKnowledge.drawn(self.network, draw)
        self.zone = ZoneInfo(self.known.timezone)
        self.days = draw.whole(7, 14)
        first = datetime(2026, 1, 5, tzinfo=self.zone) + timedelta(days=draw.whole(0, 300))
        self.start = int(first.timestamp())
        self.end = self.start + self.days * 86_400
        self.categories: list[Habit] = []
        self.ordinary: list[Habit] = []
        self._settle(self._of_split(library.behaviours.values()))
        text, bare = site_file(self.network, self.known, first, self.days, draw)
        self.files = text, bare
        self.scene = Scene(
            self.network,
            Site.parse(text, name=plan.name),
            world,
            draw,
            plan.masked,
            draw.pick(_SENSORS),
        )
        self.watch = Watch(self.network, self.scene.site, self.end)

    def told(self) -> Told:
        quota = round(self.plan.reports * self.plan.prevalence)
        self._campaigns(round(quota * _CAMPAIGNS))
        self._live(self.categories, lambda: self.watch.with_category < quota)
        self._live(self.ordinary, lambda: len(self.watch) < self.plan.reports)
        return Told(
            self.plan,
            self.network.kind,
            self.known.level,
            *self.files,
            tuple(self.watch.in_order(self.plan.name, self.draw)),
        )

    def _of_split(self, behaviours: Iterable[Behaviour]) -> Iterator[Behaviour]:
        for behaviour in behaviours:
            if behaviour.raw.kinds and self.network.kind not in behaviour.raw.kinds:
                continue
            if behaviour.raw.holdout == "train" or self.plan.split == "test":
                yield behaviour

    def _settle(self, behaviours: Iterable[Behaviour]) -> None:
        """Give the site its habits, and write down what it decides about them."""
        draw = self.draw
        for behaviour in behaviours:
            present = behaviour.raw.weight > 0 and (behaviour.raw.actor != "everyday" or draw.chance(0.75))
            if not present:
                continue
            for _ in range(max(round(behaviour.hosts(draw, {})), 1)):
                try:
                    habit = self._habit(behaviour)
                except NoSuchHost:
                    break
                (self.categories if behaviour.has_category else self.ordinary).append(habit)
                if behaviour.raw.decision is not None:
                    self._decide(habit)

    def _habit(self, behaviour: Behaviour) -> Habit:
        draw, raw = self.draw, behaviour.raw
        who = cast(raw.who, 1, self.network, draw)[0][0]
        sets = [one for one in behaviour.sets if one.holdout == "train" or self.plan.split == "test"]
        parameters = Weighted((one, one.weight) for one in sets).draw(draw)
        habit = Habit(behaviour, parameters, who)
        if raw.steady:
            habit.base = _drawn(parameters.values, draw)
            habit.targets = [
                self._settled(template.raw.targets, template.count, who, habit.base)
                for template in behaviour.templates
            ]
        if behaviour.every is not None:
            habit.times = self._rhythm(behaviour.every(draw, {}), raw.at)
        if raw.actor == "everyday" and self.known.level == "good" and draw.chance(0.06):
            habit.weary_after = draw.whole(2, 6)
        return habit

    def _settled(
        self, ends: str | Ends | None, count: Drawn | None, who: Host, base: Mapping[str, Any]
    ) -> list[Host]:
        if not isinstance(ends, Ends) or count is None or ends.sweep or ends.new:
            return []
        with suppress(NoSuchHost):
            return cast(ends, round(count(self.draw, base)), self.network, self.draw, other=who)[0]
        return []

    def _rhythm(self, every: float, hours: str) -> list[int]:
        """Return the times at which something is due that recurs, the last first."""
        at = self._moment(hours, days=1)
        times = []
        while at < self.end:
            times.append(at + self.draw.whole(-120, 600))
            at += int(every)
        return times[::-1]

    def _decide(self, habit: Habit) -> None:
        """Write an entry into the site file, where the site would know and say so."""
        decision = habit.behaviour.raw.decision
        draw = self.draw
        if decision is None or self.known.level not in ("good", "fair") or not self.known.decides(draw):
            return
        template = habit.behaviour.templates[0]
        entry: dict[str, Any] = {"method": template.raw.method, "source": habit.who.ip}
        note = {"note": decision.note} if decision.note else {}
        if draw.chance(decision.allowed):
            targets = habit.targets[0] if habit.targets else []
            if decision.target and targets and len(targets) <= 4:
                self.known.allowed += [{**entry, "target": host.ip, **note} for host in targets]
            elif not decision.target:
                self.known.allowed.append({**entry, **note})
        elif decision.cause is not None and draw.chance(decision.known):
            begin = self.start + draw.whole(0, (self.end - self.start) // 2)
            until = begin + draw.whole(1, 5) * 86_400
            span = {"from": stamp(_time(begin)), "to": stamp(_time(until))}
            self.known.known_causes.append({"cause": decision.cause, **entry, **span, **note})

    def _live(self, habits: Sequence[Habit], more: Callable[[], bool]) -> None:
        """Let habits happen until enough is told."""
        if not habits:
            return
        shares: dict[str, int] = {}
        for habit in habits:
            shares[habit.behaviour.id] = shares.get(habit.behaviour.id, 0) + 1
        liking = {name: self.draw.around(1.0, 2.0) for name in shares}
        weights = [
            habit.behaviour.raw.weight
            * liking[habit.behaviour.id]
            * self._standing(habit)
            / shares[habit.behaviour.id]
            for habit in habits
        ]
        choice = Weighted(zip(habits, weights, strict=True))
        dry = 0
        while more() and dry < _DRY:
            told = self._run(choice.draw(self.draw))
            dry = 0 if told else dry + 1

    def _standing(self, habit: Habit) -> float:
        """Return how much of a habit there is: less where its host's role explains it and nobody noted it.

        Whoever runs a scanner or a backup has it on the list of roles more often than not.
        """
        roles = habit.who.roles & _EXPLAINING
        if not roles or habit.behaviour.has_category or not roles.isdisjoint(self.known.roles):
            return 1.0
        return _OVERLOOKED

    def _run(self, habit: Habit) -> bool:
        raw, draw = habit.behaviour.raw, self.draw
        if habit.times is not None:
            if not habit.times:
                return False
            at = habit.times.pop()
        else:
            at = self._moment(raw.at)
        parameters = (
            _drawn(habit.parameters.values, draw) if habit.base is None else _nearly(habit.base, draw)
        )
        who = habit.who
        try:
            if not raw.steady and raw.actor != "everyday":
                who = cast(raw.who, 1, self.network, draw)[0][0]
            reports = self.scene.happen(habit.behaviour, parameters, at, who, targets=habit.targets)
        except NoSuchHost:
            return False
        habit.runs += 1
        if habit.weary_after and habit.runs > habit.weary_after:
            reports = [_labelled(report) for report in reports]
        return self.watch.keep(reports, habit.behaviour, habit.parameters.name, None)

    def _campaigns(self, quota: int) -> None:
        """Let campaigns happen until they brought enough reports with a category."""
        possible = [
            campaign
            for campaign in self.library.campaigns.values()
            if (not campaign.kinds or self.network.kind in campaign.kinds)
            and (campaign.holdout == "train" or self.plan.split == "test")
        ]
        if not possible:
            return
        choice = Weighted((campaign, campaign.weight) for campaign in possible)
        number = dry = 0
        while self.watch.with_category < quota and dry < _DRY // 20:
            number += 1
            before = len(self.watch)
            with suppress(NoSuchHost):
                self._campaign(choice.draw(self.draw), number)
            dry = 0 if len(self.watch) > before else dry + 1

    def _campaign(self, campaign: Campaign, number: int) -> None:
        draw = self.draw
        hosts: dict[str, list[Host]] = {}
        for name, ends in campaign.hosts.items():
            many = round(_number(ends.count, draw))
            first = next(iter(hosts.values()))[0] if hosts else None
            hosts[name] = cast(ends, many, self.network, draw, other=first)[0]
        at = self.start + int(draw.random() * (self.end - self.start) * 0.8)
        name = f"{self.plan.name}-{campaign.id}-{number}"
        for step in campaign.steps:
            if not draw.chance(step.chance):
                continue
            behaviour = self.library.behaviours[step.behaviour]
            for _ in range(max(round(_number(step.times, draw)), 1)):
                at += int(_number(step.after, draw))
                if at >= self.end:
                    return
                who = (
                    draw.pick(hosts[step.who])
                    if step.who
                    else cast(behaviour.raw.who, 1, self.network, draw)[0][0]
                )
                settled = [hosts[step.targets]] if step.targets else []
                sets = [one for one in behaviour.sets if one.holdout == "train" or self.plan.split == "test"]
                chosen = Weighted((one, one.weight) for one in sets).draw(draw)
                parameters = _drawn(chosen.values, draw)
                reports = self.scene.happen(behaviour, parameters, at, who, targets=settled)
                self.watch.keep(reports, behaviour, chosen.name, name)

    def _moment(self, hours: str, days: int | None = None) -> int:
        """Return a time of the run that lies in some hours of the site's day."""
        draw = self.draw
        while True:
            at = self.start + int(draw.random() * 86_400 * (days or self.days))
            if hours == "any" and not draw.chance(0.35):
                return at
            local = datetime.fromtimestamp(at, self.zone)
            works = local.weekday() < 5 and 7 <= local.hour < 18
            match hours:
                case "any" | "working":
                    fits = works or days is not None
                case "evening":
                    fits = 17 <= local.hour <= 23
                case "night":
                    fits = local.hour >= 21 or local.hour < 6
                case _:
                    fits = local.weekday() >= 5
            if fits:
                return at


def _drawn(values: Mapping[str, Drawn], draw: Draw) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    for name, drawn in values.items():
        scope[name] = drawn(draw, scope)
    return scope


def _nearly(base: Mapping[str, Any], draw: Draw) -> dict[str, Any]:
    """Return the parameters of a steady habit: those that it always has, give or take."""
    return {
        name: value * draw.around(1.0, 1.12) if isinstance(value, float) else value
        for name, value in base.items()
    }


def _number(raw: Any, draw: Draw) -> float:
    return float(parse(raw)(draw, {}))


def _labelled(report: Report) -> Report:
    return replace(report, native={**report.native, "labels": ["False positive"]})


def _time(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
