"""A matrix as a layer for the ATT&CK Navigator, in version 4.5 of its format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adscribe.service import body
from adscribe.service.matrix import Matrix, asked_of, cells, counted
from adscribe.store.matrix import Cell

FORMAT = "4.5"
"""Version of the layer format; Navigator 5 reads it."""

_NAVIGATOR = "5.1.0"
_SCALE = ("#fff7e6", "#f2994a", "#9c2c00")
_DIVERGING = ("#2f6fb3", "#f7f7f7", "#b35806")
_NOTHING = Cell(events=0, expected=0.0)


async def navigator_layer(request: Request) -> Response:
    """Return the matrix as a layer."""
    found = await counted(request, asked_of(request, domain="enterprise"))
    content = msgspec.json.format(msgspec.json.encode(layer(found, request.url.query)), indent=1)
    name = f"adscribe-{found.domain}-{found.version}.json"
    return Response(
        content, media_type=body.JSON, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def layer(matrix: Matrix, query: str = "") -> dict[str, Any]:
    """Return a layer.

    Parameters
    ----------
    matrix : Matrix
        In one domain and version. Scores are expected counts; of one that is compared their differences.
    query : str
        What was asked for, which the layer tells.

    Returns
    -------
    dict
        The document, as JSON has it.
    """
    techniques = list(_techniques(matrix))
    scores = [one["score"] for one in techniques]
    most = max(map(abs, scores), default=0.0) or 1.0
    compared = matrix.compared is not None
    colours = _DIVERGING if compared else _SCALE
    what = "More expected than in the other events" if compared else "Expected number of events"
    parents = {one["techniqueID"].partition(".")[0] for one in techniques if "." in one["techniqueID"]}
    for one in techniques:
        one["showSubtechniques"] = one["techniqueID"] in parents
    return {
        "name": f"adscribe: {matrix.domain} {matrix.version}",
        "versions": {"attack": matrix.version, "navigator": _NAVIGATOR, "layer": FORMAT},
        "domain": f"{matrix.domain}-attack",
        "description": _description(matrix),
        "sorting": 3,
        "hideDisabled": False,
        "techniques": techniques,
        "gradient": {"colors": list(colours), "minValue": -most if compared else 0, "maxValue": most},
        "legendItems": [
            {"label": f"{what}: {most:g}", "color": colours[-1]},
            {"label": f"{what}: {-most if compared else 0:g}", "color": colours[0]},
        ],
        "metadata": [{"name": name, "value": value} for name, value in parse_qsl(query)],
        "selectTechniquesAcrossTactics": False,
        "selectSubtechniquesWithParent": False,
    }


def _techniques(matrix: Matrix) -> Iterator[dict[str, Any]]:
    first = cells(matrix.techniques)
    second = None if matrix.compared is None else cells(matrix.compared.techniques)
    for technique, tactic in sorted({*first, *(second or ())}):
        here = first.get((technique, tactic), _NOTHING)
        score, comment = here.expected, _words(here)
        if second is not None:
            there = second.get((technique, tactic), _NOTHING)
            score, comment = here.expected - there.expected, f"{comment}; the other: {_words(there)}"
        yield {
            "techniqueID": technique,
            "tactic": tactic,
            "score": round(score, 4),
            "comment": comment,
            "enabled": True,
        }


def _words(cell: Cell) -> str:
    return f"{cell.events:,} event{'' if cell.events == 1 else 's'}, {cell.expected:,.1f} expected"


def _description(matrix: Matrix) -> str:
    words = f"{matrix.events:,} events that show a category"
    if matrix.compared is not None:
        words += f", compared with {matrix.compared.events:,} others"
    if matrix.counted.since is not None and matrix.counted.until is not None:
        words += f"; detected from {matrix.counted.since.isoformat()} to {matrix.counted.until.isoformat()}"
    return f"{words}. Scores are sums of the probabilities with which they do."
