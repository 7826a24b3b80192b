"""The methods and submethods of Flowmon ADS, today's and former ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Method:
    """A detection method.

    Attributes
    ----------
    code : str
        Code in events, such as ``SCANS``.
    name : str
        The vendor's long name.
    since, retired : str or None
        Version of the first, and of the last published sample that holds it; ``None`` where it is
        in the first (6.07), and where it is in the last (13.0).
    open : bool
        Whether submethods come and go with a feed, so that an unknown one is nothing strange.
    submethods, former : tuple of str
        Those of 13.0, and those that only earlier versions report.
    default : str or None
        The submethod of a report that names none.
    codes : mapping of str to str
        Codes of former versions and words of texts, lower case, to the submethod that they mean.
    transports : mapping of str to int
        IANA protocol number of submethods whose name says it.
    """

    code: str
    name: str
    since: str | None = None
    retired: str | None = None
    open: bool = False
    submethods: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    default: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    transports: Mapping[str, int] = field(default_factory=dict)

    def submethod(self, code: str) -> str | None:
        """Return today's submethod for a code of any version, the code itself where there is none.

        A text without letters or digits names no submethod.
        """
        code = code.strip()
        return self.codes.get(code.lower(), code or None)

    def knows(self, submethod: str) -> bool:
        """Tell whether a version reports this submethod."""
        return self.open or submethod in self.submethods or submethod in self.former


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return a table that lies beside this module, such as ``names``."""
    text = files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return MappingProxyType(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506


def _method(code: str, entry: Mapping[str, Any]) -> Method:
    submethods = tuple(entry.get("submethods", ()))
    former = tuple(entry.get("former", ()))
    return Method(
        code=code,
        name=entry["name"],
        since=entry.get("since"),
        retired=entry.get("retired"),
        open=entry.get("open", False),
        submethods=submethods,
        former=former,
        default=entry.get("default", submethods[0] if len(submethods) == 1 else None),
        codes=MappingProxyType(
            {name.lower(): name for name in submethods + former}
            | {str(old).lower(): new for new, olds in entry.get("codes", {}).items() for old in olds}
        ),
        transports=MappingProxyType(dict(entry.get("transports", {}))),
    )


_TABLE = table("names")

METHODS: Mapping[str, Method] = MappingProxyType(
    {code: _method(code, entry) for code, entry in _TABLE["methods"].items()}
)
"""Today's code to method; retired methods included."""

RENAMED: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {old: (new["method"], new.get("submethod")) for old, new in _TABLE["renamed"].items()}
)
"""Former code of a method to today's, and to the submethod that it became, if it became one."""


def find_method(code: str) -> tuple[Method, str | None]:
    """Return the method for a code of any version, and the submethod that the code itself tells.

    A code that no version knows gets a method of its own with an open set of submethods.
    """
    code = code.strip().upper()
    today, submethod = RENAMED.get(code, (code, None))
    return METHODS.get(today, Method(code=today, name=today, open=True)), submethod
