"""When it happened, against the site's working hours."""

from __future__ import annotations

from adscribe.context.view import View


def derive(view: View) -> None:
    """Note ``schedule``."""
    at = view.event.reported_at
    working = view.site.working_time(at)
    if working is not None:
        when = at.astimezone(view.site.timezone).strftime("%a %H:%M")
        text = f"{when} is {'within' if working else 'outside'} the site's working hours"
        view.put("schedule", "expected" if working else "off_hours", "site: hours", text)
