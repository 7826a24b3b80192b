"""Training and evaluation as runs in MLflow."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from adscribe.assign import registry
from adscribe.model.names import SCHEME
from adscribe.training import report, tracking
from adscribe.training.evaluation import Evaluation, data_card, evaluate
from adscribe.training.feedback.cases import Case
from adscribe.training.training import Say, Settings, Trained, train


def run_training(
    data: Path,
    out: Path,
    settings: Settings | None = None,
    *,
    feedback: Sequence[Case] = (),
    version: str = "1",
    processes: int = 2,
    say: Say = lambda line: None,
) -> tuple[Trained, str]:
    """Train in a run of its own; see `train`.

    Returns
    -------
    Trained, str
        What came of it, and its version in the registry.
    """
    settings = settings or Settings()
    with tracking.run(f"train {out.name}", kind="training") as module:
        trained = train(data, out, settings, feedback=feedback, version=version, processes=processes, say=say)
        module.log_param("judged_events", len({case.event for case in feedback}))
        return trained, _log_training(trained, data, settings, module)


def run_evaluation(
    model: str,
    data: Path,
    out: Path,
    *,
    split: str = "test",
    vignettes: Path | None = None,
    feedback: Path | None = None,
    site: Path | None = None,
    seed: int = 0,
    processes: int = 2,
) -> Evaluation:
    """Evaluate in a run of its own and write the report; see `evaluate`.

    Parameters
    ----------
    model : str
        Folder of an artefact, or ``models:/adscribe/3`` and ``models:/adscribe@champion`` for one in
        the registry.
    data, split, vignettes, feedback, site, seed, processes
        See `evaluate`.
    out : Path
        Folder for the report.
    """
    folder = fetched(model)
    with tracking.run(f"evaluate {Path(model).name}", kind="evaluation") as module:
        evaluation = evaluate(
            folder,
            data,
            split=split,
            vignettes_folder=vignettes,
            feedback=feedback,
            site=site,
            seed=seed,
            processes=processes,
        )
        module.log_params({"data_sha256": evaluation.data["content"], "split": split, "seed": seed})
        _log_evaluation(evaluation, module)
    report.write(evaluation, out)
    return evaluation


def fetched(model: str) -> Path:
    """Return the folder of an artefact, fetched from the registry where it is named so.

    Raises
    ------
    ModelError
        If the registry has no such model.
    """
    return registry.fetched(model) if model.startswith(SCHEME) else Path(model)


def _log_training(trained: Trained, data: Path, settings: Settings, module: Any) -> str:
    """Log model, charts and figures; return the version in the registry."""
    evaluation = trained.validation
    card = data_card(data)
    module.log_params({**asdict(settings), "data_sha256": card["content_sha256"], "rows": card["rows"]})
    _log_evaluation(evaluation, module)
    module.log_metric("temperature", trained.temperature)
    example = _example(trained.folder)
    info = module.pyfunc.log_model(
        name="model",
        python_model=str(Path(__file__).with_name("pyfunc.py")),
        artifacts={"model": str(trained.folder)},
        signature=_signature(module),
        input_example=(example, {"site": ""}),
        pip_requirements=[f"adscribe[train]=={metadata.version('adscribe')}"],
        registered_model_name=tracking.MODEL,
    )
    version = str(info.registered_model_version)
    module.MlflowClient().set_model_version_tag(tracking.MODEL, version, "artefact", evaluation.artefact)
    return version


def _log_evaluation(evaluation: Evaluation, module: Any) -> None:
    """Log figures, report and charts of an evaluation."""
    module.set_tags({"artefact": evaluation.artefact, "split": evaluation.data["split"]})
    module.log_metrics(_metrics(evaluation))
    with tempfile.TemporaryDirectory() as folder:
        report.write(evaluation, Path(folder))
        module.log_artifacts(folder, "evaluation")


def _metrics(evaluation: Evaluation) -> dict[str, float]:
    found: dict[str, float | None] = {}
    for name, scores in evaluation.scores.items():
        own = {key: getattr(scores.whole, key) for key in ("exact", "coverage", "wrong", "undetermined")}
        own |= {f"{level}_f1": one.f1 for level, one in scores.levels.items()}
        own |= {f"{level}_macro_f1": one.macro_f1 for level, one in scores.levels.items()}
        own["dangerous_calm"] = scores.whole.calm.dangerous
        found |= {f"{name}.{key}": value.value for key, value in own.items() if value is not None}
    for step in evaluation.promises:
        found[f"realised.{step.promise}"] = step.realised
    if evaluation.reliability.error is not None:
        found["calibration_error"] = evaluation.reliability.error.value
    if evaluation.leak is not None:
        found["leak_gain"] = evaluation.leak.gain
    return {key: value for key, value in found.items() if value is not None}


def _signature(module: Any) -> Any:
    from mlflow.types.schema import ColSpec, ParamSchema, ParamSpec, Schema  # noqa: PLC0415 - slow to import

    return module.models.ModelSignature(
        inputs=Schema([ColSpec("string", "event")]),
        outputs=Schema([ColSpec("string", "answer")]),
        params=ParamSchema(
            [
                ParamSpec("site", "string", ""),
                ParamSpec("explain", "boolean", False),
                ParamSpec("candidates", "long", 0),
            ]
        ),
    )


def _example(folder: Path) -> Any:
    import pandas as pd  # noqa: PLC0415 - slow to import

    events: Sequence[Any] = msgspec.json.decode((folder / "golden.json").read_bytes())
    return pd.DataFrame({"event": [msgspec.json.encode(one["event"]).decode() for one in events[:2]]})
