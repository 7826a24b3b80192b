"""Writes the guide to the methods: ``python -m adscribe.codebook.guide docs/methods``.

The layout and the words that all pages share are in ``templates``, the prose of a method in ``methods.yaml``.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from adscribe.attack import Tactic
from adscribe.codebook.book import Codebook
from adscribe.codebook.methods import MethodNote, MethodNotes, load_notes
from adscribe.codebook.rows import Row
from adscribe.codebook.words import answer_in_words, conditions_in_words, labels_in_words, value_in_words
from adscribe.context.vocabulary import Key
from adscribe.event.characteristics import CHARACTERISTICS
from adscribe.sensors.flowmon.names import METHODS, Method

_FIELDS = {
    "success": "whether the act succeeded",
    "direction": "main direction of the data as seen from the source",
    "target_count": "how many targets the sensor counted",
    "ports": "service ports",
    "protocols": "IANA protocol numbers",
}
_FAMILY = "FAMILY-"
_GENERATED = "<!-- Written by adscribe.codebook.guide"


def pages(codebook: Codebook, notes: MethodNotes) -> dict[str, str]:
    """Return the pages of the guide.

    Parameters
    ----------
    codebook : Codebook
        The rules.
    notes : MethodNotes
        The prose.

    Returns
    -------
    dict of str to str
        File name to Markdown.
    """
    templates = Environment(
        loader=PackageLoader("adscribe.codebook"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["cell"] = lambda text: str(text).replace("|", "\\|")
    guide = _Guide(codebook, notes)
    contents = {
        "README.md": guide.index(),
        "context.md": guide.context(),
        "families.md": guide.families(),
        "older.md": guide.older(),
    }
    found = {name: templates.get_template(f"{name}.jinja").render(said) for name, said in contents.items()}
    method = templates.get_template("method.md.jinja")
    found |= {f"{code}.md": method.render(guide.method(code, note)) for code, note in notes.methods.items()}
    return {name: f"{text.strip()}\n" for name, text in found.items()}


class _Guide:
    """What the templates are filled with."""

    def __init__(self, codebook: Codebook, notes: MethodNotes) -> None:
        self._book = codebook
        self._notes = notes
        self._enterprise = codebook.matrices["enterprise"]

    def method(self, code: str, note: MethodNote) -> dict[str, Any]:
        method = METHODS[code]
        rows = [row for row in self._book.rules[code] if not row.retired]
        used = {one for row in rows if row.enterprise for one in row.enterprise.techniques}
        return {
            "method": method,
            "group": self._notes.groups[note.group],
            "note": note,
            "submethods": [(f"`{one}`", note.submethods.get(one, "")) for one in method.submethods],
            "actors": self._actors(method),
            "reports": [(f"`{one}`", _FIELDS.get(one) or CHARACTERISTICS[one]) for one in note.reports],
            "rules": self._rules(rows, method),
            "reasons": list(self._reasons(rows)),
            "has_ics": any(row.ics for row in rows),
            "brought": [
                (one, ", ".join(labels_in_words(self._book.overlay[one], self._book.matrices["ics"])))
                for one in sorted(used & self._book.overlay.keys())
            ],
        }

    def index(self) -> dict[str, Any]:
        head = self._book.head
        return {
            "head": head,
            "groups": [(title, list(self._group(group))) for group, title in self._notes.groups.items()],
            "before": self._rules(self._book.before),
            "reasons": [(f"**{one}**", meaning) for one, meaning in head.no_category.items()],
            "levels": [(one, said.meaning, f"{said.probability:g}") for one, said in head.ambiguity.items()],
            "tactics": list(self._by_tactic()),
        }

    def context(self) -> dict[str, Any]:
        vocabulary = self._book.vocabulary
        ports: dict[str, list[str]] = defaultdict(list)
        for port, service in vocabulary.services.items():
            ports[service].append(str(port))
        role, service_key = vocabulary.keys["source_role"], vocabulary.keys["service"]
        return {
            "keys": [(f"`{key.name}`", key.meaning, _values(key)) for key in vocabulary.keys.values()],
            "roles": [(f"`{one}`", value_in_words(one, role)) for one in vocabulary.roles],
            "role_groups": _groups(vocabulary.role_groups, vocabulary.roles, role),
            "services": [
                (f"`{one}` ({value_in_words(one, service_key)})", ", ".join(numbers))
                for one, numbers in ports.items()
            ],
            "service_groups": _groups(vocabulary.service_groups, tuple(ports), service_key),
            "unknown_submethod": self._book.head.unknown_submethod,
        }

    def families(self) -> dict[str, Any]:
        shared = {row.id: row for row in self._book.rows() if row.id.startswith(_FAMILY)}
        return {"rules": [self._rule(row) for row in shared.values()]}

    def older(self) -> dict[str, Any]:
        return {
            "methods": [
                (METHODS[code], self._rules(retired, METHODS[code]))
                for code, rows in self._book.rules.items()
                if (retired := [row for row in rows if row.retired])
            ]
        }

    def _actors(self, method: Method) -> list[str]:
        known = {
            key: roles
            for key, roles in self._book.vocabulary.method_roles.items()
            if key.partition("/")[0] == method.code
        }
        lines = []
        for key, roles in known.items():
            submethod = key.partition("/")[2]
            subject = f"In `{submethod}` the" if submethod else "The"
            lines.append(f"{subject} source is: {roles.source}. The targets are: {roles.targets}.")
        if not known:
            lines.append("The source acts, the targets are acted on.")
        elif method.code not in known:
            lines.append("In the other submethods the source acts, the targets are acted on.")
        return lines

    def _rules(self, rows: Sequence[Row], method: Method | None = None) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = []
        for row in rows:
            if not row.id.startswith(_FAMILY):
                found.append(self._rule(row, method))
            elif not found[-1][0].startswith(_FAMILY):
                says = "its name or text tells a kind of threat"
                found.append((f"{_FAMILY}01 …", says, "[by its kind](families.md)", ""))
        return found

    def _rule(self, row: Row, method: Method | None = None) -> tuple[str, ...]:
        when = conditions_in_words(row, self._book.vocabulary)
        if method is not None and (only := _only(row, method)):
            when = f"{only}: {when}"
        said = answer_in_words(row, self._book.matrices)
        if row.enterprise is None:
            said[0] = f"**{said[0]}**"
        return row.id, when, "<br>".join([*said, f"*ambiguity {row.ambiguity}*"]), row.why

    def _reasons(self, rows: Sequence[Row]) -> Iterator[tuple[str, str, list[str]]]:
        for reason, meaning in self._book.head.no_category.items():
            found = [row.id for row in rows if row.reason == reason]
            if found:
                yield reason, meaning, found

    def _group(self, group: str) -> Iterator[tuple[str, str, str]]:
        for code, note in self._notes.methods.items():
            if note.group == group:
                rows = self._book.rules[code]
                tactics = {one for row in rows if row.enterprise for one in row.enterprise.tactics}
                names = [one.name for one in self._enterprise.tactics if one.shortname in tactics]
                yield f"[{code}]({code}.md)", METHODS[code].name, ", ".join(names) or "no category"

    def _by_tactic(self) -> Iterator[tuple[Tactic, list[tuple[str, str]]]]:
        used: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for code in self._notes.methods:
            for row in self._book.rules[code]:
                for one, tactics in row.enterprise.techniques.items() if row.enterprise else ():
                    for shortname in tactics:
                        used[shortname, one][code] = None
        for tactic in self._enterprise.tactics:
            found = [
                (self._linked(one), ", ".join(f"[{code}]({code}.md)" for code in codes))
                for (shortname, one), codes in sorted(used.items())
                if shortname == tactic.shortname
            ]
            if found:
                yield tactic, found

    def _linked(self, technique_id: str) -> str:
        technique = self._enterprise.technique(technique_id)
        return f"[{technique.id}]({technique.url}) {technique.display}"


def _only(row: Row, method: Method) -> str:
    """Return the submethods that a row is for, the shorter way; empty when it is for all."""
    left = [one for one in method.submethods if not row.covers(one)]
    if "*" in row.submethods or not (left or method.open or row.retired):
        return ""
    if not method.open and 0 < len(left) < len(row.submethods) / 2:
        return f"all but {', '.join(f'`{one}`' for one in left)}"
    return ", ".join(f"`{one}`" for one in row.submethods)


def _values(key: Key) -> str:
    if key.groups:
        return "one or several, see below"
    return "; ".join(
        f"`{value}`: {said}" if (said := value_in_words(value, key)) != value else f"`{value}`"
        for value in key.values
    )


def _groups(groups: Mapping[str, frozenset[str]], order: Sequence[str], key: Key) -> list[tuple[str, str]]:
    return [
        (
            f"`{name}` ({value_in_words(name, key)})",
            ", ".join(f"`{one}`" for one in order if one in members),
        )
        for name, members in groups.items()
    ]


def write(folder: Path) -> None:
    """Write the guide into a folder; pages that it no longer has are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    found = pages(Codebook.load(), load_notes())
    for old in folder.glob("*.md"):
        if old.name not in found and old.read_text(encoding="utf-8").startswith(_GENERATED):
            old.unlink()
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/methods"))
