"""What the site has decided about an event: allowed, forbidden, explained, or labelled a false positive."""

from __future__ import annotations

from adscribe.context.view import View


def derive(view: View) -> None:
    """Note ``authorised``, ``known_cause`` and ``fp_label``."""
    event, site = view.event, view.site
    label = false_positive_label(event.labels)
    if label is not None:
        view.put("fp_label", "yes", "event: label", f"the event is labelled {label!r}")
    allowed = site.allowed(event)
    if allowed is not None:
        view.put("authorised", "yes", "site: allowed", allowed.text)
    elif (forbidden := site.forbidden(event)) is not None:
        view.put("authorised", "no", "site: forbidden", forbidden.text)
    cause = site.known_cause(event)
    if cause is not None and cause.cause is not None:
        view.put("known_cause", cause.cause, "site: known_causes", cause.text)


def false_positive_label(labels: tuple[str, ...]) -> str | None:
    """Return the label by which an analyst or a rule called the event a false positive."""
    for label in labels:
        words = label.lower().replace("_", " ").replace("-", " ").split()
        if words in (["false", "positive"], ["fp"]):
            return label
    return None
