"""Documents of the API, taken apart by the mapping's words, and what refers to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from adscribe.errors import EventError
from adscribe.sensors.jsondoc import decode
from adscribe.site.importing import Findings, LeftOut, printable

_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Document:
    """One setting.

    Attributes
    ----------
    label : str
        What it is called in reports.
    values : mapping of str to Any
        What its keys hold, by the mapping's words; empty values are left out.
    unknown : tuple of str
        Keys with a value that the mapping doesn't name.
    """

    label: str
    values: Mapping[str, Any]
    unknown: tuple[str, ...]

    def text(self, word: str) -> str | None:
        """Return a text that fits on a line, ``None`` where there is none."""
        return as_text(self.values.get(word))


def documents(
    records: Iterable[bytes], fields: Mapping[str, str | None], kind: str, findings: Findings
) -> Iterator[Document]:
    """Yield the documents among records; what is none is left out.

    Parameters
    ----------
    records : iterable of bytes
        Of a list of the API, each as its JSON text.
    fields : mapping of str to str or None
        Key of the API to the mapping's word.
    kind : str
        What the documents are, in one word.
    findings : Findings
        Where to say what is left out.
    """
    for number, record in enumerate(records, start=1):
        try:
            content = decode(record)
        except EventError as error:
            findings.left_out.append(LeftOut(f"{kind} number {number}", error.message))
            continue
        if not isinstance(content, dict):
            findings.left_out.append(LeftOut(f"{kind} number {number}", "no JSON object"))
            continue
        values: dict[str, Any] = {}
        unknown = []
        for key, value in content.items():
            word = fields.get(key)
            if value in _EMPTY or word == "unused":
                continue
            if word is None:
                unknown.append(printable(str(key), 60))
            else:
                values[word] = value
        name = as_text(values.get("name")) or as_text(values.get("id")) or f"number {number}"
        yield Document(f"{kind} {name}", values, tuple(unknown))


@dataclass(slots=True)
class Index:
    """Settings by id and by name, for what refers to them."""

    ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, document: Document, target: str) -> None:
        """Note under which id and name something is known."""
        if (number := document.text("id")) is not None:
            self.ids.setdefault(number, target)
        if (name := document.text("name")) is not None:
            self.names.setdefault(name, target)

    @property
    def targets(self) -> frozenset[str]:
        """All that is known by an id or a name."""
        return frozenset((*self.ids.values(), *self.names.values()))

    def find(self, reference: Any) -> str | None:
        """Return what an id, a name, or an object with either refers to."""
        if isinstance(reference, dict):
            number, name = as_text(reference.get("id")), as_text(reference.get("name"))
            return self.ids.get(number or "") or self.names.get(name or "")
        text = as_text(reference)
        if text is None:
            return None
        first, second = (self.ids, self.names) if isinstance(reference, int) else (self.names, self.ids)
        return first.get(text) or second.get(text)


def as_text(value: Any) -> str | None:
    """Return a text or a number as text on a line."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return printable(str(value)) or None
    return None


def is_active(value: Any) -> bool | None:
    """Return what a flag says; ``None`` when it can't be understood. What has no flag is active."""
    return {"true": True, "1": True, "none": True, "false": False, "0": False}.get(str(value).lower())
