"""Which row answers, why those before it don't, and which could."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.codebook import Codebook, Match
from adscribe.context import Context
from adscribe.context.vocabulary import load_vocabulary
from tests.codebook.contexts import make_context


def _answer(codebook: Codebook, context: Context) -> Match:
    match = codebook.match(context)
    assert match is not None
    return match


def _techniques(match: Match) -> set[str]:
    return set(match.row.enterprise.techniques) if match.row.enterprise else set()


def test_direction_decides_what_a_scan_is(codebook: Codebook) -> None:
    inside = make_context("SCANS", "TCPSYN", source="inside", targets="inside", target_scale="many")
    outward = make_context("SCANS", "TCPSYN", source="inside", targets="outside", target_scale="many")
    assert _techniques(_answer(codebook, inside)) == {"T1046"}
    assert _techniques(_answer(codebook, outward)) == {"T1595.001"}


def test_success_adds_what_it_shows(codebook: Codebook) -> None:
    tried = make_context("SSHDICT", "General", source="inside", targets="inside", success="no")
    entered = make_context("SSHDICT", "General", source="inside", targets="inside", success="yes")
    assert _techniques(_answer(codebook, tried)) == {"T1110.001"}
    match = _answer(codebook, entered)
    assert match.row.enterprise is not None
    assert match.row.enterprise.techniques == {
        "T1110.001": ("credential-access",),
        "T1021.004": ("lateral-movement",),
    }


def test_an_unknown_value_never_meets_a_condition(codebook: Codebook) -> None:
    unknown = make_context("SSHDICT", "General", source="outside")
    assert "T1078" not in _techniques(_answer(codebook, unknown))


def test_a_group_stands_for_its_members_and_any_role_counts(codebook: Codebook) -> None:
    for role in ("firewall", "router"):
        match = _answer(codebook, make_context("SCANS", "ARP", source_role=("workstation", role)))
        assert match.row.reason == "benign"
    assert _answer(codebook, make_context("SCANS", "ARP", source_role="workstation")).row.reason is None


def test_site_decisions_come_before_the_method(codebook: Codebook) -> None:
    context = make_context(
        "SSHDICT", "General", source="outside", success="yes", known_cause="stale_credentials"
    )
    assert _answer(codebook, context).row.reason == "misconfiguration"


def test_the_match_names_the_facts_that_met_it(codebook: Codebook) -> None:
    match = _answer(codebook, make_context("SCANS", "ARP", source_role="firewall", targets="inside"))
    assert [(condition.key, fact.values) for condition, fact in match.met] == [("source_role", ("firewall",))]


def test_an_open_method_takes_any_submethod(codebook: Codebook) -> None:
    named = make_context("BPATTERNS", "NeverSeenBefore", family="miner")
    own = make_context("BPATTERNS", "USER_backup_check")
    assert _techniques(_answer(codebook, named)) == {"T1496.001"}
    assert _answer(codebook, own).row.submethods == ("USER_*",)


def test_a_submethod_that_is_not_told_is_read_as_the_weakest(codebook: Codebook) -> None:
    known = {"source": "inside", "list_kind": "phishing", "comm": "direct"}
    untold = _answer(codebook, make_context("BLACKLIST", None, **known))
    assert untold.row is _answer(codebook, make_context("BLACKLIST", "Host", **known)).row


def test_without_an_assumption_only_rows_for_all_submethods_apply(codebook: Codebook) -> None:
    allowed = make_context("DICTATTACK", None, authorised="yes")
    assert _answer(codebook, allowed).row.reason == "benign"
    assert codebook.match(make_context("DICTATTACK", None, source="inside", targets="inside")) is None


def test_a_method_that_the_codebook_has_not_gets_no_answer(codebook: Codebook) -> None:
    context = make_context("NOSUCH", "General", fp_label="yes")
    assert codebook.match(context) is None
    assert codebook.possible(context) == ()


def test_an_ot_end_brings_the_ics_label_along(codebook: Codebook) -> None:
    known = {"source": "inside", "targets": "inside", "target_scale": "many"}
    office = _answer(codebook, make_context("SCANS", "TCPSYN", **known))
    plant = _answer(codebook, make_context("SCANS", "TCPSYN", ot_end="yes", **known))
    assert office.ics is None
    assert plant.ics is not None
    assert plant.ics.techniques == {"T0846": ("discovery",)}
    assert plant.row is office.row


def test_ot_methods_have_an_ics_label_of_their_own(codebook: Codebook) -> None:
    match = _answer(codebook, make_context("OTCLANOM", "Modbus", ot_metric="write"))
    assert match.row.reason == "no_technique"
    assert match.ics is not None
    assert set(match.ics.techniques) == {"T0855"}


def test_the_trace_says_what_was_unknown_and_what_was_otherwise(codebook: Codebook) -> None:
    trace = codebook.trace(make_context("SCANS", "ARP", source_role="workstation"))
    unmet = {
        tried.row.id: {condition.key: known for condition, known in tried.unmet} for tried in trace.tried
    }
    assert unmet["SCANS-07"] == {"source_role": ("workstation",)}
    assert unmet["SCANS-04"] == {"authorised": ()}
    assert "SCANS-09" not in unmet, "a row for another submethod isn't tried"


_KEYS = load_vocabulary().keys
_RULES = Codebook.load().rules


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    method = draw(st.sampled_from(["SCANS", "BLACKLIST", "UPLOAD", "DNSANOMALY", "BPATTERNS", "OTCLANOM"]))
    rows = _RULES[method]
    names = sorted({name for row in rows for name in row.submethods if "*" not in name})
    submethod = draw(st.sampled_from([*names, "NeverSeenBefore"]))
    used = sorted({condition.key for row in rows for condition in row.when})
    keys = draw(st.lists(st.sampled_from(used), unique=True, max_size=7))
    known: dict[str, str | tuple[str, ...]] = {}
    for key in keys:
        most = 3 if _KEYS[key].several else 1
        values = st.lists(st.sampled_from(_KEYS[key].values), min_size=1, max_size=most, unique=True)
        known[key] = tuple(draw(values))
    return make_context(method, submethod, **known)


@settings(max_examples=150, deadline=None)
@given(context=contexts())
def test_match_trace_and_possible_agree(codebook: Codebook, context: Context) -> None:
    match, trace = codebook.match(context), codebook.trace(context)
    possible = codebook.possible(context)
    assert match == trace.match
    assert all(tried.unmet for tried in trace.tried)
    if match is not None:
        assert match.row in possible
        tried = codebook.covering(context.event.method, context.event.submethod)
        assert [row.id for row in tried].index(match.row.id) == len(trace.tried)
    contradicted = {tried.row.id for tried in trace.tried if any(known for _, known in tried.unmet)}
    assert contradicted.isdisjoint(row.id for row in possible)


@settings(max_examples=100, deadline=None)
@given(context=contexts(), data=st.data())
def test_knowing_more_only_leaves_rows_that_were_possible(
    codebook: Codebook, context: Context, data: st.DataObject
) -> None:
    left = data.draw(st.sets(st.sampled_from(sorted(context.facts)))) if context.facts else set()
    facts = {key: fact for key, fact in context.facts.items() if key in left}
    less = Context(event=context.event, facts=facts)
    assert {row.id for row in codebook.possible(context)} <= {row.id for row in codebook.possible(less)}
