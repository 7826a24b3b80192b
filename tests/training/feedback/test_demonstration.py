"""From end to end on the simulator, with the model that ships: verdicts in, fewer wrong categories out."""

from __future__ import annotations

from adscribe.training.feedback.demonstration import answered, demonstrate, lived
from tests.shared import ROOT
from tests.training.feedback.invented import classifier


def next_door() -> list[bytes]:
    reports, site = lived(77, 150)
    return [told.answer.to_json() for told in answered(classifier(), reports, site)]


def test_after_200_verdicts_wrong_categories_fall_by_half_and_nothing_else_changes() -> None:
    elsewhere = next_door()
    backups = ROOT / "datasets" / "demonstrations" / "backups.yaml"
    shown = demonstrate(classifier(), backups, seed=3, reports=2_500, number=200)
    before, after = shown.before, shown.after
    assert len(shown.reviewed) == 200
    assert before.wrong_backups >= 10, "the backups must look like exfiltration to the model"
    assert after.wrong <= before.wrong / 2
    assert after.wrong_backups <= before.wrong_backups / 2
    # Attacks are shown as before, and no all-clear is new.
    assert before.attacks >= 50
    assert after.missed - before.missed <= 0.02 * before.attacks
    assert after.all_clear <= before.all_clear
    assert after.dangerous <= before.dangerous
    # What one site's analysts say is no matter of another's.
    assert shown.residual.cells
    assert next_door() == elsewhere
