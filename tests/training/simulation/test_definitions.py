"""The definitions that ship are complete and sound; unsound ones are refused where they stand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from adscribe.codebook import Codebook
from adscribe.resources import shipped
from adscribe.sensors.flowmon.names import METHODS
from adscribe.training.simulation import DefinitionError, load_library
from adscribe.training.simulation.behaviours import submethods_of
from adscribe.training.simulation.world import load_world

TODAY = {
    (method.code, submethod)
    for method in METHODS.values()
    if not method.retired
    for submethod in method.submethods
}


def test_there_is_variety_of_hostile_and_of_everyday_life() -> None:
    actors = [behaviour.raw.actor for behaviour in load_library().behaviours.values()]
    assert len(actors) - actors.count("everyday") >= 30
    assert actors.count("everyday") >= 50
    assert len(load_library().campaigns) >= 10


def test_everyday_life_causes_every_submethod_of_today() -> None:
    everyday = [one for one in load_library().behaviours.values() if one.raw.actor == "everyday"]
    assert TODAY - submethods_of(everyday, load_world()) == set()


def test_a_hostile_behaviour_causes_every_submethod_that_the_guide_has_a_category_for() -> None:
    hostile = [one for one in load_library().behaviours.values() if one.raw.actor != "everyday"]
    rules = Codebook.load().rules
    labelled = {
        (method, submethod)
        for method, submethod in TODAY
        if any(row.enterprise is not None and row.covers(submethod) for row in rules.get(method, ()))
    }
    missing = labelled - submethods_of(hostile, load_world())
    # Adware is no technique; the family rows of the guide hold for all pattern names.
    assert missing <= {("BPATTERNS", "MonetizerCampaign")}


def test_something_of_every_sort_is_held_out_for_the_test() -> None:
    library = load_library()
    held_out = set(library.held_out)
    assert held_out & set(library.behaviours)
    assert held_out & set(library.campaigns)
    assert any("/" in name for name in held_out)


def test_no_threat_of_a_sample_is_called_new() -> None:
    threats = [threat for found in load_world().threats.values() for threat in found]
    assert {threat.submethod for threat in threats if threat.published} <= {
        submethod for _, submethod in TODAY
    }
    assert sum(not threat.published for threat in threats) >= 50


GOOD = """\
- id: sweep
  title: A sweep
  actor: intruder
  story: Somebody looks around.
  who: {roles: workstation}
  truth: T1046
  emits:
    - method: SCANS
      submethod: TCPSYN
      targets: {roles: any, count: 20}
      values: {successful_count: 2}
"""


@pytest.mark.parametrize(
    ("good", "bad", "line", "says"),
    [
        ("T1046", "T9999", 1, "T9999"),
        ("truth: T1046", "truth: T1078", 1, "several tactics"),
        ("truth: T1046", "truth: T1046 exfiltration", 1, "T1046"),
        ("truth: T1046", "truth: [{success: true, give: T1046}]", 1, "condition"),
        ("actor: intruder", "actor: ghost", 3, "ghost"),
        ("roles: workstation", "roles: toaster", 1, "toaster"),
        ("submethod: TCPSYN", "submethod: TCPFOO", 1, "TCPFOO"),
        ("method: SCANS", "method: SCAN", 1, "SCAN"),
        ("count: 20", "counts: 20", 10, "counts"),
        ("successful_count: 2", "succesful_count: 2", 1, "succesful_count"),
        ("successful_count: 2", "successful_count: {around: [1]}", 1, "around"),
        ("story: Somebody", "story: [Somebody", 5, "YAML"),
    ],
)
def test_an_unsound_definition_is_refused_with_file_and_line(
    tmp_path: Path, good: str, bad: str, line: int, says: str
) -> None:
    shutil.copytree(shipped("datasets", "behaviours", "world"), tmp_path / "world")
    (tmp_path / "world" / "campaigns.yaml").write_text("[]\n")
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD)
    assert set(load_library(tmp_path).behaviours) == {"sweep"}
    load_library.cache_clear()
    assert good in GOOD
    file.write_text(GOOD.replace(good, bad))
    with pytest.raises(DefinitionError) as caught:
        load_library(tmp_path)
    assert caught.value.place.file == "mine.yaml"
    assert caught.value.place.line == line
    assert says in str(caught.value)
