"""What the README and the examples show is what really comes out."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from adscribe.cli.main import app
from adscribe.service.app import create_app
from tests.shared import ROOT

PAGES = ("README.md", "examples/README.md")

_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def shown(command: str) -> Iterator[tuple[str, str, str]]:
    """Yield page, command and output of every shown call of a program."""
    for page in PAGES:
        for block in _BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
            for call in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                line, _, output = call.partition("\n")
                if line.startswith(f"{command} "):
                    yield page, line, output


@pytest.mark.parametrize(("page", "line", "output"), list(shown("adscribe")))
def test_a_command_prints_what_the_page_shows(
    page: str, line: str, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(app, shlex.split(line)[1:], catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stdout == output


@pytest.mark.parametrize(("page", "line", "output"), list(shown("curl")))
def test_the_service_answers_what_the_page_shows(page: str, line: str, output: str) -> None:
    words = shlex.split(line)
    url = next(word for word in words if word.startswith("http"))
    name, _, value = words[words.index("-H") + 1].partition(": ")
    body = words[words.index("-d") + 1]

    async def ask() -> str:
        application = create_app()
        transport = httpx.ASGITransport(app=application)
        async with (
            application.router.lifespan_context(application),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
        ):
            while (await client.get("/health/ready")).status_code != httpx.codes.OK:
                await asyncio.sleep(0.05)
            return (await client.post(url, content=body, headers={name: value})).text

    assert asyncio.run(ask()) + "\n" == output


def test_the_python_of_the_readme_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    (shown_output,) = re.findall(r"# (\{.*?), \.\.\.", code)
    assert capsys.readouterr().out.startswith(shown_output)


def test_every_link_to_a_page_of_the_repository_leads_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / Path(target)).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_the_scores_in_the_readme_are_those_of_the_table() -> None:
    table = (ROOT / "docs" / "vignettes.md").read_text(encoding="utf-8")
    row = re.search(r"^\| all \| 160 \| (\d+) \S+ \| (\d+) \S+ \|$", table, flags=re.MULTILINE)
    said = re.search(r"acceptable in (\d+) and strictly equal\s+in (\d+)", (ROOT / "README.md").read_text())
    assert row and said
    assert (row[1], row[2]) == (said[2], said[1])
