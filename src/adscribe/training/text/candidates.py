"""The candidates of the text model; the first is what the others must beat."""

from __future__ import annotations

from adscribe.training.text.learners import Candidate

BASE = Candidate("bag of words", "logistic", "plain", balance=1, penalty=0.1)

OTHER = 0.3
"""What vendors' detections on other than network data count, where they do."""

ATTACK = {"attack-technique": 0.5, "attack-analytic": 0.5}
KNOWN = {"codebook": 1.0, "ctid-capability": 1.0, **ATTACK}
LESS = dict.fromkeys(KNOWN, 0.3)
MORE = dict.fromkeys(KNOWN, 1.0)


def _ridge(name: str, weights: dict[str, float] = KNOWN, penalty: float = 2.0) -> Candidate:
    return Candidate(f"ridge, {name}", weights=weights, elsewhere=OTHER, penalty=penalty)


def _logistic(name: str, balance: float) -> Candidate:
    how = {"weights": KNOWN, "elsewhere": OTHER, "balance": balance, "penalty": 0.1}
    return Candidate(f"logistic, {name}", "logistic", **how)  # type: ignore[arg-type]


CANDIDATES: tuple[Candidate, ...] = (
    BASE,
    Candidate("logistic, our words", "logistic", balance=1, penalty=0.1),
    Candidate("ridge, our words"),
    Candidate("ridge, other detections", elsewhere=OTHER),
    _ridge("other detections, ATT&CK", ATTACK),
    _ridge("other detections, codebook", {"codebook": 1.0}),
    _ridge("other detections, codebook, CTID", {"codebook": 1.0, "ctid-capability": 1.0}),
    _ridge("known"),
    _ridge("known, half the penalty", penalty=1.0),
    _ridge("known, twice the penalty", penalty=4.0),
    _ridge("known, counting less", LESS),
    _ridge("known, counting more", MORE),
    _ridge("known, exploited CVEs", KNOWN | {"ctid-cve": 0.3}),
    _ridge("known, ET Open", KNOWN | {"et-open": 0.1}),
    _ridge("known, BZAR", KNOWN | {"bzar": 0.5}),
    _ridge("known, procedures", KNOWN | {"attack-procedure": 0.1}),
    _ridge("known, software", KNOWN | {"attack-software": 0.1}),
    _logistic("known", 0.0),
    _logistic("known, half balanced", 0.5),
    _logistic("known, balanced", 1.0),
    Candidate("ridge, known, pairs of words", "ridge", "pairs", KNOWN, OTHER, penalty=2.0),
    Candidate("ridge, known, parts of words", "ridge", "letters", KNOWN, OTHER, penalty=2.0),
    Candidate("neighbours, known", "neighbours", weights=KNOWN, elsewhere=OTHER),
)
"""*Our words* are read as `adscribe.text.wording` does, as in all but the first. *Other detections*: those of
the vendors on other than network data, too. *Known*: these, the codebook, CTID's network capabilities,
ATT&CK's techniques and network analytics."""
