"""The site's decisions come before any model: what it allows, has explained, or labelled a false positive."""

from __future__ import annotations

from adscribe.answer.assignment import Categories, NoCategory, Reason
from adscribe.answer.evidence import evidence_of, is_ot
from adscribe.answer.verdict import Verdict
from adscribe.context import Context

CAUSES: dict[str, Reason] = {
    "maintenance": "benign",
    "load_test": "benign",
    "failover": "benign",
    "stale_config": "misconfiguration",
    "stale_credentials": "misconfiguration",
    "routing": "misconfiguration",
    "sampling": "misconfiguration",
    "fault": "misconfiguration",
    "learning": "too_generic",
}
"""What a confirmed cause makes of an event. While a method is still learning it can't tell anything."""


def decided_by_site(context: Context) -> Verdict | None:
    """Return the verdict of the site, naming the entry; ``None`` when it is the model's turn."""
    reason: Reason = "benign"
    fact = context.facts.get("fp_label")
    if fact is None and context.values("authorised") == ("yes",):
        fact = context.facts["authorised"]
    if fact is None and (cause := context.facts.get("known_cause")) is not None:
        fact, reason = cause, CAUSES[cause.values[0]]
    if fact is None:
        return None
    no_category = NoCategory(
        reason=reason,
        basis="site",
        probability=1.0,
        because=(evidence_of(fact, 0.0, context),),
    )
    return Verdict(
        no_category=no_category, ics=Categories(no_category=no_category) if is_ot(context) else None
    )
