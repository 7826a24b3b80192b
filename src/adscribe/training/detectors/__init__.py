"""Events from flows: simple rules that report what a detector of Flowmon's kind would report.

They make corpora out of captures. They don't compete with a sensor.
"""

from adscribe.training.detectors.detection import Detectors
from adscribe.training.detectors.detector import Detection
from adscribe.training.detectors.thresholds import Thresholds

__all__ = ["Detection", "Detectors", "Thresholds"]
