"""What is asked of one site, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adscribe.training.simulation.emission import Report


@dataclass(frozen=True, slots=True)
class SitePlan:
    """What is asked of one site.

    Attributes
    ----------
    name : str
        Of the site.
    seed : numpy.random.SeedSequence
        Decides all.
    split : str
        ``train``, ``calibrate``, ``validate`` or ``test``.
    reports : int
        How many reports, updates included.
    prevalence : float
        Share of them with a category.
    masked : float
        Share of threats whose name is hidden or put in other words.
    """

    name: str
    seed: np.random.SeedSequence
    split: str
    reports: int
    prevalence: float
    masked: float


@dataclass(frozen=True, slots=True)
class Labelled:
    """A report, of which event of which behaviour it is."""

    report: Report
    event_key: str
    behaviour: str
    parameter_set: str
    campaign: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What one site tells.

    Attributes
    ----------
    plan : SitePlan
        What was asked.
    kind, level : str
        Kind of network, and how well the site knows itself.
    site_file, bare_file : str
        The site file; the same without roles, services and hours.
    reports : tuple of Labelled
        In order of time.
    """

    plan: SitePlan
    kind: str
    level: str
    site_file: str
    bare_file: str
    reports: tuple[Labelled, ...]
