"""The words of a context: keys, values and steps, roles, services, kinds of lists and threats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from adscribe.errors import CodebookError, Place
from adscribe.resources import shipped

End = Literal["source", "targets"]

LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Reads plain data only; in C where PyYAML was built with it."""

_WORDS_OF_A_NAME = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Step:
    """Where a value of a numeric key begins.

    Attributes
    ----------
    value : str
        The value.
    lower : float
        Where it begins, in the unit of its key.
    inclusive : bool
        Whether `lower` itself has the value.
    below : float or None
        Where it ends before the next step begins; the numbers between have no value.
    """

    value: str
    lower: float
    inclusive: bool = True
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What can be known under one key.

    Attributes
    ----------
    name : str
        The key, such as ``target_scale``.
    values : tuple of str
        The values that it can have. For roles and services without the groups.
    meaning : str
        For the reader.
    several : bool
        Whether it can hold several values at once.
    unit : str or None
        Of the number that the steps cut.
    steps : tuple of Step
        Ascending; empty when the value comes from no number.
    groups : mapping of str to frozenset of str
        Names that a condition can use for several values.
    phrase : str
        A condition in words; ``{}`` stands for the values.
    words : mapping of str to str
        Values and groups in words, where the phrase doesn't read well with the value itself.
    """

    name: str
    values: tuple[str, ...]
    meaning: str
    several: bool
    unit: str | None
    steps: tuple[Step, ...]
    groups: Mapping[str, frozenset[str]]
    phrase: str
    words: Mapping[str, str]

    def expand(self, value: str) -> frozenset[str] | None:
        """Return the values that a word of a condition stands for; ``None`` when the key has no such word."""
        if value in self.groups:
            return self.groups[value]
        return frozenset((value,)) if value in self.values else None

    def word(self, value: str) -> str:
        """Return a value or group in words.

        Examples
        --------
        >>> [load_vocabulary().keys["service"].word(name) for name in ("smb", "dot", "remote_login")]
        ['SMB', 'DNS over TLS', 'a remote login service']
        """
        return self.words.get(value, value.replace("_", " "))


@dataclass(frozen=True, slots=True)
class MethodRoles:
    """Who is who in a method whose source is not simply the one who acts.

    Attributes
    ----------
    source, targets : str
        What the end is, in words.
    actor, victim : {"source", "targets"} or None
        Which end acts and which it is done to; ``None`` where the report alone doesn't settle it.
    """

    source: str
    targets: str
    actor: End | None = None
    victim: End | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a context.

    Attributes
    ----------
    keys : mapping of str to Key
        In the order of ``vocabulary.yaml``.
    roles : tuple of str
        Core roles, then the finer ones.
    role_groups, service_groups : mapping of str to frozenset of str
        Members of each group.
    services : mapping of int to str
        Service of a port.
    service_names : frozenset of str
        All services.
    application_kinds : mapping of str to str
        Kind of a list of applications, by what `list_kind` says of its name.
    method_roles : mapping of str to MethodRoles
        By ``METHOD`` or ``METHOD/Submethod``; a method that isn't there has a source that acts.
    """

    keys: Mapping[str, Key]
    roles: tuple[str, ...]
    role_groups: Mapping[str, frozenset[str]]
    services: Mapping[int, str]
    service_names: frozenset[str]
    service_groups: Mapping[str, frozenset[str]]
    application_kinds: Mapping[str, str]
    method_roles: Mapping[str, MethodRoles]
    _list_kinds: Mapping[str, re.Pattern[str]]
    _families: Mapping[str, re.Pattern[str]]

    @property
    def list_kinds(self) -> tuple[str, ...]:
        """The kinds of lists that names are matched with, in order."""
        return tuple(self._list_kinds)

    @property
    def families(self) -> tuple[str, ...]:
        """The kinds of threats that names are matched with, in order."""
        return tuple(self._families)

    def steps(self, key: str) -> tuple[Step, ...]:
        """Return the steps of a numeric key, ascending."""
        return self.keys[key].steps

    def step(self, key: str, number: float) -> str | None:
        """Return the value of a key for a number in the key's unit; ``None`` where no step holds it.

        Examples
        --------
        >>> load_vocabulary().step("target_scale", 12)
        'many'
        """
        for step in reversed(self.keys[key].steps):
            if number > step.lower or (step.inclusive and number == step.lower):
                return step.value if step.below is None or number < step.below else None
        return None

    def list_kind(self, text: str) -> str | None:
        """Return the kind of a list from its name or description; ``None`` when no word of it tells.

        Examples
        --------
        >>> load_vocabulary().list_kind("BotnetDomains")
        'botnet'
        """
        return _first_hit(self._list_kinds, text)

    def family(self, text: str) -> str | None:
        """Return the kind of a threat from its name or description; ``None`` when no word of it tells.

        Examples
        --------
        >>> load_vocabulary().family("RemcosRAT")
        'rat'
        """
        return _first_hit(self._families, text)

    def roles_in(self, method: str, submethod: str | None) -> MethodRoles | None:
        """Return who is who in a submethod, or in its method; ``None``: the source acts on the targets."""
        return self.method_roles.get(f"{method}/{submethod}") or self.method_roles.get(method)


