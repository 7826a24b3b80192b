"""The learnt model: one softmax over outcomes, calibrated, with promises that are measured."""

from adscribe.model.learned import LearnedModel

__all__ = ["LearnedModel"]
