"""The codebook: which context leads to which categories, or to the reason that there are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from adscribe.attack import Catalogue, Matrix
from adscribe.codebook import checking
from adscribe.codebook.reading import Head, RuleReader, read_head
from adscribe.codebook.rows import Labels, Match, Row, Trace, Tried
from adscribe.context.facts import Context
from adscribe.context.vocabulary import Vocabulary, load_vocabulary
from adscribe.errors import CodebookError, Place
from adscribe.resources import shipped

_ALL = "_global.yaml"


class Codebook:
    """Rules that an expert wrote down.

    A row answers when it is for the submethod of the event and all its conditions hold; the first one does.
    An unknown value never meets a condition.

    Parameters
    ----------
    head : Head
        What is true of all of it.
    vocabulary : Vocabulary
        Its words.
    matrices : mapping of str to Matrix
        The ATT&CK versions of its labels, by domain.
    before : tuple of Row
        Rows that are tried before those of every method.
    rules : mapping of str to tuple of Row
        The rows of each method, in order.
    overlay : mapping of str to Labels
        ICS labels that enterprise techniques bring along in an OT segment.
    """

    def __init__(
        self,
        *,
        head: Head,
        vocabulary: Vocabulary,
        matrices: Mapping[str, Matrix],
        before: tuple[Row, ...],
        rules: Mapping[str, tuple[Row, ...]],
        overlay: Mapping[str, Labels],
    ) -> None:
        self.head = head
        self.vocabulary = vocabulary
        self.matrices = matrices
        self.before = before
        self.rules = rules
        self.overlay = overlay
        self._index = {
            (method, name): self._select(method, name)
            for method, rows in rules.items()
            for name in {None, *(name for row in rows for name in row.submethods if not name.endswith("*"))}
        }

    @classmethod
    def load(cls, path: str | Path | None = None) -> Codebook:
        """Load a codebook.

        Parameters
        ----------
        path : str or Path, optional
            Its folder; the one that adscribe ships when not given.

        Raises
        ------
        CodebookError
            If anything is wrong with it: the first problem, and how many more there are.
        """
        book, found = cls.read(path)
        if found:
            first, more = found[0], len(found) - 1
            hint = f"and {more} more: `adscribe codebook check` lists them" if more else first.hint
            raise CodebookError(first.message, place=first.place, hint=hint)
        return book

    @classmethod
    def read(cls, path: str | Path | None = None) -> tuple[Codebook, list[CodebookError]]:
        """Read a codebook and all that is wrong with it; rows that are wrong are left out.

        Raises
        ------
        CodebookError
            If a file is missing or no YAML.
        """
        folder = Path(path) if path is not None else shipped("datasets", "codebook")
        head = read_head(folder)
        vocabulary = load_vocabulary(folder)
        catalogue = Catalogue.load()
        matrices = {domain: catalogue.matrix(domain, version) for domain, version in head.attack.items()}
        reader = RuleReader(head, vocabulary, matrices["enterprise"], matrices["ics"])
        before = reader.rules(folder / "rules" / _ALL, "*")
        rules = {
            file.stem: reader.rules(file, file.stem)
            for file in sorted((folder / "rules").glob("*.yaml"))
            if not file.name.startswith("_")
        }
        if not rules:
            raise CodebookError("holds no rules", place=Place(str(folder / "rules")))
        book = cls(
            head=head,
            vocabulary=vocabulary,
            matrices=matrices,
            before=before,
            rules=rules,
            overlay=reader.overlay(folder / "ics.yaml"),
        )
        return book, [*reader.problems, *checking.problems(head, before, rules, folder)]

    def rows(self) -> Iterator[Row]:
        """Return all rows; the ones that several methods share come once for each."""
        yield from self.before
        for rows in self.rules.values():
            yield from rows

    def covering(self, method: str, submethod: str | None) -> tuple[Row, ...]:
        """Return the rows for a kind of event, in the order that they are tried.

        A submethod that the report doesn't tell is read as the codebook assumes; else only rows for all
        submethods apply. None for a method that the codebook hasn't.
        """
        if submethod is None and method in self.head.unknown_submethod:
            submethod = self.head.unknown_submethod[method].submethod
        known = self._index.get((method, submethod))
        if known is not None:
            return known
        return self._select(method, submethod) if method in self.rules else ()

    def match(self, context: Context) -> Match | None:
        """Return the row that answers; ``None`` when the codebook hasn't the method or knows no answer."""
        for row in self.covering(context.event.method, context.event.submethod):
            met = row.met(context)
            if met is not None:
                return Match(row, met, self._ics(row, context))
        return None

    def trace(self, context: Context) -> Trace:
        """Return the row that answers, and why those before it don't."""
        tried: list[Tried] = []
        for row in self.covering(context.event.method, context.event.submethod):
            met = row.met(context)
            if met is not None:
                return Trace(tuple(tried), Match(row, met, self._ics(row, context)))
            unmet = tuple(
                (condition, context.values(condition.key))
                for condition in row.when
                if condition.met_by(context) is None
            )
            tried.append(Tried(row, unmet))
        return Trace(tuple(tried), None)

    def possible(self, context: Context) -> tuple[Row, ...]:
        """Return the rows that nothing known contradicts, in the order that they are tried."""
        return tuple(
            row
            for row in self.covering(context.event.method, context.event.submethod)
            if all(
                condition.key not in context.facts or condition.met_by(context) is not None
                for condition in row.when
            )
        )

    def overlaid(self, techniques: Iterable[str]) -> Labels | None:
        """Return the ICS labels that enterprise techniques bring along in an OT segment; ``None``: none."""
        brought = [self.overlay[one] for one in techniques if one in self.overlay]
        if not brought:
            return None
        found = {one: tactics for labels in brought for one, tactics in labels.techniques.items()}
        shown = {tactic for tactics in found.values() for tactic in tactics}
        order = (tactic.shortname for tactic in self.matrices["ics"].tactics)
        return Labels(found, tuple(tactic for tactic in order if tactic in shown))

    def _select(self, method: str, submethod: str | None) -> tuple[Row, ...]:
        return (*self.before, *(row for row in self.rules[method] if row.covers(submethod)))

    def _ics(self, row: Row, context: Context) -> Labels | None:
        if row.ics is not None or row.enterprise is None or "ot_end" not in context.facts:
            return row.ics
        return self.overlaid(row.enterprise.techniques)
