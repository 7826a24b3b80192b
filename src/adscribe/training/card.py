"""The model card: what a model is for, what it can do, what it can't, and how all that is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adscribe.training import report
from adscribe.training.evaluation import Evaluation
from adscribe.training.metrics import ENOUGH

_USE = """## Intended use

To tell analysts of a network anomaly detection system which ATT&CK categories an event shows in its
context, or why none applies, as a help for reading and sorting. It is made for the events of Flowmon
ADS. Not for blocking or punishing without a person who looks: an answer is what is likely, not what
is proven. Other sensors' events can be read, but no figure here is about them.
"""

_PITFALLS: tuple[tuple[str, str], ...] = (
    (
        "Sampling bias",
        "The events are simulated: {behaviours} behaviours on {sites} random networks of six kinds, not drawn"
        " from any real network. Kinds, base rates and how well sites know themselves are"
        " assumptions that the"
        " data card counts. What a real network has and the simulator doesn't is missing from every figure.",
    ),
    (
        "Label inaccuracy",
        "The truth is the behaviour's, written by hand by what an expert who knows what happened"
        " would say, and"
        " limited to what a sensor can show; it isn't computed by the rules it is compared with. For"
        " {ambiguous} of {reports} reports the visible evidence allows two truths: no answer can be right for"
        " all of them. A wrong definition makes all of its events wrong.",
    ),
    (
        "Data snooping",
        "Sites are split whole: no event, update or campaign straddles parts, and the run checks it."
        " Features are"
        " chosen on training sites, the temperature and the promises on two parts of the calibration sites,"
        " settings and candidates on validation sites. The test part is measured once, for this card."
        " The annotated vignettes are no test set: none was trained on, but what their first scores showed"
        " led to believing the codebook beforehand and to another measure of unfamiliar events.",
    ),
    (
        "Spurious correlations",
        "No address, MAC, name, id, clock or severity is a feature. {leak} Explanations add up to"
        " the model's own"
        " logit, so what an answer rests on can be read.",
    ),
    (
        "Biased parameters",
        "Settings were chosen on validation sites and on behaviours left out of the training"
        " (`pipelines.unseen`). Behaviours and parameter sets that only the test part has are reported apart"
        " (Held out). The codebook that is believed beforehand is by the same hand as the behaviours'"
        " truths, so what it brings here is more than it brings elsewhere.",
    ),
    (
        "Inappropriate baseline",
        "Beside the model stand the static table by method and submethod, the codebook's rules and"
        " the commonest"
        " outcome, on the same reports. `adscribe.training.candidates` compares other learners.",
    ),
    (
        "Inappropriate measures",
        "No accuracy alone: precision, recall and F1 by label, micro and macro, coverage beside"
        " wrong categories,"
        " each reason, calibration, updates that flip. Intervals are drawn over sites, not events."
        " Labels with"
        " fewer than {enough} true events are called insufficient.",
    ),
    (
        "Base rate fallacy",
        "{prevalence} of the simulated reports have a category. Dangerous calm is reported at 1, 10 and 50 %"
        " prevalence by reweighting. Wrong categories are of the events shown with a category; where"
        " attacks are"
        " rarer than here that share is higher.",
    ),
    (
        "Lab-only evaluation",
        "All sites are simulated. {vignettes} The promises hold for sites like the simulated ones. On a real"
        " network they are to be measured, with analysts' feedback, before anyone relies on them.",
    ),
    (
        "Inappropriate threat model",
        "An attacker who knows the model can behave like everyday life, spread out below the"
        " sensor's thresholds"
        " or choose names. The model sees only what a sensor reported, so it finds nothing that the"
        " sensor missed."
        " Nobody has attacked it on purpose for this card. Artefacts are checked when loaded and"
        " hold no pickle.",
    ),
)
"""The ten pitfalls of Arp et al. (USENIX Security 2022), with our answers."""


def as_card(evaluation: Evaluation, data: Mapping[str, Any]) -> str:
    """Return the model card.

    Parameters
    ----------
    evaluation : Evaluation
        On the test part.
    data : mapping
        The card of the data.
    """
    model, plan = evaluation.model, data["plan"]
    build = (
        f"adscribe data build DATA --events {plan['events']} --sites {plan['sites']} --seed {plan['seed']}"
        f" --prevalence {plan['prevalence']:g} --degraded {plan['degraded']:g} --masked {plan['masked']:g}"
    )
    vignettes = evaluation.vignettes
    parts = [
        f"# Model card: {model['name']} {model['version']}\n",
        f"Answers in ATT&CK {model['attack']}; risk {model['risk']:g}, calm risk {model['calm_risk']:g}.\n",
        _USE,
        "## Data and commands\n",
        f"Simulated events, content sha256 `{data['content_sha256']}`. Every figure below comes from\n",
        f"```\n{build}\nadscribe train DATA --out MODEL --seed SEED\n{evaluation.command}\n```\n",
        f"(SEED as in the model's `manifest.json`) on the {evaluation.data['split']} part:"
        f" {evaluation.data['reports']:,} reports of"
        f" {evaluation.data['sites']} sites. Artefact sha256 `{evaluation.artefact}`. In brackets: 95 %"
        " intervals by bootstrap over sites.\n",
        "## What it can do\n",
        report.wholes({name: scores.whole for name, scores in evaluation.scores.items()}),
        report.levels(evaluation),
        report.updates(evaluation),
        "## What it promises\n",
        report.promises(evaluation),
        "A promise rests on the assumption that a site is exchangeable with those of the calibration.\n",
        report.calms(evaluation),
        f"Calibration error: {report.told(evaluation.reliability.error)}.\n",
        "## Where it is weaker\n",
        "On behaviours and parameter sets that training had none of:\n",
        report.wholes(evaluation.held_out),
        "Where something isn't known:\n",
        report.wholes(evaluation.degraded),
        *(("## Annotated vignettes\n", vignettes.summary) if vignettes else ()),
        "## Limits\n",
        "It has seen simulated networks only. It reads one event with its history, not a whole incident. It"
        " can't name techniques that it was not trained on; unlike input is answered `undetermined`. Labels"
        " marked insufficient are not supported by enough test events to say anything.\n",
        "## Pitfalls\n",
        "Those of Arp et al., Dos and Don'ts of Machine Learning in Computer Security, USENIX"
        " Security 2022.\n",
        _pitfalls(evaluation, data),
        "## By label\n",
        *(
            f"### {name}\n\n{report.labels(level)}"
            for name, level in evaluation.scores["model"].levels.items()
        ),
    ]
    return "\n".join(parts)


def _pitfalls(evaluation: Evaluation, data: Mapping[str, Any]) -> str:
    behaviours, vignettes = data["behaviours"], evaluation.vignettes
    facts = {
        "behaviours": sum(behaviours[actor] for actor in ("everyday", "intruder", "malware")),
        "sites": data["sites"],
        "ambiguous": f"{data['overlap']['ambiguous_reports']:,}",
        "reports": f"{data['overlap']['reports']:,}",
        "leak": report.leak(evaluation).strip(),
        "enough": ENOUGH,
        "prevalence": f"{data['prevalence']:.1%}",
        "vignettes": f"{vignettes.cases} annotated vignettes stand beside them."
        if vignettes
        else "nothing else.",
    }
    return (
        "\n".join(
            f"{number}. **{name}.** {answer.format_map(facts)}"
            for number, (name, answer) in enumerate(_PITFALLS, start=1)
        )
        + "\n"
    )
