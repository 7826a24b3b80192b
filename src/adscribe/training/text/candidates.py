"""The candidates of the text model; the first is what the others must beat."""

from __future__ import annotations

from adscribe.training.text.learners import Candidate

BASE = Candidate("bag of words", "logistic", "plain", balance=1, penalty=0.1)

CTID = {"ctid-capability": 0.5, "ctid-cve": 0.5}
ATTACK = {"attack-technique": 0.5, "attack-analytic": 0.5}
KNOWN = {"codebook": 1.0, **CTID, **ATTACK}
LESS = {source: 1.0 if source == "codebook" else 0.3 for source in KNOWN}
MORE = dict.fromkeys(KNOWN, 1.0)

CANDIDATES: tuple[Candidate, ...] = (
    BASE,
    Candidate("logistic, words", "logistic", balance=1, penalty=0.1),
    Candidate("ridge, words"),
    Candidate("ridge, words; vendors' other detections", elsewhere=0.3),
    Candidate("ridge, words; ATT&CK", weights=ATTACK),
    Candidate("ridge, words; codebook", weights={"codebook": 1.0}),
    Candidate("ridge, words; codebook, CTID", weights={"codebook": 1.0, **CTID}),
    Candidate("ridge, words; codebook, CTID, ATT&CK (known)", weights=KNOWN),
    Candidate("ridge, words; known, less", weights=LESS),
    Candidate("ridge, words; known, more", weights=MORE),
    Candidate("ridge, words; known; half the penalty", weights=KNOWN, penalty=0.5),
    Candidate("ridge, words; known; twice the penalty", weights=KNOWN, penalty=2.0),
    Candidate("ridge, words; known, other detections", weights=KNOWN, elsewhere=0.3),
    Candidate("ridge, words; known, ET Open", weights=KNOWN | {"et-open": 0.1}),
    Candidate("ridge, words; known, BZAR", weights=KNOWN | {"bzar": 0.5}),
    Candidate("ridge, words; known, procedures", weights=KNOWN | {"attack-procedure": 0.1}),
    Candidate("ridge, pairs of words; known", reads="pairs", weights=KNOWN),
    Candidate("ridge, letters; known", reads="letters", weights=KNOWN),
    Candidate("logistic, words; known", "logistic", weights=KNOWN, balance=1, penalty=0.1),
    Candidate("logistic, words; known; half balanced", "logistic", weights=KNOWN, balance=0.5, penalty=0.1),
    Candidate("logistic, words; known; unbalanced", "logistic", weights=KNOWN, penalty=0.1),
    Candidate("neighbours, words; known", "neighbours", weights=KNOWN),
)
