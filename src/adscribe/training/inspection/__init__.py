"""What the evaluation notebooks call: frames and charts of corpora, answers, mistakes and single events."""
