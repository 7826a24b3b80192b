"""The one way in: what the command line, the HTTP service and Python call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import UNSET

from adscribe.answer.assignment import Assignment, ModelReference
from adscribe.answer.verdict import Model, Verdict
from adscribe.assign.journal import Journal
from adscribe.assign.loaded import Loaded, no_promise
from adscribe.assign.loading import load_model
from adscribe.assign.run import Observer, Run
from adscribe.assign.translate import VerdictTranslator
from adscribe.attack import Catalogue
from adscribe.context import Context
from adscribe.errors import EventError, Place
from adscribe.event.merge import INACTIVITY_TIMEOUT
from adscribe.history import History
from adscribe.model.learned import LearnedModel
from adscribe.model.names import SHIPPED
from adscribe.sensors import Readable, Reject, read
from adscribe.site import Site

if TYPE_CHECKING:
    from pandas import DataFrame

Answer = Assignment | Reject

MAX_CANDIDATES = 50
"""Candidates that an answer can name."""


class Classifier:
    """Assigns categories to events.

    Parameters
    ----------
    model : Model
        Says what an event in its context shows.
    catalogue : Catalogue
        The versions of ATT&CK.
    details : mapping, optional
        What `describe` tells beyond the model's reference.

    Examples
    --------
    >>> classifier = Classifier.load("codebook")
    >>> event = {"method": "SCANS", "submethod": "ARP", "source": {"ip": "10.0.0.5"},
    ...          "detected_at": "2026-11-03T15:12:10Z"}
    >>> classifier.classify([event])[0].techniques[0].id
    'T1018'
    """

    def __init__(self, model: Model, catalogue: Catalogue, details: Mapping[str, Any] | None = None) -> None:
        self.model = model
        self.catalogue = catalogue
        self._details = dict(details or {})
        self._at_risk: dict[float, Model] = {}

    @classmethod
    def load(
        cls, model: str = SHIPPED, *, risk: float | None = None, residual: str | Path | None = None
    ) -> Classifier:
        """Load a classifier.

        Parameters
        ----------
        model : str
            ``"adscribe"``: the model that ships; ``"codebook"``: the rules; the folder of a model that
            was trained; or one of an MLflow registry, such as ``"models:/adscribe@champion"``.
        risk : float, optional
            Share of wrong categories that is accepted where a run doesn't say; 0.1 when not given.
        residual : str or Path, optional
            File with what the site's analysts have taught, see `adscribe.model.residual`.

        Raises
        ------
        ModelError
            If there is no such model, it can't be trusted, it doesn't promise the risk, or the residual
            wasn't learnt beside it.
        """
        catalogue = Catalogue.load()
        return cls.of(load_model(model, catalogue, risk=risk, residual=residual), catalogue)

    @classmethod
    def of(cls, loaded: Loaded, catalogue: Catalogue) -> Classifier:
        """Return the classifier of a model that is loaded; see `adscribe.assign.loading`."""
        return cls(loaded.model, catalogue, {**loaded.details, "artefact": loaded.artefact})

    def run(
        self,
        *,
        site: Site | None = None,
        history: History | None = None,
        journal: Journal | None = None,
        attack_version: str | None = None,
        risk: float | None = None,
        candidates: int = 0,
        explain: bool = True,
        timeout: timedelta = INACTIVITY_TIMEOUT,
        timeouts: Mapping[str, timedelta] | None = None,
        observer: Observer | None = None,
    ) -> Run:
        """Begin a run: history and open events are what it has seen.

        Parameters
        ----------
        site : Site, optional
            The monitored network; private ranges are the inside when not given.
        history : History, optional
            Earlier events from elsewhere.
        journal : Journal, optional
            Open events and former answers from elsewhere.
        attack_version : str, optional
            Version of Enterprise ATT&CK to answer in; the model's own when not given.
        risk : float, optional
            Share of wrong categories that is accepted; that of the classifier when not given.
        candidates : int
            How many of the most probable techniques each answer names, shown or not.
        explain : bool
            Whether answers say why.
        timeout, timeouts
            Inactivity timeout, and those of single methods.
        observer : Observer, optional
            Is shown every answer beside its context; see `adscribe.assign.run.Observer`.

        Raises
        ------
        CatalogueError
            If the version isn't at hand.
        ModelError
            If the model can't keep the promise.
        """
        model = self.model if risk is None else self._promising(risk)
        reference = model.reference
        translator = None
        if attack_version is not None:
            translator = VerdictTranslator(self.catalogue, reference.attack, attack_version)
        return Run(
            model,
            site or Site.default(),
            history=history,
            journal=journal,
            translator=translator,
            candidates=min(candidates, MAX_CANDIDATES),
            explain=explain,
            timeout=timeout,
            timeouts=timeouts,
            observer=observer,
        )

    def stream(
        self,
        lines: Readable,
        *,
        format: str = "auto",  # noqa: A002 - the word of the command line
        site: Site | None = None,
        rejects: Literal["yield", "raise"] = "yield",
        **options: Any,
    ) -> Iterator[Answer]:
        """Answer events as they are read; see `classify`."""
        site = site or Site.default()
        return self.answers(self.run(site=site, **options), lines, format=format, site=site, rejects=rejects)

    def answers(
        self,
        run: Run,
        lines: Readable,
        *,
        format: str = "auto",  # noqa: A002 - the word of the command line
        site: Site,
        rejects: Literal["yield", "raise"] = "yield",
    ) -> Iterator[Answer]:
        """Answer further events in a run that has begun; see `classify`."""
        for record in read(lines, format=format, zone=site.timezone):
            if not isinstance(record, Reject):
                yield run.answer(record.event)
            elif rejects == "raise":
                raise EventError(record.reason, place=Place(line=record.line, pointer=record.pointer))
            else:
                yield record

    def classify(
        self,
        lines: Readable,
        *,
        format: str = "auto",  # noqa: A002 - the word of the command line
        site: Site | None = None,
        rejects: Literal["yield", "raise"] = "yield",
        **options: Any,
    ) -> list[Answer]:
        """Answer events in one run.

        Parameters
        ----------
        lines : str, bytes, path, file, or iterable of str, bytes, mappings and Events
            The events.
        format : str
            Their form; ``"auto"`` recognises each on its own.
        site : Site, optional
            The monitored network.
        rejects : {"yield", "raise"}
            What becomes of an input that can't be read: a `Reject` in its place, or an error.
        **options
            As in `run`.

        Returns
        -------
        list of Assignment or Reject
            An answer an input, in order.

        Raises
        ------
        EventError
            With ``rejects="raise"``: the first input that can't be read.
        """
        return list(self.stream(lines, format=format, site=site, rejects=rejects, **options))

    def classify_frame(self, frame: DataFrame, *, site: Site | None = None, **options: Any) -> DataFrame:
        """Answer the events of a frame: native events, a column a key; see `adscribe.assign.frames`."""
        from adscribe.assign.frames import classify_frame  # noqa: PLC0415 - pandas is an extra

        return classify_frame(self, frame, site=site, **options)

    def assess(self, context: Context, like: ModelReference) -> Verdict:
        """Return what the model says of a context that another has answered, in the same terms.

        Parameters
        ----------
        context : Context
            As the other was given it.
        like : ModelReference
            Of the other's answer: its ATT&CK version, and its risk where both make promises.

        Raises
        ------
        CatalogueError
            If the version isn't at hand.
        ModelError
            If the model doesn't promise the risk.
        """
        own = self.model.reference
        asked = None if own.risk is None or like.risk == own.risk else like.risk
        model = self.model if asked is None else self._promising(asked)
        verdict = model.assess(context, explain=False, candidates=0)
        if like.attack == own.attack:
            return verdict
        return VerdictTranslator(self.catalogue, own.attack, like.attack).translate(verdict)

    def _promising(self, risk: float) -> Model:
        # A model has a few steps, and each takes a while to set up.
        key = round(risk, 6)
        if key not in self._at_risk:
            if not isinstance(self.model, LearnedModel):
                raise no_promise(self.model.reference.name)
            self._at_risk[key] = self.model.with_risk(key)
        return self._at_risk[key]

    def describe(self) -> dict[str, Any]:
        """Return what there is to know of the model, as plain values.

        Returns
        -------
        dict
            ``name``, ``version``, ``attack``, ``risk``, ``calm_risk`` and ``residual`` of its answers;
            ``artefact``: SHA-256 of its manifest; ``promises``: the steps that can be chosen (see
            `adscribe.model.promises.Promises`); ``training``: hash of the data and when; ``schema``: hash
            of the features; ``attack_versions`` that answers can be given in. What a model doesn't have
            is ``None``.
        """
        reference = self.model.reference
        return {
            "name": reference.name,
            "version": reference.version,
            "attack": reference.attack,
            "risk": reference.risk,
            "calm_risk": reference.calm_risk,
            "residual": None if reference.residual is UNSET else reference.residual,
            **{key: self._details.get(key) for key in ("artefact", "promises", "training", "schema")},
            "attack_versions": {
                domain: list(self.catalogue.versions(domain)) for domain in ("enterprise", "ics")
            },
        }
