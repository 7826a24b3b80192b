"""What a detection says of itself: the techniques that its words stand for."""

from adscribe.text.artefact import load_model, save_model
from adscribe.text.model import TextModel
from adscribe.text.reading import rank, scores

__all__ = [
    "TextModel",
    "load_model",
    "rank",
    "save_model",
    "scores",
]
