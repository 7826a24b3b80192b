"""What the sensor calls an event: every method and submethod that it reports has words."""

from __future__ import annotations

import pytest

from adscribe.sensors.flowmon.names import METHODS, Method
from adscribe.sensors.flowmon.words import called


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.code)
def test_every_method_and_submethod_of_today_has_words_of_its_own(method: Method) -> None:
    said = [called(method.code, submethod) for submethod in method.submethods]
    assert len(set(said)) == len(said)
    assert not [text for text in (called(method.code, None), *said) if "of the" in text and "kind" in text]
    assert not called(method.code, None).startswith("an event of the method")


def test_what_is_new_is_told_by_its_name() -> None:
    assert called("VPN", "SSTP") == "a VPN of the kind SSTP"
    assert called("BPATTERNS", "NewThing") == "the behaviour pattern NewThing"
    assert called("BPATTERNS", "USER_NewThing") == "the site's own behaviour pattern NewThing"
    assert called("THREATS", None) == "traffic of a threat briefing"
    assert called("LIGHTHOUSE", None) == "an event of the method LIGHTHOUSE"
    assert called("LIGHTHOUSE", "{0}") == "an event of the method LIGHTHOUSE of the kind {0}"
