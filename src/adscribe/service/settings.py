"""What an operator can set: by flags of ``adscribe serve`` or by ``ADSCRIBE_*`` variables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from adscribe.errors import AdscribeError, Place
from adscribe.model.names import NAMES, SHIPPED

PREFIX = "ADSCRIBE_"
MIB = 1024 * 1024
LONGEST_TIMEOUT_MINUTES = 7 * 24 * 60

# Without a user's name and password: it is shown.
_URL = r"https?://[A-Za-z0-9.:\[\]_-]+(?:/[A-Za-z0-9._~/-]*)?"


class SettingsError(AdscribeError):
    """A setting that can't hold."""


def _says(text: str, least: float | None = None, most: float | None = None) -> dict[str, Any]:
    return {"help": text, "least": least, "most": most}


@dataclass(frozen=True)
class Settings:
    """The settings of one service.

    Each is a flag (``--body-bytes``) and a variable (``ADSCRIBE_BODY_BYTES``); the token only a variable.

    Raises
    ------
    SettingsError
        A value out of its range, or an address open to others without a token.
    """

    site: Path | None = field(default=None, metadata=_says("Site file: what is known of the network."))
    model: str = field(default=SHIPPED, metadata=_says(f"Model that answers: {NAMES}."))
    model_poll_seconds: float = field(
        default=10.0, metadata=_says("How often it is looked whether that names another model.", 0.05, 3600)
    )
    model_cache: Path | None = field(
        default=None, metadata=_says("Folder for copies of a registry's models, for when it is away.")
    )
    challenger: str | None = field(
        default=None, metadata=_says("Model that is asked the same in the shadow, named as `model` is.")
    )
    risk: float | None = field(
        default=None, metadata=_says("Largest share of wrong categories: one that the model promises.")
    )
    residual: Path | None = field(
        default=None,
        metadata=_says("What the site's analysts have taught: a file of `adscribe feedback learn`."),
    )
    evaluation: Path | None = field(
        default=None,
        metadata=_says("What was measured of the model: the evaluation.json of `adscribe evaluate`."),
    )
    mlflow_url: str | None = field(
        default=None, metadata=_says("Where MLflow's own pages are, for the last runs and links to them.")
    )
    store: str | None = field(
        default=None,
        repr=False,  # a URL may hold a password
        metadata=_says(
            "Where events are kept: a file, or postgresql://user@host/database; "
            "without one they go when the service ends."
        ),
    )
    demo: bool = field(
        default=False,
        metadata=_says("Show a simulated day until the first events come, where no store or site is set."),
    )
    no_raw: bool = field(
        default=False, metadata=_says("Keep reports as they were read only, not as they came in as well.")
    )
    keep_days: float = field(
        default=365.0,
        metadata=_says("Days that events are kept after their last report; 0: for ever.", 0, 36_500),
    )
    keep_events: int = field(
        default=1_000_000, metadata=_says("Most events that are kept; 0: any number.", 0, 1_000_000_000)
    )
    keep_reviewed_days: float = field(
        default=365.0,
        metadata=_says(
            "Days that an event which an analyst has judged is kept at least, whatever the other two say; "
            "0: no longer than others.",
            0,
            36_500,
        ),
    )
    timeout_minutes: float = field(
        default=60.0,
        metadata=_says(
            "Minutes without a report after which the next opens a new event.", 0, LONGEST_TIMEOUT_MINUTES
        ),
    )
    timeouts: str | None = field(
        default=None, metadata=_says("The same for single methods, such as SCANS=5,UPLOAD=120.")
    )
    host: str = field(default="127.0.0.1", metadata=_says("Address to listen on."))
    port: int = field(default=8000, metadata=_says("Port to listen on.", 1, 65_535))
    workers: int = field(default=1, metadata=_says("Processes that answer.", 1, 256))
    token: str | None = field(default=None, metadata=_says("Token that clients must send."))
    insecure: bool = field(default=False, metadata=_says("Listen beyond this machine without a token."))
    body_bytes: int = field(
        default=16 * MIB, metadata=_says("Largest request body in bytes.", 1024, 1024 * MIB)
    )
    records: int = field(default=10_000, metadata=_says("Most events in one request.", 1, 1_000_000))
    request_seconds: float = field(default=30.0, metadata=_says("Longest time for a request.", 0.1, 3600))
    concurrency: int = field(
        default=32, metadata=_says("Most bodies in work at a time, in each worker.", 1, 10_000)
    )
    threads: int = field(
        default=2, metadata=_says("Threads for bodies that take longer, in each worker.", 1, 64)
    )
    site_poll_seconds: float = field(
        default=2.0, metadata=_says("How often the site file is looked at.", 0.05, 3600)
    )
    log_level: str = field(
        default="info", metadata=_says("Least level of the log: debug, info, warning, error.")
    )

    def __post_init__(self) -> None:
        for setting in fields(self):
            value = getattr(self, setting.name)
            least, most = setting.metadata["least"], setting.metadata["most"]
            if least is not None and not least <= value <= most:
                raise SettingsError(
                    f"{setting.name} must be from {least} to {most}", hint=f"set {variable(setting.name)}"
                )
        self.method_timeouts()
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise SettingsError(
                f"log_level {self.log_level!r} is not known", hint="debug, info, warning or error"
            )
        if self.token is not None and not (self.token.isascii() and self.token.isprintable() and self.token):
            raise SettingsError(
                "token must be printable ASCII text", hint="make one with: openssl rand -hex 32"
            )
        if not self.loopback and self.token is None and not self.insecure:
            raise SettingsError(
                "host is open to other machines and no token is set",
                hint=f"set {variable('token')}, listen on 127.0.0.1, or say --insecure",
            )
        if self.mlflow_url is not None and not re.fullmatch(_URL, self.mlflow_url):
            raise SettingsError(
                "mlflow_url must be an address such as https://mlflow.example",
                hint=f"set {variable('mlflow_url')}",
            )
        if self.site is not None and not self.site.is_file():
            raise SettingsError("no such site file", place=Place(file=str(self.site)), hint="see --site")

    @property
    def timeout(self) -> timedelta:
        """The inactivity timeout."""
        return timedelta(minutes=self.timeout_minutes)

    @property
    def longest_timeout(self) -> timedelta:
        """The longest inactivity timeout of any method."""
        return max([self.timeout, *self.method_timeouts().values()])

    @property
    def shows_demo(self) -> bool:
        """Whether a simulated day is shown: to one who looks at adscribe, never beside what is kept."""
        return self.demo and self.store is None and self.site is None and self.workers == 1

    def method_timeouts(self) -> dict[str, timedelta]:
        """Return the inactivity timeouts of single methods.

        Raises
        ------
        SettingsError
            One of them has no such form, or is longer than a week.
        """
        found = {}
        for part in filter(None, (part.strip() for part in (self.timeouts or "").split(","))):
            match = re.fullmatch(r"([^=\s]+)\s*=\s*(\d{1,5}(?:\.\d{1,6})?)", part, re.ASCII)
            if match is None or float(match[2]) > LONGEST_TIMEOUT_MINUTES:
                raise SettingsError(
                    "timeouts must be methods and minutes up to a week, such as SCANS=5,UPLOAD=120",
                    hint=f"set {variable('timeouts')}",
                )
            found[match[1]] = timedelta(minutes=float(match[2]))
        return found

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """Where the service answers, as seen from this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def variable(name: str) -> str:
    """Return the environment variable of a setting.

    Examples
    --------
    >>> variable("body_bytes")
    'ADSCRIBE_BODY_BYTES'
    """
    return PREFIX + name.upper()


def described(name: str) -> str:
    """Return what a setting is for, in one sentence."""
    return next(str(setting.metadata["help"]) for setting in fields(Settings) if setting.name == name)
