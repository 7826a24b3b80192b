"""The classifier: events in, categories or a reasoned "no category" out."""

from adscribe.answer.assignment import Assignment
from adscribe.answer.verdict import Model, Verdict
from adscribe.assign.classifier import Answer, Classifier
from adscribe.assign.run import Observer, Run

__all__ = ["Answer", "Assignment", "Classifier", "Model", "Observer", "Run", "Verdict"]
