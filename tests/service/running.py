"""The real server in a process of its own, on a free loopback port."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

START = "from adscribe.cli import main; main()"


def command(*arguments: str) -> list[str]:
    """Return the command that serves with these arguments."""
    return [sys.executable, "-c", START, "serve", *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Running:
    """A server process with its client; its log goes to a file."""

    def __init__(self, log: Path, *arguments: str, **environment: str) -> None:
        self.port = free_port()
        self.log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                command("--port", str(self.port), *arguments),
                env={**os.environ, **environment},
                stderr=file,
                stdout=file,
                start_new_session=True,
            )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    def __enter__(self) -> Self:
        try:
            self.until(lambda: self.client.get("/health/ready").status_code == 200)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, at most two minutes."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if holds():
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"it did not come true\n{self.log.read_text()}")

    def stop(self) -> list[dict[str, Any]]:
        """Tell the server to end, and return the entries of its log."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0
        return [json.loads(line) for line in self.log.read_text().splitlines()]
