"""Features: named numbers that a model reads an event by, made from its context."""

from adscribe.features.extraction import EXTRACTORS, extract
from adscribe.features.feature import Extractor, Feature
from adscribe.features.space import FeatureSpace, Row

__all__ = ["EXTRACTORS", "Extractor", "Feature", "FeatureSpace", "Row", "extract"]