@lru_cache(maxsize=4)
def load_vocabulary(folder: Path | None = None) -> Vocabulary:
    """Load the vocabulary.

    Parameters
    ----------
    folder : Path, optional
        Folder of a codebook; the one that adscribe ships when not given.

    Raises
    ------
    CodebookError
        A file is missing or doesn't say what it must.
    """
    folder = folder or shipped("datasets", "codebook")
    roles = read_mapping(folder / "roles.yaml")
    services = read_mapping(folder / "services.yaml")
    keywords = read_mapping(folder / "keywords.yaml")
    file = str(folder / "vocabulary.yaml")
    try:
        role_names = (*roles["core"], *roles["extended"])
        role_groups = _groups(roles["groups"], role_names, folder / "roles.yaml")
        ports = _ports(services["ports"], folder / "services.yaml")
        service_groups = _groups(services["groups"], services["ports"], folder / "services.yaml")
        named = {
            "roles": (role_names, role_groups, _with_article(role_names) | roles["words"]),
            "services": (
                tuple(services["ports"]),
                service_groups,
                {name: name.upper() for name in services["ports"]} | services["words"],
            ),
        }
        return Vocabulary(
            keys={k: _key(k, v, named, file) for k, v in read_mapping(folder / "vocabulary.yaml").items()},
            roles=role_names,
            role_groups=role_groups,
            services=ports,
            service_names=frozenset(services["ports"]),
            service_groups=service_groups,
            application_kinds=keywords["application_kinds"],
            method_roles={k: MethodRoles(**v) for k, v in read_mapping(folder / "method_roles.yaml").items()},
            _list_kinds={k: _pattern(v) for k, v in keywords["list_kinds"].items()},
            _families={k: _pattern(v) for k, v in keywords["families"].items()},
        )
    except (KeyError, TypeError, AttributeError) as wrong:
        raise CodebookError(
            f"the words of the codebook are not laid out as expected: {wrong}",
            place=Place(str(folder)),
            hint="compare with the shipped datasets/codebook",
        ) from wrong


def read_mapping(path: Path) -> dict[str, Any]:
    """Read a YAML file of a codebook that holds a mapping.

    Raises
    ------
    CodebookError
        If it can't be read or holds something else.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as wrong:
        mark = getattr(wrong, "problem_mark", None)
        place = Place(str(path), mark.line + 1 if mark else None)
        raise CodebookError("can't be read", place=place, hint=getattr(wrong, "problem", None)) from wrong
    if not isinstance(content, dict):
        raise CodebookError("holds no mapping", place=Place(str(path)))
    return content


def _key(name: str, entry: dict[str, Any], named: Mapping[str, Any], file: str) -> Key:
    said = entry["values"]
    values, groups, words = named[said] if isinstance(said, str) else (said, {}, entry.get("words", {}))
    steps = []
    for value, start in entry.get("steps", {}).items():
        bounds = start if isinstance(start, dict) else {"from": start}
        inclusive = "from" in bounds
        steps.append(Step(value, bounds["from" if inclusive else "above"], inclusive, bounds.get("below")))
    if strange := {step.value for step in steps} - set(values):
        raise CodebookError(
            f"{name} has steps for values that it hasn't: {sorted(strange)}", place=Place(file)
        )
    return Key(
        name=name,
        values=tuple(values),
        meaning=entry["meaning"],
        several=entry.get("several", False),
        unit=entry.get("unit"),
        steps=tuple(sorted(steps, key=lambda step: step.lower)),
        groups=groups,
        phrase=entry["phrase"],
        words=words,
    )


def _with_article(names: Iterable[str]) -> dict[str, str]:
    return {name: f"{'an' if name[0] in 'aeio' else 'a'} {name.replace('_', ' ')}" for name in names}


def _groups(
    groups: Mapping[str, list[str]], names: Iterable[str], path: Path
) -> Mapping[str, frozenset[str]]:
    known = set(names)
    for group, members in groups.items():
        if strange := set(members) - known:
            raise CodebookError(
                f"group {group} has unknown members {sorted(strange)}", place=Place(str(path))
            )
        if group in known:
            raise CodebookError(f"{group} is both a name and a group", place=Place(str(path)))
    return {group: frozenset(members) for group, members in groups.items()}


def _ports(services: Mapping[str, list[int]], path: Path) -> Mapping[int, str]:
    ports: dict[int, str] = {}
    for service, numbers in services.items():
        for port in numbers:
            if port in ports:
                raise CodebookError(
                    f"port {port} has two services, {ports[port]} and {service}", place=Place(str(path))
                )
            ports[port] = service
    return ports


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(_word(word) for word in words))


def _word(word: str) -> str:
    if sum(map(str.isalnum, word)) > _SHORT:
        return re.escape(word)
    end = r"s?(?![a-z0-9])" if word[-1].isalnum() else ""
    return rf"(?<![a-z0-9]){re.escape(word)}{end}"


def _first_hit(kinds: Mapping[str, re.Pattern[str]], text: str) -> str | None:
    text = text.replace("_", " ")
    # As written and with CamelCase split: `keylog` is in KeyLogger, `rat` is a word of RemcosRAT.
    both = f"{text}\n{_WORDS_OF_A_NAME.sub(' ', text)}".lower()
    return next((kind for kind, pattern in kinds.items() if pattern.search(both)), None)
