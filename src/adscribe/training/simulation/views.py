"""Degraded views: the same event, when something that the full view has isn't known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Native = dict[str, Any]

FULL = "full"


@dataclass(frozen=True, slots=True)
class View:
    """A way to see an event.

    Attributes
    ----------
    name : str
        In the column ``view``.
    site : {"full", "bare", "none"}
        Which site file goes with it: the site's, the one without roles, services and hours, or none.
    history : bool
        Whether earlier events are known.
    own_traces : bool
        Whether an event that is seen so says something else of its hosts to later events. What a service
        knows that only ever sees such a view is then another history than that of the full view.
    change : callable or None
        What it takes from the native event; ``None`` where it takes nothing.
    applies : callable
        Whether there is anything to take.
    """

    name: str
    site: str = "full"
    history: bool = True
    own_traces: bool = False
    change: Callable[[Native], Native] | None = None
    applies: Callable[[Mapping[str, Any]], bool] = lambda native: True


_PROOFS = ("responses_count", "successful_count", "unsuccessful_count")
_NAMES = ("threat", "blacklist_names", "list_description")
_NAMED = ("BPATTERNS", "THREATS", "BLACKLIST")


def _without_direction(native: Native) -> Native:
    targets = [target if isinstance(target, str) else _bare(target) for target in native.get("targets", ())]
    kept = {key: value for key, value in native.items() if key not in ("direction", "description")}
    return {**kept, "targets": targets}


def _bare(target: Mapping[str, Any]) -> Any:
    kept = {key: value for key, value in target.items() if not key.endswith("_bytes")}
    return kept if len(kept) > 1 else kept["ip"]


def _has_direction(native: Mapping[str, Any]) -> bool:
    return "direction" in native or any(
        "sent_bytes" in target for target in native.get("targets", ()) if not isinstance(target, str)
    )


def _without_success(native: Native) -> Native:
    values = {key: value for key, value in native["characteristics"].items() if key not in _PROOFS}
    kept = {key: value for key, value in native.items() if key not in ("success", "description")}
    return {**kept, "characteristics": values}


def _has_success(native: Mapping[str, Any]) -> bool:
    return "success" in native or any(name in native["characteristics"] for name in _PROOFS)


def _without_name(native: Native) -> Native:
    values = {key: value for key, value in native["characteristics"].items() if key not in _NAMES}
    kept = {key: value for key, value in native.items() if key != "description"}
    if native["method"] != "BLACKLIST":
        kept["submethod"] = "Unnamed"
    return {**kept, "characteristics": values}


def _without_description(native: Native) -> Native:
    return {key: value for key, value in native.items() if key != "description"}


VIEWS: tuple[View, ...] = (
    View("no-site", site="none", own_traces=True),
    View("no-roles", site="bare"),
    View("no-history", history=False),
    View("no-direction", own_traces=True, change=_without_direction, applies=_has_direction),
    View("no-success", own_traces=True, change=_without_success, applies=_has_success),
    View("no-name", own_traces=True, change=_without_name, applies=lambda native: native["method"] in _NAMED),
    View(
        "no-text", change=_without_description, applies=lambda native: native.get("description") is not None
    ),
)
"""The degraded views, and what each lacks."""

BY_NAME: Mapping[str, View] = {view.name: view for view in (View(FULL), *VIEWS)}


def degraded(view: View, native: Native) -> Native:
    """Return the event as a view shows it."""
    return view.change(native) if view.change is not None else native
