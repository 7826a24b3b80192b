"""Method instances of the sensor, and the filters that they are set to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from adscribe.polling.settings.documents import Index, as_text, documents, is_active
from adscribe.sensors.flowmon import api
from adscribe.sensors.flowmon.names import METHODS, find_method
from adscribe.site.importing import Assigned, Findings, LeftOut

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,49}")


@dataclass(frozen=True, slots=True)
class Instance:
    """One configuration of a method."""

    method: str
    name: str | None


@dataclass(slots=True)
class Instances:
    """The instances by id, and by name: many methods have an instance of the same name."""

    ids: dict[str, Instance] = field(default_factory=dict)
    names: dict[str, list[Instance]] = field(default_factory=dict)

    def find(self, reference: Any, method: str | None) -> Instance | None:
        """Return the one instance of a method, if that is known, that an id, a name or both refer to."""
        if isinstance(reference, dict):
            number, name = as_text(reference.get("id")), as_text(reference.get("name"))
        else:
            number = name = as_text(reference)
        found = [self.ids[number]] if number in self.ids else self.names.get(name or "", [])
        found = [instance for instance in found if method in (None, instance.method)]
        return found[0] if len(found) == 1 else None


def read_instances(
    records: Iterable[bytes], names: api.Instances, filters: Index, findings: Findings
) -> Instances:
    """Add the assigned filters to the findings, and return the instances.

    Where all instances of a method have the same filter it is assigned to the method as a whole, so that
    it holds for events that don't name their instance, too.
    """
    instances = Instances()
    assigned: dict[str, dict[str | None, str | None]] = {}
    for document in documents(records, names.fields, "method instance", findings):
        method = method_code(document.values.get("method"))
        if method is None:
            findings.left_out.append(LeftOut(document.label, "its method is not understood"))
            continue
        instance = Instance(method, document.text("name"))
        if (number := document.text("id")) is not None:
            instances.ids.setdefault(number, instance)
        if instance.name is not None:
            instances.names.setdefault(instance.name, []).append(instance)
        active = is_active(document.values.get("active"))
        if active is not True:
            why = "it is not active" if active is False else "whether it is active is not understood"
            findings.left_out.append(LeftOut(document.label, why, rightly=active is False))
            continue
        reference = document.values.get("filter")
        name = filters.find(reference) if reference is not None else None
        if reference is not None and name is None:
            findings.left_out.append(LeftOut(document.label, "its filter is not among the filters"))
            continue
        of_method = assigned.setdefault(method, {})
        if of_method.setdefault(instance.name, name) != name:
            findings.left_out.append(LeftOut(document.label, "a second one of this name with another filter"))
    for method, of_method in assigned.items():
        together = set(of_method.values())
        if len(together) == 1 and (name := together.pop()) is not None:
            origin = "of the sensor, all its instances" if len(of_method) > 1 else "of the sensor"
            findings.assigned.append(Assigned(method, None, name, origin))
            continue
        findings.assigned += (
            Assigned(method, instance_name, name, "of the sensor")
            for instance_name, name in of_method.items()
            if name is not None
        )
    return instances


def method_code(reference: Any) -> str | None:
    """Return today's code of a method that is named by it, or by an object that holds it."""
    if isinstance(reference, dict):
        codes = [find_method(text)[0].code for text in map(as_text, reference.values()) if text]
        return next((code for code in codes if code in METHODS), None)
    text = as_text(reference)
    if text is None:
        return None
    code = find_method(text)[0].code
    return code if _CODE.fullmatch(code) else None
