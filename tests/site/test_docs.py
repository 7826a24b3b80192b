"""The documentation of the site file says what is true, and all of it."""

from __future__ import annotations

import re

import pytest

from adscribe.errors import SiteError
from adscribe.site import Site
from adscribe.site.entries import KEYS
from adscribe.site.reader import SECTIONS
from adscribe.site.vocabulary import CAUSES, POSITIONS, ROLES, SERVICE_KINDS
from tests.shared import ROOT

DOCUMENT = (ROOT / "docs" / "site-file.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
EXAMPLES = sorted((ROOT / "examples" / "sites").glob("*.yaml"))
BASE = """\
filters:
  LAN: ["10.0.0.0/8"]
  Servers: ["10.1.0.0/24"]
  Clients: {difference: [LAN, Servers]}
  HelpDesk: ["10.9.1.[1-10]"]
  OffsiteBackup: ["198.51.100.128/28"]
internal: LAN
"""


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split(":")[0])
def test_the_examples_of_the_documentation_hold(block: str) -> None:
    site = Site.parse(block if "internal:" in block else BASE + block)
    assert site.is_internal("10.0.0.1")


def test_the_shown_errors_are_the_real_ones() -> None:
    text = """\
filters:
  LAN: ["10.0.0.0/8"]
  Servers: ["10.1.0.0/24"]
  Clients:
    difference:
      - LAN
      - Server


internal: LAN
roles:
  dns_servr: Servers
"""
    with pytest.raises(SiteError) as raised:
        Site.parse(text, name="site.yaml")
    assert "\n".join(map(str, raised.value.problems)) in DOCUMENT


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_files_hold_and_use_documentation_addresses(path: object) -> None:
    site = Site.load(str(path))
    reserved = (
        Site.default().internal
        | Site.parse("""\
filters:
  Documentation: ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"]
internal: Documentation
""").internal
    )
    inverse = {name for name, addresses in site.filters.items() if "8.8.8.8" in addresses}
    assert len(inverse) == 1
    assert all(not addresses - reserved for name, addresses in site.filters.items() if name not in inverse)
    assert site.content.roles


@pytest.mark.parametrize("name", ["office", "plant"])
def test_the_full_examples_show_every_kind_of_decision(name: str) -> None:
    content = Site.load(ROOT / "examples" / "sites" / f"{name}.yaml").content
    assert content.allowed
    assert content.forbidden
    assert content.known_causes


@pytest.mark.parametrize(
    "words",
    [SECTIONS, KEYS, ROLES, SERVICE_KINDS, CAUSES, POSITIONS, ("sum", "difference", "inverse", "cause")],
)
def test_every_word_is_documented(words: tuple[str, ...]) -> None:
    undocumented = [word for word in words if not re.search(rf"`(?:\{{)?{word}\b", DOCUMENT)]
    assert undocumented == []
