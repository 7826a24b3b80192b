"""Learning from what analysts say of answers: quarantine first, then a residual, proposals, and training."""
