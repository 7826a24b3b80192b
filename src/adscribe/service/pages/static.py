"""Style sheets and modules of the pages: a fixed list, read once; no path of a client reaches the disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from adscribe.service.problems import Problem

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

_FILES = {
    path.name: (path.read_bytes(), _TYPES[path.suffix])
    for path in sorted((Path(__file__).parents[1] / "static").iterdir())
    if path.suffix in _TYPES
}
_TAGS = {name: f'"{hashlib.sha256(content).hexdigest()[:32]}"' for name, (content, _) in _FILES.items()}


async def file(request: Request) -> Response:
    """Return a file, or that the browser has it as it is."""
    name = request.path_params["name"]
    if name not in _FILES:
        raise Problem("not-found", "There is no such file.")
    content, media_type = _FILES[name]
    # Asked for each time, so that a page and its modules are of one version; mostly answered without them.
    headers = {"ETag": _TAGS[name], "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == _TAGS[name]:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
