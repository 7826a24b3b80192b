"""The learnt model: one softmax over outcomes, calibrated, with promises that are measured.

`adscribe.model.learned.LearnedModel` answers. Nothing is imported here: how models are named can be known
without the libraries that they compute with.
"""
