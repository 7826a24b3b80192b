"""Corpora, measures and everything else that is needed to judge and to train a model."""
