"""What the benchmarks share: timing steps in turns, and keeping a table in the README beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

README = Path(__file__).with_name("README.md")


def timed(steps: Mapping[str, Callable[[], object]], rounds: int, events: int) -> dict[str, float]:
    """Return the microseconds an event that each step takes in its fastest round.

    Parameters
    ----------
    steps : mapping of str to callable
        By name; each works through all events.
    rounds : int
        How often; the steps take turns.
    events : int
        How many there are.
    """
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            taken[name].append((time.perf_counter() - start) / events * 1e6)
    # The fastest, as `timeit` advises: the others tell what else the machine did.
    return {name: min(times) for name, times in taken.items()}


def keep(section: str, content: str) -> None:
    """Put a benchmark's table between the marks of its section in the README."""
    text = README.read_text("utf-8")
    before, _, rest = text.partition(f"<!-- {section} -->\n")
    after = rest.partition(f"<!-- /{section} -->")[2]
    README.write_text(f"{before}<!-- {section} -->\n{content}\n<!-- /{section} -->{after}", "utf-8")
