"""What an explanation says: one sentence a thing, names instead of keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adscribe.context import Context
from adscribe.context.vocabulary import load_vocabulary
from adscribe.event.characteristics import CHARACTERISTICS, unit
from adscribe.features.steps import NUMBERS
from adscribe.model.things import Things
from adscribe.model.wording import SITE, measured, reported, unknown
from tests.codebook.contexts import make_context
from tests.context.test_facts import CLIENT, OUTSIDE, SERVER, context

UNKNOWN_SITE = "not known: the roles of both ends, the network segment and whether people work at that time"


def told(seen: Context, *keys: str) -> list[str]:
    """Return what is told of keys."""
    things = Things(seen, keys)
    return [things.told(thing, 1.0).fact for thing in things.names]


@pytest.mark.parametrize("key", load_vocabulary().keys)
def test_every_key_that_is_not_known_has_words(key: str) -> None:
    said = unknown((key,))
    assert said.endswith(" is not known")
    assert "_" not in said
    assert said != f"the {key} is not known" or key in ("service", "protocol")


NAMES = [name for name in CHARACTERISTICS if unit(name) != "text" and name not in NUMBERS]


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_words_and_a_unit(name: str) -> None:
    said = measured(name, context("LIGHTHOUSE", CLIENT, [SERVER], characteristics={name: 1234567}))
    assert said is not None
    assert "_" not in said
    assert "1234567" not in said
    assert len(said) < 100


def test_a_flag_or_a_number_without_end_is_no_number() -> None:
    for value in (True, "12"):
        seen = context("SCANS", CLIENT, [SERVER], characteristics={"latency_seconds": value})
        assert measured("latency_seconds", seen) is None


def test_bytes_are_told_once() -> None:
    values = {
        "uploaded_bytes": 5 * 2**30,
        "downloaded_bytes": 10_004,
        "transferred_bytes": 5 * 2**30 + 10_004,
    }
    seen = context("UPLOAD", CLIENT, [OUTSIDE], characteristics=values)
    keys = ("download", "flow_balance", "transferred_bytes", "upload")
    assert told(seen, *keys) == ["5 GiB sent, 9.8 KiB received"]


@pytest.mark.parametrize(
    ("values", "keys", "text"),
    [
        ({"uploaded_bytes": 2048}, ("download", "upload"), "2 KiB sent, what came back is not known"),
        ({"uploaded_bytes": 2048}, ("upload",), "2 KiB sent"),
        ({"transferred_bytes": 2048}, ("transferred_bytes",), "2 KiB in both directions"),
        (
            {"uploaded_bytes": 4096, "downloaded_bytes": 1024, "top_peer_bytes": 3072},
            ("flow_balance", "top_peer_bytes"),
            "4 KiB sent, 1 KiB received, 3 KiB exchanged with the busiest peer",
        ),
    ],
)
def test_an_amount_is_told_with_what_is_missing(
    values: dict[str, int], keys: tuple[str, ...], text: str
) -> None:
    assert told(context("UPLOAD", CLIENT, [OUTSIDE], characteristics=values), *keys) == [text]


def test_that_something_came_back_is_told_with_the_bytes() -> None:
    values = {"uploaded_bytes": 1000, "downloaded_bytes": 0}
    seen = context("TELNET", CLIENT, [OUTSIDE], characteristics=values)
    assert told(seen, "success", "download", "upload", "flow_balance") == ["1000 B sent, nothing received"]


def test_attempts_and_attempts_for_each_target_are_one_thing() -> None:
    seen = context("SCANS", CLIENT, [SERVER, OUTSIDE], characteristics={"flows_count": 80})
    assert told(seen, "attempts", "attempts_per_target") == ["80 attempts, 40 for each target"]


@pytest.mark.parametrize(
    ("ports", "values", "text"),
    [
        ([443], {}, "service HTTPS (port 443)"),
        ([4444], {}, "port 4444, of no service that is known"),
        ([22, 80, 443, 445, 3389, 9999], {}, "6 ports: services SSH, HTTP, HTTPS, SMB and 1 more"),
        ([22], {"ports_count": 2000}, "2,000 ports: service SSH (port 22)"),
        ([9990, 9991, 9992, 9993, 9994], {}, "5 ports"),
    ],
)
def test_ports_and_their_services_are_one_thing(ports: list[int], values: dict[str, int], text: str) -> None:
    seen = context("SCANS", CLIENT, [SERVER], ports=ports, characteristics=values)
    assert told(seen, "port_scale", "ports", "service") == [text]


def test_a_list_tells_what_it_says_of_its_peer() -> None:
    values = {"blacklist_names": "BotnetDomains"}
    seen = context("BLACKLIST", CLIENT, [OUTSIDE], characteristics=values)
    assert told(seen, "list_kind", "peer_kind") == ["it matched a list of botnets: BotnetDomains"]


@pytest.mark.parametrize(
    ("method", "values", "text"),
    [
        ("BLACKLIST", {"blacklist_names": "BotnetDomains"}, "it matched a list of botnets: BotnetDomains"),
        ("OTCLANOM", {"differing_metrics": "write requests count"}, "what differs: write requests"),
        ("SMTPANOMALY", {"suspicion": "malware suspected"}, 'the report says "malware suspected"'),
        ("SMTPANOMALY", {"suspicion": ""}, 'the report says "two words"'),
        ("BPATTERNS", {}, 'the report says "two words"'),
    ],
)
def test_words_of_the_report_are_quoted_once(method: str, values: dict[str, str], text: str) -> None:
    seen = context(method, CLIENT, [OUTSIDE], characteristics=values, description="two\nwords. Requests: 4")
    known = [key for key in ("list_kind", "ot_metric") if key in seen.facts]
    assert told(seen, "description", *known) == [text]


def test_fields_in_a_row_are_no_words() -> None:
    for description in ("{FlowCount:'402';UploadedData:'1.9 MiB'}", "act=x dst=y", None):
        seen = context("BPATTERNS", CLIENT, [OUTSIDE], description=description)
        assert told(seen, "description") == ["the wording of the report"]
    seen = context("BPATTERNS", CLIENT, [OUTSIDE], description='say "x" ' * 50)
    (said,) = told(seen, "description")
    assert said.count('"') == 2
    assert len(said) < 130


@pytest.mark.parametrize(
    ("method", "submethod", "text"),
    [
        ("SSHDICT", "General", "the sensor reports password guessing over SSH"),
        (
            "BPATTERNS",
            "LockyFakeGlobe",
            "the sensor reports the behaviour pattern LockyFakeGlobe, which stands for ransomware",
        ),
        ("BPATTERNS", "Ransomware", "the sensor reports the behaviour pattern Ransomware"),
        (
            "THREATS",
            "Nameless",
            "the sensor reports traffic of the threat Nameless, and its description tells of a data thief",
        ),
        ("LIGHTHOUSE", "Beam", "the sensor reports an event of the method LIGHTHOUSE of the kind Beam"),
    ],
)
def test_what_the_sensor_reports_is_told_in_words(method: str, submethod: str, text: str) -> None:
    seen = context(method, CLIENT, [OUTSIDE], submethod=submethod, description="an infostealer")
    assert reported(seen) == text
    assert told(seen, "family", "method") == [text]


def test_what_the_site_could_tell_is_one_thing_and_what_the_report_could_another() -> None:
    seen = make_context("SSHDICT", "General")
    assert told(seen, *sorted((*SITE, "success", "service"))) == [
        UNKNOWN_SITE,
        "not known: whether it succeeded and the service",
    ]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("segment",), "the network segment is not known"),
        (("source_role", "target_role", "role_fit"), "the roles of both ends are not known"),
        (("source_role", "role_fit"), "the role of the source is not known"),
        (("role_fit",), "whether the traffic fits the source's role is not known"),
        (("upload", "download", "flow_balance"), "not known: the amount sent and the amount received"),
        (
            ("success", "distributed", "service", "packets", "attempts"),
            "not known: whether it succeeded, whether several sources share it, the number of attempts "
            "and 2 more",
        ),
    ],
)
def test_what_follows_from_another_unknown_is_not_told(keys: tuple[str, ...], text: str) -> None:
    (said,) = told(make_context("SSHDICT"), *keys)
    assert said == text


@pytest.mark.parametrize(
    ("history", "text"),
    [
        (0, "no earlier event of these hosts is known"),
        (1, "1 earlier event of the same host within 24 hours"),
        (3, "3 earlier events of the same host within 24 hours"),
    ],
)
def test_a_history_without_anything_conspicuous(history: int, text: str) -> None:
    assert told(replace(make_context("SCANS"), history=history), "prior") == [text]


def test_facts_name_their_targets_whichever_of_them_is_told() -> None:
    seen = context("UPLOAD", CLIENT, [OUTSIDE], characteristics={"uploaded_bytes": 10, "downloaded_bytes": 9})
    things = Things(seen, ("download", "flow_balance", "service", "upload"))
    first: Any = things.told(things.names[0], 0.5)
    assert (first.weight, first.targets.sample) == (0.5, (OUTSIDE,))
    assert things.told(things.names[1], 0.5).targets is None
