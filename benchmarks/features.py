"""What the features of an event cost, against reading its JSON in the same run.

Run by hand: ``python benchmarks/features.py --write`` puts the table into benchmarks/README.md. The steps
take turns on the same events, so that what else the machine does falls on all of them.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence

import msgspec
from reporting import keep, timed

from adscribe.context import Context, derive
from adscribe.event.native import to_native
from adscribe.features import FeatureSpace, extract
from adscribe.resources import shipped
from adscribe.sensors import Report, read
from adscribe.site import Site

TYPICAL = range(110, 131)
"""Active features of an event that counts as typical."""


def contexts(site: Site) -> list[Context]:
    """Return the shipped samples in context: every method and submethod of 13.0."""
    files = sorted((shipped("datasets", "samples") / "flowmon").iterdir())
    files.append(shipped("datasets", "samples", "demo", "events.ndjson"))
    return [
        derive(report.event, site) for file in files for report in read(file) if isinstance(report, Report)
    ]


def measure(some: Sequence[Context], site: Site, space: FeatureSpace, rounds: int) -> Mapping[str, float]:
    """Return the microseconds that each step takes an event: the mean over events in its fastest round."""
    lines = [msgspec.json.encode(to_native(context.event)) for context in some]
    steps: dict[str, Callable[[], object]] = {
        "JSON decoded (msgspec)": lambda: [msgspec.json.decode(line) for line in lines],
        "context derived": lambda: [derive(context.event, site) for context in some],
        "features as a row": lambda: [space.row(context) for context in some],
    }
    return timed(steps, rounds, len(some))


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """Return the figures as a table: a row a step."""
    rows = [f"| µs an event | {' | '.join(f'{name} | ×' for name in found)} |"]
    rows.append("|---|" + "---:|---:|" * len(found))
    steps = next(iter(found.values()))
    first = next(iter(steps))
    for step in steps:
        cells = [f"{times[step]:.1f} | {times[step] / times[first]:.0f}" for times in found.values()]
        rows.append(f"| {step} | {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    """Measure, print and, if asked, keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=100, choices=range(1, 1001), metavar="N")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    asked = parser.parse_args()
    site = Site.load(shipped("examples", "sites", "office.yaml"))
    some = contexts(site)
    samples = [extract(context) for context in some]
    space = FeatureSpace.fit(samples, minimum=1)
    typical = [context for context, sample in zip(some, samples, strict=True) if len(sample) in TYPICAL]
    sizes = statistics.mean(map(len, samples))
    found = table(
        {
            f"all samples ({len(some)}, {sizes:.0f} features on average)": measure(
                some, site, space, asked.rounds
            ),
            f"typical ({len(typical)}, {TYPICAL[0]} to {TYPICAL[-1]} features)": measure(
                typical, site, space, asked.rounds
            ),
        }
    )
    machine = (
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores,"
        f" fastest of {asked.rounds} rounds."
    )
    print(f"{found}\n\n{machine}")
    if asked.write:
        keep("features", f"{found}\n\n{machine}")


if __name__ == "__main__":
    main()
