from __future__ import annotations

import pytest

from adscribe.service.session import SECONDS, Sessions


def test_a_session_ends() -> None:
    sessions = Sessions("s3cret")
    value = sessions.begin(now=1000)
    assert sessions.holds(value, now=1000 + SECONDS - 1)
    assert not sessions.holds(value, now=1000 + SECONDS)


def test_a_session_is_of_one_token() -> None:
    assert not Sessions("another").holds(Sessions("s3cret").begin())


def test_a_session_cannot_be_made_longer() -> None:
    sessions = Sessions("s3cret")
    end, _, mark = sessions.begin().partition(".")
    assert not sessions.holds(f"{int(end) + 1}.{mark}")


@pytest.mark.parametrize("value", ["", ".", "1.2", "x" * 10_000, "9" * 40 + "." + "0" * 64])
def test_what_is_no_session_opens_nothing(value: str) -> None:
    assert not Sessions("s3cret").holds(value)


def test_only_the_token_begins_one() -> None:
    assert Sessions("s3cret").opens("s3cret")
    assert not Sessions("s3cret").opens("s3cret\u00e9")
