"""Rows read as an analyst would say them."""

from __future__ import annotations

import pytest

from adscribe.codebook import Codebook, Condition
from adscribe.codebook.words import condition_in_words, value_in_words


@pytest.mark.parametrize(
    ("key", "words", "said"),
    [
        ("source", "inside", "source inside"),
        ("target_scale", "single", "one target"),
        ("target_scale", "few", "2 to 9 targets"),
        ("target_scale", "single few", "fewer than 10 targets"),
        ("target_scale", "many massive", "10 or more targets"),
        ("upload", "large huge", "50 MiB or more sent"),
        ("upload", "none tiny small", "less than 50 MiB sent"),
        ("upload", "small", "100 KiB to 50 MiB sent"),
        ("attempts_per_target", "low", "up to 5 attempts a target"),
        ("attempts_per_target", "high", "more than 5 attempts a target"),
        ("response_ratio", "low", "less than 50 % of attempts answered"),
        ("interval", "slow", "30 s or more between attempts"),
        ("source_role", "mail_server user_device", "source is a mail server or a user's device"),
        ("service", "ftp tftp telnet", "over FTP, TFTP or Telnet"),
        ("flow_balance", "upload", "far more sent than received"),
        ("flow_balance", "upload download", "far more sent than received or far more received than sent"),
        ("prior", "c2 malware", "earlier on this host: control traffic or malware"),
    ],
)
def test_conditions_read_well(codebook: Codebook, key: str, words: str, said: str) -> None:
    known = codebook.vocabulary.keys[key]
    values = frozenset[str]().union(*(known.expand(word) or () for word in words.split()))
    condition = Condition(key, tuple(words.split()), values)
    assert condition_in_words(condition, codebook.vocabulary) == said


def test_every_value_has_words(codebook: Codebook) -> None:
    for key in codebook.vocabulary.keys.values():
        for value in (*key.values, *key.groups):
            said = value_in_words(value, key)
            assert said and "_" not in said and "{" not in said, (key.name, value)
