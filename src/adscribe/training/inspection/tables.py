"""Tables whose cells hold sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler
    from pandas.io.formats.style_render import CSSDict

_LEFT: list[CSSDict] = [{"selector": "td, th", "props": "text-align: left; vertical-align: top"}]


def worded(frame: pd.DataFrame, *, index: bool = True) -> Styler:
    """Return a frame as a table that is read from the left and from the top.

    Parameters
    ----------
    frame : DataFrame
    index : bool
        Whether the names of the rows are shown.
    """
    # Styler leaves texts as they are unless told; they hold what sensors and experts write.
    styled = frame.style.format(escape="html", precision=3).set_table_styles(_LEFT)
    return styled if index else styled.hide(axis="index")
