"""Where the data that adscribe ships lies: in the wheel, or in the checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = _PACKAGE / "_shipped"


def shipped(*parts: str) -> Path:
    """Return the path of a shipped file or folder.

    Parameters
    ----------
    *parts : str
        Path from the top of the repository, such as ``"datasets", "codebook"``.

    Returns
    -------
    Path
        Inside the installed package when it was built as a wheel, else in the checkout.
    """
    root = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parents[1]
    return root.joinpath(*parts)
