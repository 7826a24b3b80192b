"""The text model: words by their weight in a text, times what each word says of each technique."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit  # type: ignore[import-untyped]

from adscribe.errors import ModelError
from adscribe.text.wording import MAX_TEXT, words

Link = Literal["identity", "logistic"]

CACHED = 4096
"""Texts whose answers are remembered."""


@dataclass(frozen=True, eq=False)
class TextModel:
    """Scores of parent techniques for a text: linear in its words.

    A word counts ``(1 + ln n) * rarity``, ``n`` being how often the text has it, and the counts of a
    text have the length 1. The scores estimate the probability that an expert lists the technique. They
    needn't add up to 1: a detection may show several techniques, or none.

    Attributes
    ----------
    techniques : tuple of str
        Ids of parent techniques.
    attack : str
        Version of ATT&CK Enterprise that they are of.
    link : {"identity", "logistic"}
        What makes scores of the sums: they are cut to between 0 and 1, or are log-odds.
    vocabulary : tuple of str
        Words that are known, as `adscribe.text.wording.words` gives them.
    rarity : array of float32, words
        Inverse document frequency of each.
    weights : array of float32, words x techniques
        What each says.
    intercept : array of float32, techniques
        What is said of a text without a known word.
    """

    techniques: tuple[str, ...]
    attack: str
    link: Link
    vocabulary: tuple[str, ...]
    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float32]
    _places: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        shape = (len(self.vocabulary), len(self.techniques))
        if self.weights.shape != shape or self.rarity.shape != shape[:1] or self.intercept.shape != shape[1:]:
            raise ModelError(f"the weights are no table of {shape[0]} words by {shape[1]} techniques")
        if not all(np.isfinite(array).all() for array in (self.rarity, self.weights, self.intercept)):
            raise ModelError("the text model holds what is no number")
        places = {word: place for place, word in enumerate(self.vocabulary)}
        if len(places) != shape[0] or len(set(self.techniques)) != shape[1]:
            raise ModelError("the text model holds a word or technique twice")
        object.__setattr__(self, "_places", places)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that it answers by, in hexadecimal digits."""
        names = "\n".join((self.attack, self.link, *self.techniques, "", *self.vocabulary))
        content = hashlib.sha256(names.encode())
        for array in (self.rarity, self.weights, self.intercept):
            content.update(np.ascontiguousarray(array).tobytes())
        return content.hexdigest()

    def scores(self, text: str) -> NDArray[np.float32]:
        """Return the score of each technique, between 0 and 1; remembered and read-only."""
        return self._remembered(text[:MAX_TEXT])

    @cached_property
    def _remembered(self) -> Callable[[str], NDArray[np.float32]]:
        return lru_cache(maxsize=CACHED)(self._computed)

    def knows(self, text: str) -> int:
        """Return how many different words of a text are known."""
        return len(self._counts(text))

    def _counts(self, text: str) -> dict[int, int]:
        places = self._places
        return {places[word]: n for word, n in Counter(words(text)).items() if word in places}

    def _computed(self, text: str) -> NDArray[np.float32]:
        counts = self._counts(text)
        found = self.intercept.copy()
        if counts:
            at = np.fromiter(counts, dtype=np.intp)
            said = np.array([1 + math.log(n) for n in counts.values()], dtype=np.float32) * self.rarity[at]
            found += (said / np.linalg.norm(said)) @ self.weights[at]
        found = expit(found) if self.link == "logistic" else found.clip(0.0, 1.0)
        found.setflags(write=False)
        return found
