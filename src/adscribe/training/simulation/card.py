"""The data card: what is in a corpus, how much of it could be read in two ways, and what is held out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from adscribe.training.simulation.behaviours import Library
from adscribe.training.simulation.plan import Plan, definitions_digest
from adscribe.training.simulation.tally import Tally

LARGEST = 20
"""Groups that the card shows."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How often the visible evidence allows two truths.

    Attributes
    ----------
    reports, groups : int
        Reports left to the model, and groups of equal evidence that they fall into.
    ambiguous_reports, ambiguous_groups : int
        Of them in groups with two or more truths.
    ceiling : float
        Share of the reports whose truth is the commonest of its group: nothing that sees only these
        facts can be right more often. Groups of one report count as right, so it is an upper bound.
    largest : tuple of (str, dict)
        Evidence and truths of the largest ambiguous groups.
    """

    reports: int
    groups: int
    ambiguous_reports: int
    ambiguous_groups: int
    ceiling: float
    largest: tuple[tuple[str, dict[str, int]], ...]


def overlap(groups: Mapping[str, Counter[str]]) -> Overlap:
    """Return how often equal evidence has two truths."""
    reports = sum(truths.total() for truths in groups.values())
    ambiguous = {evidence: truths for evidence, truths in groups.items() if len(truths) > 1}
    right = sum(max(truths.values()) for truths in groups.values())
    # By what is left when the commonest truth is taken away: the most contested first.
    order = sorted(ambiguous.items(), key=lambda group: (max(group[1].values()) - group[1].total(), group[0]))
    return Overlap(
        reports=reports,
        groups=len(groups),
        ambiguous_reports=sum(truths.total() for truths in ambiguous.values()),
        ambiguous_groups=len(ambiguous),
        ceiling=round(right / reports, 4) if reports else 1.0,
        largest=tuple((evidence, _sorted(truths)) for evidence, truths in order[:LARGEST]),
    )


def card(
    plan: Plan, tally: Tally, library: Library, content: str, splits: Mapping[str, int]
) -> dict[str, Any]:
    """Return the card as plain data.

    Parameters
    ----------
    plan : Plan
        What was asked for.
    tally : Tally
        What came of it.
    library : Library
        The definitions.
    content : str
        SHA-256 of all rows in their order.
    splits : mapping of str to int
        Number of sites in each part.
    """
    shared = asdict(overlap(tally.groups))
    counts = tally.counts
    return {
        "plan": asdict(plan),
        "plan_sha256": plan.digest,
        "definitions_sha256": definitions_digest(),
        "content_sha256": content,
        "attack": {"enterprise": "19", "ics": "18.1"},
        "rows": tally.rows,
        "reports": tally.reports,
        "events": tally.events,
        "sites": tally.sites,
        "prevalence": round(tally.with_category / tally.reports, 4) if tally.reports else 0.0,
        "decided_by_site": tally.decided,
        "sites_by_split": dict(splits),
        "behaviours": {
            "everyday": sum(one.raw.actor == "everyday" for one in library.behaviours.values()),
            "intruder": sum(one.raw.actor == "intruder" for one in library.behaviours.values()),
            "malware": sum(one.raw.actor == "malware" for one in library.behaviours.values()),
            "campaigns": len(library.campaigns),
            "never_seen": sorted(set(library.behaviours) - set(counts["behaviour"])),
        },
        "held_out": list(library.held_out),
        "overlap": {
            **shared,
            "largest": [{"evidence": text, "truths": truths} for text, truths in shared["largest"]],
        },
        "counts": {name: _sorted(counter) for name, counter in counts.items()},
    }


def _sorted(counter: Counter[str] | Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def as_text(card: Mapping[str, Any]) -> str:
    """Return the card as Markdown."""
    plan, shared, behaviours = card["plan"], card["overlap"], card["behaviours"]
    share = shared["ambiguous_reports"] / shared["reports"] if shared["reports"] else 0.0
    parts = [
        "# Simulated events\n",
        "Made by `adscribe data build`; how, and what the columns hold, is in `docs/simulator.md`."
        " Everything is invented but the ways in which hosts behave.\n",
        _table(
            ("", ""),
            [
                ("reports (full view)", f"{card['reports']:,}"),
                ("events", f"{card['events']:,}"),
                ("rows in all views", f"{card['rows']:,}"),
                ("sites", f"{card['sites']:,}"),
                ("with a category", f"{card['prevalence']:.1%} (asked: {plan['prevalence']:.1%})"),
                ("decided by the site", f"{card['decided_by_site']:,}"),
                ("ATT&CK", f"Enterprise {card['attack']['enterprise']}, ICS {card['attack']['ics']}"),
                ("seed", str(plan["seed"])),
                ("definitions (SHA-256)", f"`{card['definitions_sha256']}`"),
                ("content (SHA-256)", f"`{card['content_sha256']}`"),
            ],
        ),
        "## Overlap\n",
        f"{shared['ambiguous_reports']:,} of {shared['reports']:,} reports that are left to a model"
        f" ({share:.1%}) lie in {shared['ambiguous_groups']:,} groups whose visible evidence is equal and"
        " whose truths are not. Who sees only the facts of a context can be right for at most"
        f" {shared['ceiling']:.1%} of the reports. The most contested groups:\n",
        _table(
            ("evidence", "truths"),
            [
                (
                    group["evidence"],
                    ", ".join(f"{truth}: {number:,}" for truth, number in group["truths"].items()),
                )
                for group in shared["largest"]
            ],
        ),
        "## Held out\n",
        "Only sites of the test part have these behaviours, parameter sets and campaigns. An event, its"
        " updates and a campaign lie in one site, and a site in one part.\n",
        "\n".join(f"- `{name}`" for name in card["held_out"]) + "\n",
        "## Behaviours\n",
        f"{behaviours['everyday']} of everyday life, {behaviours['intruder']} of intruders,"
        f" {behaviours['malware']} of malware, {behaviours['campaigns']} campaigns. Not met here: "
        f"{', '.join(f'`{name}`' for name in behaviours['never_seen']) or 'none'}.\n",
    ]
    titles = {
        "split": "Rows by part",
        "view": "Rows by view",
        "network": "Sites by kind of network",
        "knowledge": "Sites by how well they know themselves",
        "no_category": "Reasons for no category",
        "tactic": "Tactics",
        "technique": "Techniques",
        "ics_technique": "Techniques of the ICS matrix",
        "name_form": "How threats are named",
        "actor": "Actors",
        "campaign": "Campaigns",
        "method": "Methods",
        "submethod": "Submethods",
        "parameter_set": "Behaviours and parameter sets",
    }
    for name, title in titles.items():
        parts += [f"## {title}\n", _table(("", "number"), _numbers(card["counts"][name].items()))]
    return "\n".join(parts)


def _numbers(items: Iterable[tuple[str, int]]) -> list[tuple[str, str]]:
    return [(f"`{name}`", f"{number:,}") for name, number in items]


def _table(head: tuple[str, str], lines: Iterable[tuple[str, str]]) -> str:
    body = "\n".join(f"| {first.replace('|', '/')} | {second} |" for first, second in lines)
    return f"| {head[0]} | {head[1]} |\n|---|---|\n{body}\n"
