"""A service that takes events as adscribe's does, and can be told to refuse them."""

from __future__ import annotations

import json
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

from tests.polling.fake_ads import Reply


class FakeService:
    """The server; use it as a context manager.

    Attributes
    ----------
    bodies : list of list of dict
        The events of each body that was taken.
    paths, tokens : list of str
        Of each body that arrived.
    replies : deque of Reply
        What the next bodies get instead of being taken.
    most : int
        Events that a body may have.
    """

    def __init__(self) -> None:
        self.bodies: list[list[dict[str, Any]]] = []
        self.paths: list[str] = []
        self.tokens: list[str | None] = []
        self.replies: deque[Reply] = deque()
        self.most = 10_000
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def ids(self) -> list[str]:
        """The sensor's ids of what was taken, in order."""
        return [event["external_id"] for body in self.bodies for event in body]

    def take(self, body: bytes) -> Reply:
        """Answer a body."""
        if self.replies:
            return self.replies.popleft()
        events = [json.loads(line) for line in body.splitlines()]
        if len(events) > self.most:
            return Reply(413)
        self.bodies.append(events)
        lines = (
            json.dumps({"reject": {"line": 1}} if event["method"] == "REFUSED" else {"event": {}})
            for event in events
        )
        answer = "".join(f"{line}\n" for line in lines).replace('": ', '":').encode()
        return Reply(200, answer, {"Content-Type": "application/x-ndjson"})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                service.paths.append(self.path)
                service.tokens.append(self.headers["authorization"])
                reply = service.take(body)
                self.send_response(reply.status)
                for name, value in ({"Content-Length": str(len(reply.body))} | reply.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: Any) -> None:
                """Keep the tests' output clean."""

        return Handler
