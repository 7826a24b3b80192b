"""The scenario simulator: networks, who acts in them, what a sensor reports, and what an expert says."""

from adscribe.training.simulation.behaviours import Behaviour, Library, load_library
from adscribe.training.simulation.build import build_corpus
from adscribe.training.simulation.plan import Plan
from adscribe.training.simulation.replay import Replayed, read_corpus, replay
from adscribe.training.simulation.rows import Row
from adscribe.training.simulation.values import DefinitionError

__all__ = [
    "Behaviour",
    "DefinitionError",
    "Library",
    "Plan",
    "Replayed",
    "Row",
    "build_corpus",
    "load_library",
    "read_corpus",
    "replay",
]
