"""What a client is told when a request can't be answered: problem details of RFC 9457."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
URN = "urn:adscribe:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the HTTP status that it has and what it is called."""

    status: int
    title: str


KINDS: dict[str, Kind] = {
    "malformed-json": Kind(400, "The body is no JSON"),
    "incomplete-body": Kind(400, "The body ended before its end"),
    "unauthorized": Kind(401, "A token is needed"),
    "cross-origin": Kind(403, "Pages from elsewhere may not change anything here"),
    "not-found": Kind(404, "There is nothing at this path"),
    "method-not-allowed": Kind(405, "This path doesn't answer that method"),
    "conflict": Kind(409, "That can't be done as things stand"),
    "body-timeout": Kind(408, "The body took too long to arrive"),
    "no-previous-model": Kind(409, "There is no model to go back to"),
    "body-too-large": Kind(413, "The body is too large"),
    "too-many-records": Kind(413, "The body holds too many events"),
    "unsupported-media-type": Kind(415, "Bodies of this type aren't read"),
    "invalid-event": Kind(422, "The event can't be read"),
    "invalid-body": Kind(422, "The body holds no events"),
    "invalid-feedback": Kind(422, "The feedback can't be taken"),
    "invalid-form": Kind(422, "The form can't be read"),
    "invalid-parameter": Kind(422, "A query parameter can't be used"),
    "risk-not-promised": Kind(422, "The model doesn't promise this risk"),
    "internal": Kind(500, "The service failed"),
    "not-ready": Kind(503, "The service isn't ready"),
    "store-unavailable": Kind(503, "The store can't be used"),
    "busy": Kind(503, "The service has too much to do"),
    "timeout": Kind(503, "The answer took too long"),
}
"""Name to kind. The ``type`` of a problem is `URN` and the name."""


class Detail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong.

    Attributes
    ----------
    pointer : str or None
        JSON pointer (RFC 6901) into the body.
    parameter : str or None
        Name of the query parameter, where it is not the body.
    offset : int or None
        Byte of the body, counted from 0, where it is no JSON.
    detail : str
        What is wrong there.
    """

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    offset: int | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an answer that reports a problem."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Detail, ...] = ()


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A request that can't be answered.

    Parameters
    ----------
    name : str
        One of `KINDS`.
    detail : str
        What is wrong with this request.
    *errors : Detail
        Each thing that is wrong.
    headers : mapping of str to str, optional
        Further headers of the response.
    """

    def __init__(
        self, name: str, detail: str, *errors: Detail, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.name = name
        self.kind = KINDS[name]
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def document(self) -> Document:
        """Return the problem as it stands in the response's body."""
        return Document(
            type=URN + self.name,
            title=self.kind.title,
            status=self.kind.status,
            detail=self.detail,
            errors=self.errors,
        )

    def response(self) -> Response:
        """Return the response that reports the problem."""
        return Response(
            msgspec.json.encode(self.document()),
            status_code=self.kind.status,
            media_type=MEDIA_TYPE,
            headers=self.headers,
        )
