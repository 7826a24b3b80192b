"""What a detection says of itself: techniques that its words stand for, and threats that it names."""

from adscribe.text.artefact import load_model, save_model
from adscribe.text.model import TextModel
from adscribe.text.reading import edition, rank, scores
from adscribe.text.software import Software, Threats, load_threats, named

__all__ = [
    "Software",
    "TextModel",
    "Threats",
    "edition",
    "load_model",
    "load_threats",
    "named",
    "rank",
    "save_model",
    "scores",
]
