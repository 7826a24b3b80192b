"""A small Flowmon ADS: a real HTTP server that speaks what is documented of the REST API.

Tokens by the password grant, a list of events that is selected by time, ordered and paged, and the lists of
settings. A test can have it answer otherwise for a while.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Event as Signal
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD = "reader", "correct horse"
_started = datetime.now(UTC)


def start_clock() -> None:
    """Let the times of a test be those of its start."""
    global _started  # noqa: PLW0603 - there is one clock
    _started = datetime.now(UTC).replace(microsecond=0)


def ago(minutes: float) -> datetime:
    """Return the time some minutes before the test started."""
    return _started - timedelta(minutes=minutes)


def clock(minutes: float) -> str:
    """Return the same as the sensor writes it."""
    return f"{ago(minutes):%Y-%m-%d %H:%M:%S}"


def document(number: int, minutes: float = 5, **changes: Any) -> dict[str, Any]:
    """Return an event as the API gives it, detected some minutes ago."""
    return {
        "id": number,
        "type": "SCANS",
        "time": clock(minutes),
        "detail": "{Submethod:'TCPSYN';TargetCount:'60';PortList:'445'}",
        "nfSource": {"id": 6, "name": "Head office"},
        "source": {"ip": "10.1.2.3"},
        "targets": [{"ip": "10.1.9.1"}],
        **changes,
    }


@dataclass
class Reply:
    """An answer that is not the usual one."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """A question as it arrived."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]

    @property
    def search(self) -> dict[str, str]:
        """What is searched for."""
        found: dict[str, str] = json.loads(self.query["search"])
        return found


class FakeAds:
    """The server; use it as a context manager.

    Attributes
    ----------
    events : list of dict or bytes
        What it lists; bytes are put into the list as they are.
    settings : dict of str to Any
        Path to what is there.
    replies : deque of Reply, callable or None
        What the next questions with a token get instead; a callable can wait, or change the list;
        ``None`` is the usual answer.
    logins : list of dict
        The forms that asked for a token.
    asked : list of Asked
        The questions with a token, in order.
    """

    def __init__(self, tls: SSLContext | None = None) -> None:
        self.events: list[dict[str, Any] | bytes] = []
        self.settings: dict[str, Any] = {}
        self.replies: deque[Reply | Callable[[], Reply | None] | None] = deque()
        self.logins: list[dict[str, str]] = []
        self.asked: list[Asked] = []
        self.tokens: set[str] = set()
        self.token_reply: Reply | None = None
        self.expires_in: float | None = 3600
        self.page_limit = 10_000
        self.selects = "time"
        self.stopped = Signal()
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def hang(self) -> Reply:
        """Don't answer before the server is stopped."""
        self.stopped.wait(60)
        return Reply(500)

    def log_in(self, form: dict[str, str]) -> Reply:
        """Answer a question for a token."""
        self.logins.append(form)
        if self.token_reply is not None:
            return self.token_reply
        expected = {
            "grant_type": "password",
            "client_id": "invea-tech",
            "username": USER,
            "password": PASSWORD,
        }
        if form != expected:
            return Reply(400, b'{"error": "invalid_grant"}')
        token = f"token-{len(self.logins)}"
        self.tokens.add(token)
        grant: dict[str, Any] = {"access_token": token, "token_type": "bearer"}
        if self.expires_in is not None:
            grant["expires_in"] = self.expires_in
        return Reply(200, json.dumps(grant).encode())

    def answer(self, asked: Asked) -> Reply:
        """Answer a question that came with a token."""
        with self._lock:
            self.asked.append(asked)
            reply = self.replies.popleft() if self.replies else None
        if callable(reply):
            reply = reply()
        if reply is not None:
            return reply
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if scheme != "bearer" or token not in self.tokens:
            return Reply(401)
        if asked.path in self.settings:
            return Reply(200, json.dumps(self.settings[asked.path]).encode())
        if asked.path == "/rest/ads/events":
            return Reply(200, self._page(asked))
        return Reply(404)

    def _page(self, asked: Asked) -> bytes:
        first, last = asked.search["from"], asked.search["to"]
        chosen = [
            event
            for event in self.events
            if isinstance(event, bytes)
            or first <= str(event.get(self.selects, event.get("time")))[:16] <= last
        ]
        assert asked.query["orderBy"] == '["time desc"]'
        chosen.sort(key=lambda event: "" if isinstance(event, bytes) else str(event["time"]), reverse=True)
        limit = int(asked.query["limit"])
        offset = int(asked.query.get("offset") or (int(asked.query["page"]) - 1) * limit)
        page = chosen[offset : offset + min(limit, self.page_limit)]
        texts = (event if isinstance(event, bytes) else json.dumps(event).encode() for event in page)
        return b"[" + b",".join(texts) + b"]"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ads = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._reply(ads.answer(Asked(url.path, query, headers)))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.path != "/resources/oauth/token":
                    self._reply(Reply(404))
                    return
                form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                self._reply(ads.log_in(form))

            def _reply(self, reply: Reply) -> None:
                try:
                    self.send_response(reply.status)
                    headers = {"Content-Type": "application/json", "Content-Length": str(len(reply.body))}
                    for name, value in (headers | reply.headers).items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(reply.body)
                except OSError:  # the client had enough
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Keep the tests' output clean."""

        return Handler
