"""Builds a corpus: sites in parallel, one file of events, the site files, the card."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from adscribe.errors import AdscribeError
from adscribe.training.simulation.behaviours import load_library
from adscribe.training.simulation.card import as_text, card
from adscribe.training.simulation.life import tell
from adscribe.training.simulation.plan import Plan
from adscribe.training.simulation.rows import SCHEMA, Row, batch, digest, rows
from adscribe.training.simulation.tally import Tally, tally_site
from adscribe.training.simulation.told import SitePlan
from adscribe.training.simulation.world import load_world

Progress = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class SiteCorpus:
    """One site of a corpus: its rows, its files, what they hold."""

    plan: SitePlan
    rows: list[Row]
    files: dict[str, str]
    tally: Tally
    sha256: str


def build_site(plan: SitePlan, degraded: float) -> SiteCorpus:
    """Return the part of a corpus that one site makes."""
    library = load_library()
    told = tell(plan, library, load_world())
    site_rows = list(rows(told, degraded))
    return SiteCorpus(
        plan=plan,
        rows=site_rows,
        files={f"{plan.name}.yaml": told.site_file, f"{plan.name}-bare.yaml": told.bare_file},
        tally=tally_site(told, site_rows, library),
        sha256=digest(site_rows),
    )


def build_corpus(
    plan: Plan, folder: Path, *, processes: int = 2, progress: Progress | None = None
) -> dict[str, Any]:
    """Write a corpus.

    Parameters
    ----------
    plan : Plan
        What is asked for.
    folder : Path
        Gets ``events.parquet``, ``sites/``, ``card.json`` and ``card.md``. Is made where it isn't there.
    processes : int
        How many work at once. The content is the same for any number.
    progress : callable, optional
        Gets sites done, sites in all, and reports so far.

    Returns
    -------
    dict
        The card.

    Raises
    ------
    AdscribeError
        The folder can't be written to.
    """
    try:
        (folder / "sites").mkdir(parents=True, exist_ok=True)
        return _write(plan, folder, processes, progress)
    except OSError as error:
        reason = error.strerror or "unknown error"
        raise AdscribeError(f"{folder}: can't be written to: {reason}") from error


def _write(plan: Plan, folder: Path, processes: int, progress: Progress | None) -> dict[str, Any]:
    plans = plan.site_plans()
    content = hashlib.sha256()
    tally = Tally()
    partial_file = folder / "events.parquet.partial"
    with pq.ParquetWriter(partial_file, SCHEMA, compression="zstd") as writer:
        for number, part in enumerate(_parts(plans, plan.degraded, processes), start=1):
            for name, text in part.files.items():
                (folder / "sites" / name).write_text(text, encoding="utf-8")
                content.update(hashlib.sha256(text.encode()).digest())
            if part.rows:
                # One group of rows a site, so that a site is read in one piece.
                writer.write_batch(batch(part.rows), row_group_size=len(part.rows))
            content.update(bytes.fromhex(part.sha256))
            tally.add(part.tally)
            if progress is not None:
                progress(number, len(plans), tally.reports)
    partial_file.replace(folder / "events.parquet")
    splits = Counter(site.split for site in plans)
    made = card(plan, tally, load_library(), content.hexdigest(), splits)
    (folder / "card.json").write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1))
    (folder / "card.md").write_text(as_text(made), encoding="utf-8")
    return made


def _parts(plans: tuple[SitePlan, ...], degraded: float, processes: int) -> Iterator[SiteCorpus]:
    """Yield the sites in their order."""
    work = partial(build_site, degraded=degraded)
    if processes <= 1 or len(plans) == 1:
        yield from map(work, plans)
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, plans)
