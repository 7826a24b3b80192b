"""What the page of a report shows, in its order."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from adscribe.training.baselines import MOST_GAIN, LeakProbe
from adscribe.training.bootstrap import Estimate
from adscribe.training.evaluation import SLACK, Evaluation
from adscribe.training.feedback.figures import FeedbackFigures
from adscribe.training.metrics import ENOUGH, Level, Scores, Whole
from adscribe.training.report_bundle import Report
from adscribe.training.report_compare import changes, same_data
from adscribe.training.report_layout import Cell, Section, Table
from adscribe.training.report_traffic import traffic_section
from adscribe.training.report_vendors import VendorsOut


def sections(found: Report, previous: Report | None) -> list[Section]:
    """Return all sections that there is something for."""
    evaluation = found.evaluation
    parts = [
        _origin(evaluation),
        _comparison(found, previous) if previous is not None else None,
        _baselines(evaluation),
        _promises(evaluation),
        _calibration(evaluation),
        _vignettes(evaluation),
        _feedback(evaluation.feedback) if evaluation.feedback is not None else None,
        _vendors(found.vendors) if found.vendors is not None else None,
        traffic_section(found.traffic) if found.traffic is not None else None,
        _weaker(evaluation),
        _seeds(found.seeds) if found.seeds else None,
        _leak(evaluation.leak) if evaluation.leak is not None else None,
        _labels(evaluation.scores),
    ]
    return [one for one in parts if one is not None]


def _origin(evaluation: Evaluation) -> Section:
    data, model = evaluation.data, evaluation.model
    rows = (
        ("model", f"{model['name']} {model['version']}, ATT&CK {model['attack']}"),
        ("artefact", f"sha256 {evaluation.artefact}"),
        ("risk", f"{model['risk']:g} wrong categories, {model['calm_risk']:g} dangerous calm"),
        ("data", f"sha256 {data['content']}, {data['split']} part, seed {data['seed']}"),
        ("reports", f"{data['reports']:,} of {data['sites']} sites are left to a model"),
        ("all views", f"{data['rows']:,} rows; the sites decide {data['decided']:,} more"),
        ("again", evaluation.command),
    )
    return Section(
        title="What was measured",
        text=(
            "In brackets are 95 % intervals by drawing sites anew, since events of one site resemble one"
            " another;"
            " n is how many events, answers or pairs a figure is of. Simulated sites are no real"
            " networks: what"
            " the simulator doesn't know is missing from every figure of it.",
        ),
        tables=(Table(("", ""), rows),),
    )


def _comparison(found: Report, previous: Report) -> Section:
    same = same_data(previous, found)
    told = (
        "Both were measured on the same data. The difference is that of the two models on the same drawn"
        " sites."
        if same
        else "They were measured on different data, so nothing is said of differences."
    )
    rows = tuple(
        (one.measure, one.before, one.now, one.difference, one.verdict) for one in changes(previous, found)
    )
    before = previous.evaluation
    return Section(
        title="Compared with the previous report",
        text=(f"Before: artefact sha256 {before.artefact}, data sha256 {before.data['content']}. {told}",),
        tables=(Table(("", "before", "now", "difference", ""), rows),),
    )


def _baselines(evaluation: Evaluation) -> Section:
    scores = evaluation.scores
    levels = [
        Table(
            (name, "precision", "recall", "F1 (micro)", "F1 (macro)"),
            tuple(
                (who, level.precision, level.recall, level.f1, level.macro_f1)
                for who, one in scores.items()
                if (level := one.levels.get(name)) is not None
            ),
            title=f"Labels: {name}",
        )
        for name in scores["model"].levels
    ]
    flips = tuple(evaluation.flips.items())
    return Section(
        title="Beside the baselines",
        text=(
            "likeliest: what the model would say if it had to. table: the most frequent outcome of method and"
            " submethod. majority: the most frequent outcome of all. Exact: the answer is the truth, all"
            " of it."
            " All right: everything shown is true. Coverage: of the events whose truth is a category,"
            " the share"
            " shown one. Wrong: of the events shown a category, the share of which something is not true."
            f" F1 (macro) is the mean over labels of {ENOUGH} true events or more; its n is the labels.",
        ),
        charts=("baselines.svg", "reasons.svg"),
        tables=(
            _wholes({name: one.whole for name, one in scores.items()}),
            *levels,
            Table(("", "flips"), flips, title="Updates that change the answer although the truth stays"),
        ),
    )


def _wholes(found: Mapping[str, Whole], title: str = "") -> Table:
    return Table(
        ("", "reports", "sites", "exact", "all right", "coverage", "wrong", "can't tell", "dangerous calm"),
        tuple(
            (
                name,
                f"{one.events:,}",
                f"{one.sites:,}",
                *(one.exact, one.right, one.coverage, one.wrong, one.undetermined),
                one.calm.dangerous,
            )
            for name, one in found.items()
        ),
        title=title,
    )


def _promises(evaluation: Evaluation) -> Section:
    rows = tuple(
        (
            one.promise,
            f"{one.promised:.3f}",
            one.interval or f"{one.realised:.3f}",
            f"{one.answers:,}",
            "-" if one.coverage is None else f"{one.coverage:.3f}",
            "kept" if one.kept else "not kept",
        )
        for one in evaluation.promises
    )
    curve = tuple(
        (f"{one.threshold:.3f}", f"{one.coverage:.3f}", f"{one.wrong:.3f}") for one in evaluation.curve
    )
    missing = ", ".join(f"{risk:g}" for risk in evaluation.unpromised)
    return Section(
        title="Promises",
        text=(
            "A promise is made on calibration sites and holds for sites exchangeable with them; for a real"
            f" network it is a figure to be measured. Wrong categories may lie {SLACK:g} above, calm may"
            f" not.",
            *((f"No promise could be made for the risks {missing}.",) if missing else ()),
        ),
        charts=("risk-coverage.svg",),
        tables=(
            Table(("promise", "promised", "realised", "answers", "coverage", ""), rows),
            _calms(
                {name: one.whole for name, one in evaluation.scores.items()},
                "Of the answers benign and misconfiguration, the share whose truth is a category",
            ),
            Table(("sure at least", "coverage", "wrong"), curve, title="Risk and coverage", folded=True),
        ),
    )


def _calms(found: Mapping[str, Whole], title: str, *, folded: bool = False) -> Table:
    shares = list(next(iter(found.values())).calm.at_prevalence) if found else []
    return Table(
        ("", "answers", *(f"{float(share):.0%} attacks" for share in shares)),
        tuple(
            (name, f"{one.calm.answers:,}", *(one.calm.at_prevalence[share] for share in shares))
            for name, one in found.items()
        ),
        title=title,
        folded=folded,
    )


def _calibration(evaluation: Evaluation) -> Section:
    found = evaluation.reliability
    bins = tuple(
        (f"{place + 1}", f"{said:.3f}", f"{true:.3f}", f"{pairs:,}")
        for place, (said, true, pairs) in enumerate(zip(found.said, found.true, found.pairs, strict=True))
        if said is not None and true is not None
    )
    return Section(
        title="Calibration",
        text=("Over pairs of label and event with a probability of at least 0.1.",),
        charts=("reliability.svg",),
        tables=(
            Table(("", "value"), (("calibration error", found.error),)),
            Table(("bin", "said", "true", "pairs"), bins, title="By probability", folded=True),
        ),
    )


def _feedback(found: FeedbackFigures) -> Section:
    return Section(
        title="Feedback held out",
        text=(
            f"{found.events:,} events of {found.habits:,} habits that analysts judged after"
            f" {found.after:%Y-%m-%d %H:%M} UTC, and that no training has seen. {found.known:,} more are of"
            " events or habits that were judged before as well and don't count. Intervals are by drawing"
            " habits anew.",
        ),
        tables=(_wholes({"model": found.whole}),),
    )


def _vignettes(evaluation: Evaluation) -> Section | None:
    found = evaluation.vignettes
    if found is None:
        return None
    return Section(
        title="Vignettes",
        text=(
            "Small cases that were annotated for this project, twice and blind. Strict: techniques,"
            " tactics and"
            " reason are equal. Acceptable: a colleague could defend the answer. Few cases, so"
            " differences of a"
            f" few of them mean nothing. {found.cases} cases, sha256 {found.sha256}.",
        ),
        tables=(
            Table(
                ("cases", "strict", "acceptable"),
                tuple((one.cases, one.strict, one.acceptable) for one in found.figures),
            ),
        ),
    )


def _vendors(found: VendorsOut) -> Section:
    return Section(
        title="Detections of a vendor never seen",
        text=(
            "The text model alone, on expert mappings: chosen on three vendors, trained on them, judged"
            " on the"
            " fourth once. Right: a parent technique that the vendor lists. Intervals by drawing families of"
            f" near-copies. To beat: {found.base}.",
        ),
        tables=(
            Table(
                (
                    "vendor",
                    "chosen",
                    "first",
                    "among three",
                    f"{found.base}, first",
                    f"{found.base}, among three",
                ),
                tuple(
                    (one.vendor, one.chosen, one.first, one.among, one.base_first, one.base_among)
                    for one in found.vendors
                ),
            ),
            Table(
                ("mean gain", "first", "among three"),
                (("over the vendors", found.gain_first, found.gain_among),),
            ),
        ),
    )


def _weaker(evaluation: Evaluation) -> Section:
    return Section(
        title="Where it is weaker",
        text=("Full view for what training had none of; the other views lack what they are named for.",),
        tables=(
            _wholes(evaluation.held_out, "Behaviours and parameter sets held out"),
            _wholes(evaluation.degraded, "Degraded views"),
            _calms(evaluation.held_out, "Dangerous calm, held out", folded=True),
            _calms(evaluation.degraded, "Dangerous calm, degraded views", folded=True),
        ),
    )


def _seeds(found: Mapping[str, Estimate]) -> Section:
    return Section(
        title="Other seeds",
        text=(
            "Mean over models trained with different seeds; in brackets the smallest and the largest, n"
            " models.",
        ),
        tables=(Table(("", "mean"), tuple(found.items())),),
    )


def _leak(probe: LeakProbe) -> Section:
    rows = (
        ("probe", f"{probe.accuracy:.3f}"),
        ("the same with exchanged columns", f"{probe.allowed:.3f}"),
        ("commonest outcome", f"{probe.majority:.3f}"),
        ("gain", f"{probe.gain:+.3f}"),
        *((f"gain from {name} alone", f"{gain:+.3f}") for name, gain in probe.parts.items()),
    )
    return Section(
        title="Leak probe",
        text=(
            "What a forest gains that sees address bits, MACs, names, ids and the clock alone: at most"
            f" {MOST_GAIN:+.3f} is asked for. The data {'pass' if probe.passes else 'do not pass'}.",
        ),
        tables=(Table(("", f"share right of {probe.events:,} reports"), rows),),
    )


def _labels(scores: Mapping[str, Scores]) -> Section:
    tables = (
        (_label_table(f"{who}: {name}", level) for name, level in one.levels.items())
        for who, one in scores.items()
    )
    return Section(
        title="Label by label",
        text=(f"Below {ENOUGH} true events there are no figures.",),
        tables=tuple(chain.from_iterable(tables)),
    )


def _label_table(title: str, level: Level) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            one.label,
            f"{one.support:,}",
            f"{one.shown:,}",
            *((one.precision, one.recall, one.f1) if one.sufficient else ("insufficient", "", "")),
        )
        for one in level.labels
    ]
    return Table(
        ("label", "true", "shown", "precision", "recall", "F1"), tuple(rows), title=title, folded=True
    )
