"""The comparison of candidates as a table for the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from adscribe.training.bootstrap import Estimate
from adscribe.training.text.candidates import BASE, CANDIDATES
from adscribe.training.text.examples import VENDORS, Example
from adscribe.training.text.nested import Hits, Out, choice, compare, inner, reported

BEGIN, END = "<!-- comparison -->", "<!-- end of comparison -->"
"""Between these the pipeline writes."""

Trials = Mapping[str, Mapping[tuple[Out, str], Hits]]


def table(trials: Trials, tests: Mapping[str, Sequence[Example]]) -> str:
    """Return the figures of all candidates, what was chosen, and how much better that is."""
    chosen = chosen_for(trials)
    best, base = reported(trials, chosen), reported(trials, dict.fromkeys(VENDORS, BASE.name))
    gain = compare(best, base, tests)
    numbers = " | ".join(f"{vendor} ({len(tests[vendor])})" for vendor in VENDORS)
    lines = [
        f"| candidate | {numbers} | mean | chosen by |",
        "|---|" + "---|" * (len(VENDORS) + 2),
        *(
            _line(name, reported(trials, dict.fromkeys(VENDORS, name)), _inner(trials, name))
            for name in trials
        ),
        _line("**chosen on the three others**", best, ""),
        "",
        "Chosen: "
        + "; ".join(f"for {vendor} *{name}*" for vendor, name in chosen.items())
        + f"; on all four, for the model that ships, *{choice(_eligible(trials), None)}*.",
        "",
        f"Gain over {BASE.name}, mean of the vendors in points: right first {_points(gain.first)}, "
        f"right among three {_points(gain.among)}.",
    ]
    return "\n".join(lines) + "\n"


def chosen_for(trials: Trials) -> dict[str, str]:
    """Return the candidate that is chosen on the others for each vendor, of those that could ship."""
    return {vendor: choice(_eligible(trials), vendor) for vendor in VENDORS}


def write(text: str, page: Path) -> None:
    """Put a table into a page, between `BEGIN` and `END`."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


def figures(trials: Trials, name: str) -> dict[str, float]:
    """Return the figures of a candidate by name, for the record."""
    found = reported(trials, dict.fromkeys(VENDORS, name))
    shares = {
        f"{vendor}.{what}": found[vendor][:, at].mean() for vendor in VENDORS for at, what in enumerate(_WHAT)
    }
    return {key: float(value) for key, value in shares.items()} | {"inner": inner(trials[name], None)}


_WHAT = ("first", "among_three")


def _line(name: str, found: Mapping[str, Hits], by: str) -> str:
    shares = [found[vendor].mean(axis=0) for vendor in VENDORS]
    cells = " | ".join(f"{100 * first:.0f} / {100 * among:.0f}" for first, among in shares)
    first, among = np.mean(shares, axis=0)
    return f"| {name} | {cells} | {100 * first:.1f} / {100 * among:.1f} | {by} |"


def _inner(trials: Trials, name: str) -> str:
    return " ".join(f"{100 * inner(trials[name], vendor):.1f}" for vendor in VENDORS)


def _points(gain: Estimate) -> str:
    return f"{100 * gain.value:.1f} ({100 * gain.low:.1f} to {100 * gain.high:.1f})"


def _eligible(trials: Trials) -> Trials:
    """Return those that may be chosen: tables of single words, simplest to serve."""
    tables = {one.name for one in CANDIDATES if one.is_table}
    return {name: found for name, found in trials.items() if name in tables}
