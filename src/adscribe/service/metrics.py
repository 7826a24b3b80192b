"""What the service counts, for Prometheus. No label grows with what clients send."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from adscribe.assign import Assignment
from adscribe.model.drift import STATES, Drift

OTHER = "other"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The metrics of one service.

    Parameters
    ----------
    methods : collection of str
        Methods that are counted by name; all others are ``other``.
    """

    def __init__(self, methods: Collection[str]) -> None:
        self._methods = frozenset(methods)
        self._registry = CollectorRegistry()
        keep: dict[str, Any] = {"registry": self._registry}
        self.requests = Counter(
            "adscribe_http_requests_total", "Requests answered.", ["route", "status"], **keep
        )
        self.seconds = Histogram(
            "adscribe_http_request_seconds", "Time to answer.", ["route"], buckets=_SECONDS, **keep
        )
        self.events = Counter(
            "adscribe_events_total", "Events answered, by outcome.", ["method", "outcome"], **keep
        )
        self.rejects = Counter(
            "adscribe_rejects_total", "Records that are no event, by format asked.", ["format"], **keep
        )
        self.reloads = Counter(
            "adscribe_site_loads_total", "Readings of the site file that had changed.", ["result"], **keep
        )
        self.site_valid = Gauge(
            "adscribe_site_valid",
            "1 when the site file as it is now is in use, 0 when an earlier one still is.",
            multiprocess_mode="livemin",
            **keep,
        )
        self.store_reachable = Gauge(
            "adscribe_store_reachable",
            "1 when the store can be used, 0 when it can't.",
            multiprocess_mode="livemin",
            **keep,
        )
        self.deleted = Counter(
            "adscribe_store_deleted_total", "Events deleted since they needn't be kept.", **keep
        )
        self.drift_state = Gauge(
            "adscribe_drift_state",
            "0: too few events, or no profile to compare with; 1: quiet; 2: watch; 3: drift.",
            ["against"],
            multiprocess_mode="max",
            **keep,
        )
        self.drift_distance = Gauge(
            "adscribe_drift_distance",
            "Jensen-Shannon distance of the last 30 days, by feature group.",
            ["group", "against"],
            multiprocess_mode="max",
            **keep,
        )
        self.drift_limit = Gauge(
            "adscribe_drift_limit",
            "Distance from which on it is called drift; 1 where too few events tell.",
            ["group", "against"],
            multiprocess_mode="max",
            **keep,
        )
        self.model_loads = Counter(
            "adscribe_model_loads_total",
            "Models that came into use or were refused.",
            ["role", "result"],
            **keep,
        )
        self.model_valid = Gauge(
            "adscribe_model_valid",
            "1 when the model that is named now is in use, 0 when another is, or none.",
            ["role"],
            multiprocess_mode="livemin",
            **keep,
        )
        self.rollbacks = Counter("adscribe_model_rollbacks_total", "Rollbacks that were asked for.", **keep)
        self.shadow_answers = Counter(
            "adscribe_shadow_answers_total",
            "Answers that a challenger was asked as well.",
            ["result"],
            **keep,
        )
        self.shadow_tactics = Counter(
            "adscribe_shadow_tactics_total",
            "Tactics of answers that a challenger was asked as well.",
            ["tactic", "kind"],
            **keep,
        )

    def count(self, answer: Assignment) -> None:
        """Count an answer: ``category``, or the reason that there is none."""
        method = answer.event.method if answer.event.method in self._methods else OTHER
        outcome = answer.no_category.reason if answer.no_category else "category"
        self.events.labels(method, outcome).inc()

    def tell(self, drift: Drift) -> None:
        """Take over what became of events and answers."""
        for comparison in drift.comparisons:
            self.drift_state.labels(comparison.against).set(STATES.index(comparison.state))
        for one in drift.groups:
            labels = one.named, one.against
            self.drift_distance.labels(*labels).set(one.distance)
            # Nothing is farther than 1.
            self.drift_limit.labels(*labels).set(1 if one.limit is None else one.limit)

    def exposition(self) -> bytes:
        """Return all metrics in the Prometheus text format, of all workers where there are several."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def names(self) -> tuple[str, ...]:
        """Return the names of all metrics, as they are exposed."""
        kinds = {"counter": "_total"}
        return tuple(metric.name + kinds.get(metric.type, "") for metric in self._registry.collect())
