"""Truths that the model disputes, by confident learning: perhaps a label is wrong, perhaps the model is.

Confident learning (Northcutt et al., "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR
2021, by the package cleanlab) compares the label of each event with the probabilities that a model gives
which hasn't seen it. An outcome is a class here. What the model was taught wrongly it believes too, so
that a mistake in the definition of a behaviour is no suspect where the model was trained on it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import TqdmWarning  # type: ignore[import-untyped]

from adscribe.model.artefact import MANIFEST, Artefact, Manifest
from adscribe.training.dataset import TRAIN, Dataset, Texts
from adscribe.training.evaluation import data_card
from adscribe.training.inspection.mistakes import in_words
from adscribe.training.judged import Ints

with warnings.catch_warnings():
    # It looks for the widgets of Jupyter, for a progress bar that isn't shown.
    warnings.simplefilter("ignore", TqdmWarning)
    from cleanlab.filter import find_label_issues  # type: ignore[import-untyped]
    from cleanlab.rank import get_label_quality_scores  # type: ignore[import-untyped]


def unseen(dataset: Dataset, data: Path, model: Path) -> Ints:
    """Return the rows that a model wasn't trained on: all, unless the corpus is that of its training.

    Parameters
    ----------
    dataset : Dataset
        Rows of the corpus.
    data, model : Path
        Folders of corpus and artefact.
    """
    manifest = msgspec.json.decode((model / MANIFEST).read_bytes(), type=Manifest)
    if data_card(data)["content_sha256"] != manifest.training.data:
        return np.arange(len(dataset))
    return np.flatnonzero(dataset.split != TRAIN)


def suspects(
    dataset: Dataset, artefact: Artefact, rows: Ints, truths: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the rows whose truth is suspect, the most suspect first.

    Parameters
    ----------
    dataset : Dataset
        Has the columns of the model.
    artefact : Artefact
        The model.
    rows : array of int
        Those to look at; see `unseen`.
    truths : sequence of str, optional
        Truths of all rows; those of the dataset when not given.

    Returns
    -------
    DataFrame
        ``row`` (place in the dataset), ``method``, ``behaviour``, ``true`` and ``likeliest`` in words;
        ``held`` and ``sure``: their probabilities. Truths that the model has no outcome for are left out:
        of them it can say nothing.
    """
    texts = list(dataset.outcome if truths is None else truths)
    space = artefact.outcomes
    place = {text: row for row, text in enumerate(space.texts)}
    known = np.array([row for row in rows if texts[row] in place], dtype=np.intp)
    labels = np.array([place[texts[row]] for row in known], dtype=np.intp)
    probabilities = _normed(artefact.softmax.predict(dataset.X[known]))
    issues = find_label_issues(labels, probabilities, filter_by="low_self_confidence", n_jobs=1)
    found = np.flatnonzero(issues)
    found = found[np.argsort(get_label_quality_scores(labels, probabilities)[found], kind="stable")]
    best = probabilities[found].argmax(axis=1)
    suspect = known[found]
    return pd.DataFrame(
        {
            "row": suspect,
            "method": dataset.method[suspect],
            "behaviour": dataset.behaviour[suspect],
            "true": [in_words(space.outcomes[one]) for one in labels[found]],
            "likeliest": [in_words(space.outcomes[one]) for one in best],
            "held": probabilities[found, labels[found]],
            "sure": probabilities[found, best],
        }
    )


def _normed(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return probabilities that add up to 1 as exactly as cleanlab asks."""
    found = probabilities.astype(np.float64)
    normed: NDArray[np.float64] = found / found.sum(axis=1, keepdims=True)
    return normed


def disputed(found: pd.DataFrame, dataset: Dataset, rows: Ints, most: int = 12) -> pd.DataFrame:
    """Return the behaviours whose truth is disputed most often.

    Returns
    -------
    DataFrame, by behaviour
        ``suspects``, ``rows``, their ``share``, and what is ``true`` and ``likeliest`` most often.
    """
    numbers = pd.Series(dataset.behaviour[rows]).value_counts()
    grouped = found.groupby("behaviour")
    counted = pd.DataFrame(
        {
            "suspects": grouped.size(),
            "true": grouped["true"].agg(_commonest),
            "likeliest": grouped["likeliest"].agg(_commonest),
        }
    )
    counted.insert(1, "rows", numbers.reindex(counted.index))
    counted.insert(2, "share", counted["suspects"] / counted["rows"])
    return counted.sort_values(["suspects", "share"], ascending=False, kind="stable").head(most)


def _commonest(texts: pd.Series[str]) -> str:
    return str(texts.value_counts().index[0])


def planted(
    truths: Sequence[str] | Texts, rows: Ints, share: float, *, seed: int = 0
) -> tuple[list[str], Ints]:
    """Return truths of which some were exchanged among each other, and the rows that are wrong by that.

    Parameters
    ----------
    truths : sequence of str
        Of all rows.
    rows : array of int
        Those of which some take part.
    share : float
        Of the rows that take part.
    seed : int
        Of the draw.
    """
    generator = np.random.default_rng(seed)
    drawn = np.sort(generator.choice(rows, round(share * len(rows)), replace=False))
    texts = np.array(list(truths), dtype=object)
    texts[drawn] = texts[generator.permutation(drawn)]
    wrong = drawn[[texts[row] != truths[row] for row in drawn]]
    return texts.tolist(), wrong


def caught(found: pd.DataFrame, wrong: Ints, looked_at: Sequence[int]) -> pd.DataFrame:
    """Return how many planted mistakes are among the first suspects.

    Parameters
    ----------
    found : DataFrame
        See `suspects`.
    wrong : array of int
        Rows whose truth is wrong.
    looked_at : sequence of int
        How many suspects somebody looks at.
    """
    is_wrong = found["row"].isin(wrong).to_numpy()
    numbers = [min(number, len(found)) for number in looked_at]
    hits = [int(is_wrong[:number].sum()) for number in numbers]
    return pd.DataFrame(
        {
            "looked at": numbers,
            "planted among them": hits,
            "share of all planted": [hit / max(len(wrong), 1) for hit in hits],
        }
    )
