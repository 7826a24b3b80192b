"""The tables that lie beside the extractors."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from adscribe.context.vocabulary import LOADER


@cache
def table(name: str) -> Any:
    """Return the content of a table, such as ``crosses``."""
    text = files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader
