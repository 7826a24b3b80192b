"""What an answer is: the structures, the interface of a model, facts as evidence."""

from adscribe.answer.assignment import Assignment
from adscribe.answer.evidence import evidence_of, is_ot, told_once
from adscribe.answer.verdict import Model, Verdict

__all__ = ["Assignment", "Model", "Verdict", "evidence_of", "is_ot", "told_once"]
