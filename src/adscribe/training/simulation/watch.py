"""What a sensor keeps of all that happens, and what the site has decided about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adscribe.assign.decisions import CAUSES
from adscribe.event.merge import INACTIVITY_TIMEOUT
from adscribe.site import Site
from adscribe.training.simulation.behaviours import Behaviour
from adscribe.training.simulation.draw import Draw
from adscribe.training.simulation.emission import Report, event_of
from adscribe.training.simulation.network import Network
from adscribe.training.simulation.told import Labelled
from adscribe.training.simulation.truth import Truth

_APART = int(INACTIVITY_TIMEOUT.total_seconds()) + 300


class Watch:
    """The sensor of one site.

    Parameters
    ----------
    network, site : Network, Site
        What it watches, and what is known of that.
    end : int
        When it stops, in seconds since 1970.
    """

    def __init__(self, network: Network, site: Site, end: int) -> None:
        self._network, self._site, self._end = network, site, end
        self._busy: dict[tuple[str | None, ...], list[tuple[int, int]]] = {}
        self._rows: list[Labelled] = []
        self._keys = 0
        self.with_category = 0

    def __len__(self) -> int:
        return len(self._rows)

    def keep(
        self, reports: Sequence[Report], behaviour: Behaviour, parameter_set: str, campaign: str | None
    ) -> bool:
        """Take the events whose reports a sensor would keep apart from others; return whether any was."""
        events: dict[int, list[Report]] = {}
        for report in reports:
            events.setdefault(report.event, []).append(report)
        taken = False
        for event in events.values():
            decided = [told for report in event if (told := self._decided(report, behaviour)) is not None]
            if len(decided) < len(event) or event[-1].at >= self._end or not self._is_free(event):
                continue
            self._keys += 1
            key = f"{self._keys:09d}"
            for report in decided:
                told = replace(report, native={**report.native, **self._feed(report)})
                self._rows.append(Labelled(told, key, behaviour.id, parameter_set, campaign))
                self.with_category += bool(report.truth.techniques)
            taken = True
        return taken

    def _decided(self, report: Report, behaviour: Behaviour) -> Report | None:
        """Return a report with the truth that the site's decisions make of it.

        ``None`` for a hostile act that a decision would cover: such a decision would be wrong, and
        the simulated sites make no wrong ones.
        """
        content, method = self._site.content, report.native["method"]
        if report.native.get("labels"):
            return replace(report, truth=Truth(reason="benign"))
        if not any(entry.method in (None, method) for entry in (*content.allowed, *content.known_causes)):
            return report
        event = event_of(report.native)
        reason = "benign" if self._site.allowed(event) is not None else None
        if reason is None:
            cause = self._site.known_cause(event)
            if cause is None or cause.cause is None:
                return report
            reason = CAUSES[cause.cause]
        if behaviour.raw.actor != "everyday":
            return None
        return replace(report, truth=Truth(reason=reason))

    def _is_free(self, event: Sequence[Report]) -> bool:
        """Tell whether no other event of the same identity is near; if so, the time is taken."""
        native = event[0].native
        feed = self._feed(event[0])["data_feed"]
        key = (native["source"]["ip"], native["method"], native.get("submethod"), feed, native["instance"])
        begin, end = event[0].at - _APART, event[-1].at + _APART
        spans = self._busy.setdefault(key, [])
        if any(begin < until and since < end for since, until in spans):
            return False
        spans.append((event[0].at, event[-1].at))
        return True

    def _feed(self, report: Report) -> dict[str, str]:
        """Return where the event was seen: at the border, in the core, or in the plant."""
        if report.native["method"].startswith("OT") or report.native["method"] == "BROKENSEN":
            return {"data_feed": "3" if "ot_device" in self._network.by_role else "2"}
        ends = [report.native["source"]["ip"], *map(_ip, report.native.get("targets", ())[:1])]
        return {"data_feed": "2" if all(map(self._site.is_internal, ends)) else "1"}

    def in_order(self, name: str, draw: Draw) -> Iterator[Labelled]:
        """Yield the reports in order of time; ids count in that order too, so that they tell nothing."""
        self._rows.sort(key=lambda row: (row.report.at, row.event_key, row.report.revision))
        first = draw.whole(1_000, 900_000)
        ids: dict[str, int] = {}
        for row in self._rows:
            number = ids.setdefault(row.event_key, len(ids))
            report = replace(row.report, native={**row.report.native, "external_id": str(first + number)})
            yield replace(row, report=report, event_key=f"{name}-{number:06d}")


def _ip(target: str | Mapping[str, Any]) -> str:
    return target if isinstance(target, str) else target["ip"]
