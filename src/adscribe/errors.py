"""The one root of every error that adscribe raises on purpose.

An error says where (file, line, pointer) and what to do. Anything else that
escapes is a defect of adscribe.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's input something is wrong.

    Attributes
    ----------
    file : str or None
        Name of the file as the user gave it.
    line : int or None
        Line in that file, counted from 1.
    pointer : str or None
        JSON pointer (RFC 6901) into the document, such as ``/source/ip``.
    """

    file: str | None = None
    line: int | None = None
    pointer: str | None = None

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.pointer:
            parts.append(self.pointer)
        return ", ".join(parts)


class AdscribeError(Exception):
    """Something the user can put right.

    Parameters
    ----------
    message : str
        What is wrong, in one sentence without an address or a secret.
    place : Place, optional
        Where it is wrong.
    hint : str, optional
        What to do about it.
    """

    def __init__(self, message: str, *, place: Place | None = None, hint: str | None = None) -> None:
        self.message = message
        self.place = place or Place()
        self.hint = hint
        where = str(self.place)
        text = f"{where}: {message}" if where else message
        super().__init__(f"{text} ({hint})" if hint else text)


class EventError(AdscribeError):
    """A report that is no event: unreadable, or without what every event needs."""


class SiteError(AdscribeError):
    """A site file that says something that can't be understood or can't hold.

    Attributes
    ----------
    problems : tuple of SiteError
        All that is wrong with the file, in the order of its lines; the error itself when it
        stands alone. The message is that of the first and says how many more there are.
    """

    def __init__(
        self,
        message: str,
        *,
        place: Place | None = None,
        hint: str | None = None,
        problems: tuple[SiteError, ...] = (),
    ) -> None:
        super().__init__(message, place=place, hint=hint)
        self.problems = problems or (self,)


class FeedbackError(AdscribeError):
    """Feedback that can't be taken: unreadable, or about what isn't there.

    Attributes
    ----------
    problems : tuple of FeedbackError
        All that is wrong with it; the error itself when it stands alone. The message is that of the
        first and says how many more there are.
    """

    def __init__(
        self,
        message: str,
        *,
        place: Place | None = None,
        hint: str | None = None,
        problems: tuple[FeedbackError, ...] = (),
    ) -> None:
        super().__init__(message, place=place, hint=hint)
        self.problems = problems or (self,)


class CatalogueError(AdscribeError):
    """An ATT&CK id, tactic or version that the catalogue doesn't hold."""


class CodebookError(AdscribeError):
    """A rule of the codebook that can't be read, can't be reached or names what isn't there."""


class ModelError(AdscribeError):
    """A model that can't be loaded or doesn't fit what it is asked."""


class ApiError(AdscribeError):
    """A sensor's API or a service that can't be used, or a mapping of the API that can't be read."""
