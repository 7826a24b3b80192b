"""Over which days drift is looked for."""

DAYS = 30
"""Days of a window."""

KEPT = 120
"""Days that are remembered: the window, and the past that it is compared with."""
