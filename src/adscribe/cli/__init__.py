"""The command line: `adscribe`."""

from adscribe.cli.main import main

__all__ = ["main"]
