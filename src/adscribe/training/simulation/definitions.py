"""The definitions as their files hold them: read strictly, wrong ones named by file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import yaml

from adscribe.errors import Place
from adscribe.training.simulation.values import DefinitionError

Struct = TypeVar("Struct", bound=msgspec.Struct)
Actor = Literal["intruder", "malware", "everyday"]
Holdout = Literal["train", "test_only"]
Hours = Literal["any", "working", "evening", "night", "weekend"]
Words = str | list[str]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PATH = re.compile(r" - at `(?:key in )?\$(.*)`$")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")


class Ends(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which addresses: of roles inside, of kinds outside, or both.

    Attributes
    ----------
    roles : str or list of str
        Roles or groups of roles; ``any`` for all hosts inside.
    outside : str or list of str
        Kinds of hosts outside.
    count : value
        How many.
    share_outside : float
        Where both are given: the share that lies outside.
    new : bool
        A device that the address plan doesn't have, in a zone with hosts of `roles`.
    sweep : {"near", "all"} or None
        Addresses of the zone of the other end, or of all zones, whether a host lives there or not.
    near : bool
        Hosts of the other end's zone only.
    segments : list of str
        Only hosts of these segments.
    listed : int
        Most targets that a report lists.
    """

    roles: Words = []
    outside: Words = []
    count: Any = 1
    share_outside: float = 0.5
    new: bool = False
    sweep: Literal["near", "all"] | None = None
    near: bool = False
    segments: list[str] = []
    listed: int = 32


class Updates(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How an event goes on.

    Attributes
    ----------
    count : value
        Number of updates.
    every : value
        Time between reports, below the inactivity timeout of an hour.
    grow : value
        Factor of amounts and counts by each update.
    targets : value
        Factor of the number of targets by each update.
    success : float
        Probability that the act succeeds at some update.
    on_success : dict
        Values that hold from then on.
    adds : Ends or None
        Targets that come with the last update.
    """

    count: Any = 0
    every: Any = msgspec.field(default_factory=lambda: {"between": ["4 min", "45 min"]})
    grow: Any = msgspec.field(default_factory=lambda: {"between": [1.1, 2.5]})
    targets: Any = 1
    success: float = 0.0
    on_success: dict[str, Any] = {}
    adds: Ends | None = None


class Case(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A truth and when it holds; all conditions that are given must.

    Attributes
    ----------
    source, targets : str
        Side on which they lie.
    success, forbidden : bool
        Whether the act succeeded; whether the site's policy rules it out.
    targets_from, targets_below : int
        Least number of targets; number that isn't reached.
    role, target_role, segment, submethod : str or list of str
        Of the ends, and of the event.
    give : str or list of str
        The truth: a reason, or techniques as ``T1046`` or, with its tactics, ``T1078 initial-access``.
        ``named`` stands for what the named threat gives.
    ics : list of str
        Techniques of the ICS matrix, in the same form.
    """

    give: Words
    source: Literal["inside", "outside"] | None = None
    targets: Literal["inside", "outside", "mixed"] | None = None
    success: bool | None = None
    forbidden: bool | None = None
    targets_from: int | None = None
    targets_below: int | None = None
    role: Words | None = None
    target_role: Words | None = None
    segment: Words | None = None
    submethod: Words | None = None
    ics: list[str] = []


class Emit(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An event that a behaviour causes.

    Attributes
    ----------
    method : str
        Code of the method.
    submethod : str or mapping of str to float
        One, or several with weights. Not given for a named threat.
    threat : str or list of str
        Families of ``threats.yaml``, one of whose names is reported.
    source : str or Ends
        Who it is reported of: ``who`` (the behaviour's), ``targets`` of the event before, or others.
    targets : Ends or str
        The others; a text names hosts of the campaign or, ``same``, those of the event before.
    values : dict
        Characteristics.
    ports : list or mapping
        ``[443]``, ``{one: [[22], [445, 139]]}``, ``{some: [80, 443], count: 2}`` or ``{high: 3}``.
    success : bool or float
        Whether the act succeeded, or how probably.
    direction : str
        Main direction of the data.
    by_target : bool
        Whether bytes sent and received are reported for each target.
    after : value
        Time since the behaviour began.
    chance : float
        Probability that it is reported at all.
    """

    method: str
    submethod: str | dict[str, float] | None = None
    threat: Words | None = None
    source: str | Ends = "who"
    targets: str | Ends | None = None
    values: dict[str, Any] = {}
    ports: Any = None
    protocols: list[int] = []
    success: bool | float | None = None
    direction: Literal["upload", "download"] | None = None
    by_target: bool = False
    labels: list[str] = []
    updates: Updates | None = None
    after: Any = 0
    chance: float = 1.0
    instance: str | None = None
    truth: str | list[str | Case] | None = None
    ics: list[str] = []


class ParameterSet(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A spread of the parameters under a name; what it doesn't give is as usual."""

    parameters: dict[str, Any]
    weight: float = 0.25
    holdout: Holdout = "train"


class Decision(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a site that knows itself well may have written down about a behaviour.

    Attributes
    ----------
    allowed : float
        Probability that it is on the list of what is allowed.
    cause : str
        Or that a known cause explains it.
    known : float
        Probability of that.
    target : bool
        Whether the entry names the targets.
    note : str
        Of the entry.
    """

    allowed: float = 0.0
    cause: str | None = None
    known: float = 0.0
    target: bool = False
    note: str | None = None


class Definition(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A behaviour as its file holds it; see ``docs/simulator.md``."""

    id: str
    title: str
    actor: Actor
    story: str
    truth: str | list[str | Case]
    emits: list[Emit]
    who: Ends
    weight: float = 1.0
    at: Hours = "any"
    every: Any = None
    steady: bool = False
    hosts: Any = 1
    parameters: dict[str, Any] = {}
    sets: dict[str, ParameterSet] = {}
    decision: Decision | None = None
    ics: list[str] = []
    kinds: list[str] = []
    holdout: Holdout = "train"


class Step(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A step of a campaign: a behaviour with hosts of the campaign, some time after the step before."""

    behaviour: str
    who: str | None = None
    targets: str | None = None
    after: Any = msgspec.field(default_factory=lambda: {"between": ["5 min", "6 h"]})
    chance: float = 1.0
    times: Any = 1


class Campaign(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Behaviours that follow each other and share hosts."""

    id: str
    title: str
    story: str
    hosts: dict[str, Ends]
    steps: list[Step]
    weight: float = 1.0
    kinds: list[str] = []
    holdout: Holdout = "train"


def read(path: Path, kind: type[Struct]) -> Iterator[tuple[Struct, Place]]:
    """Read the definitions of a file: a list of mappings.

    Raises
    ------
    DefinitionError
        With file and line of what is wrong.
    """
    text = path.read_text(encoding="utf-8")
    try:
        root = yaml.compose(text, Loader=_LOADER)
        content = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise DefinitionError(f"no YAML: {error.problem}", place=Place(path.name, line)) from None
    if not isinstance(content, list) or not isinstance(root, yaml.SequenceNode):
        raise DefinitionError("no list of definitions", place=Place(path.name))
    for item, node in zip(content, root.value, strict=True):
        try:
            yield msgspec.convert(item, kind), Place(path.name, node.start_mark.line + 1)
        except msgspec.ValidationError as error:
            found = _PATH.search(str(error))
            line = _line(node, found[1] if found else "")
            message = _PATH.sub("", str(error))
            raise DefinitionError(message, place=Place(path.name, line)) from None


def _line(node: yaml.Node, path: str) -> int:
    """Return the line of what msgspec's path names, or of the nearest thing around it."""
    for key, index in _STEP.findall(path):
        inner: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode) and key:
            inner = next((value for name, value in node.value if name.value == key), None)
        elif isinstance(node, yaml.SequenceNode) and index and int(index) < len(node.value):
            inner = node.value[int(index)]
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1
