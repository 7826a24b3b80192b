"""One run: events come in, are merged with what the run has seen, and are answered in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from msgspec import UNSET
from msgspec.structs import replace

from adscribe.answer.assignment import Assignment, ContextReference, EventReference, ModelReference
from adscribe.answer.verdict import Model
from adscribe.assign.changes import change
from adscribe.assign.decisions import decided_by_site
from adscribe.assign.journal import Entry, Journal, MemoryJournal
from adscribe.assign.translate import VerdictTranslator
from adscribe.context import Context, derive, traces
from adscribe.event import Event
from adscribe.event.merge import INACTIVITY_TIMEOUT, ActiveEvents, State
from adscribe.event.opened import OpenEvent
from adscribe.history import History, MemoryHistory
from adscribe.site import Site

Observer = Callable[[Context, Assignment], None]
"""Is shown every answer beside the context that it was given to, in the thread that answers and before
the answer goes out: it must be quick and not raise. It changes nothing; what it is shown is shared."""


class Run:
    """Answers events one after the other; what it has seen is their history.

    Parameters
    ----------
    model : Model
        Answers where the site hasn't decided.
    site : Site
        The monitored network.
    history : History, optional
        Earlier events; what this run sees alone when not given.
    journal : Journal, optional
        Open events and former answers; those of this run alone when not given.
    translator : VerdictTranslator, optional
        Puts answers in another version of ATT&CK.
    candidates : int
        How many candidates each answer names.
    explain : bool
        Whether answers say why.
    timeout, timeouts : timedelta, mapping of str to timedelta
        Inactivity timeout, and those of single methods.
    observer : Observer, optional
        Is shown every answer, those of the site as well.
    """

    def __init__(
        self,
        model: Model,
        site: Site,
        *,
        history: History | None = None,
        journal: Journal | None = None,
        translator: VerdictTranslator | None = None,
        candidates: int = 0,
        explain: bool = True,
        timeout: timedelta = INACTIVITY_TIMEOUT,
        timeouts: Mapping[str, timedelta] | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._model = model
        self._site = site
        self._site_reference = f"sha256:{site.sha256}" if site.sha256 else None
        self._history = MemoryHistory() if history is None else history
        self._translator = translator
        self._candidates = candidates
        self._explain = explain
        self._observer = observer
        self._journal = MemoryJournal() if journal is None else journal
        self._events = ActiveEvents(timeout, timeouts, self._journal)
        reference = model.reference
        self._reference = replace(reference, attack=translator.attack) if translator else reference

    def answer(self, report: Event) -> Assignment:
        """Return the answer to a report: to the event that it belongs to, as that stands now.

        A report that comes again, equal in all, is no update: what it was answered comes back.
        """
        known = self._journal.answered(report)
        if known is not None:
            return known
        return self._answered(self._events.add(report), report)

    def again(self, opened: OpenEvent) -> Assignment:
        """Return another answer to an event that the journal knows, as it stands: a revision of its own.

        What led to the answer before may be another model, site file or version of ATT&CK.
        """
        state = State(
            id=opened.id,
            identity=opened.identity,
            revision=opened.revision + 1,
            fragment=False,
            event=opened.event,
            before=opened.event,
        )
        self._journal.put(replace(opened, revision=state.revision), None)
        return self._answered(state, None)

    @property
    def references(self) -> tuple[ModelReference, str | None]:
        """The model and the site file that answers name."""
        return self._reference, self._site_reference

    def _answered(self, state: State, report: Event | None) -> Assignment:
        event = state.event
        context = derive(event, self._site, self._history, event_id=state.id)
        verdict = decided_by_site(context)
        if verdict is None:
            # Only what the site hasn't decided is evidence against a host.
            for ips, record in traces(context, state.id):
                self._history.remember(ips, record)
            verdict = self._model.assess(context, explain=self._explain, candidates=self._candidates)
        if self._translator is not None:
            verdict = self._translator.translate(verdict)
        shown = () if state.before is None else self._journal.shown(state.id)
        cause = "reassess" if report is None else "fragment" if state.fragment else "update"
        assignment = Assignment(
            event=EventReference(
                id=state.id,
                identity=state.identity,
                revision=state.revision,
                fragment=state.fragment,
                method=event.method,
                submethod=event.submethod,
                source=event.source.ip,
                external_id=event.external_id,
            ),
            techniques=verdict.techniques,
            tactics=verdict.tactics,
            no_category=verdict.no_category,
            ics=verdict.ics,
            changed=change(state.before, event, shown, verdict, cause),
            model=self._reference,
            context=ContextReference(site=self._site_reference, history=context.history),
            candidates=verdict.candidates if self._candidates else UNSET,
        )
        self._journal.keep(Entry(report, state, context, assignment))
        if self._observer is not None:
            self._observer(context, assignment)
        return assignment
