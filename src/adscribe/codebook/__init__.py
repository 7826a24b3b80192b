"""The rules of an expert on a context: a baseline, the source of truths, and the words of explanations."""

from adscribe.codebook.book import Codebook
from adscribe.codebook.rows import Condition, Labels, Match, Row, Trace, Tried

__all__ = ["Codebook", "Condition", "Labels", "Match", "Row", "Trace", "Tried"]
