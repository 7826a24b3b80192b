"""The context of an event: what it, the site and the history tell, under the codebook's words."""

from adscribe.context.derive import derive
from adscribe.context.facts import Context, Fact, Side
from adscribe.context.prior import traces

__all__ = ["Context", "Fact", "Side", "derive", "traces"]
