"""The model as MLflow serves it: code of this file around the artefact, no pickle.

``events`` come as text in the column ``event``, each in any form that the classifier reads. One call
is one run. The answer stands as JSON in the column ``answer``; where an event can't be read it holds
``{"reject": …}``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from adscribe.assign import Assignment, Classifier
from adscribe.site import Site
from adscribe.training.answering import load_models


class Served(PythonModel):
    """The classifier behind MLflow's interface."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the artefact; everything about it is checked."""
        models = load_models(Path(context.artifacts["model"]))
        self._classifier = Classifier(models.learned, models.catalogue)

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Answer events.

        Parameters
        ----------
        context : PythonModelContext
            Of the call.
        model_input : DataFrame
            Has the column ``event``.
        params : dict, optional
            ``site`` (text of a site file), ``explain``, ``candidates``.
        """
        given = params or {}
        site = Site.parse(given["site"]) if given.get("site") else Site.default()
        answers = self._classifier.classify(
            model_input["event"].tolist(),
            site=site,
            explain=bool(given.get("explain", False)),
            candidates=int(given.get("candidates", 0)),
        )
        told = [
            one.to_json().decode()
            if isinstance(one, Assignment)
            else msgspec.json.encode({"reject": one.reason}).decode()
            for one in answers
        ]
        return pd.DataFrame({"answer": told})


set_model(Served())
