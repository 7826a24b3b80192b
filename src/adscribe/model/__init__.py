"""The learnt model: one softmax over outcomes, calibrated, with promises that are measured."""
