"""The calls that README and examples show with their output.

``python -m tests.shown`` makes them again and writes what comes out into the pages, as is needed when
another model ships.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import NamedTuple

import httpx
from typer.testing import CliRunner

from adscribe.cli.main import app
from adscribe.service import logs
from adscribe.service.app import create_app
from tests.service.harness import ready
from tests.shared import ROOT

PAGES = ("README.md", "examples/README.md")

_BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
_PYTHON = re.compile(r"(?<=```python\n).*?(?=```)", re.DOTALL)
_SHOWN = re.compile(r"(?<=  # ).*$", re.MULTILINE)


class Call(NamedTuple):
    """A call as it stands on a page: what is typed after ``$``, and what comes out."""

    page: str
    line: str
    output: str


def calls() -> Iterator[Call]:
    """Yield every call on the pages of a program in `PROGRAMS`."""
    for page in PAGES:
        for block in _BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
            for line, output in _split(block):
                if line.partition(" ")[0] in PROGRAMS:
                    yield Call(page, line, output)


def made(line: str) -> str:
    """Return what a call writes; run it at the top of the repository."""
    words = shlex.split(line)
    return PROGRAMS[words[0]](words[1:])


def code(page: str) -> str:
    """Return the one block of Python of a page."""
    (found,) = _PYTHON.findall((ROOT / page).read_text(encoding="utf-8"))
    return str(found)


def printed(source: str) -> str:
    """Return what code prints, without the end of the line."""
    with redirect_stdout(StringIO()) as out:
        exec(compile(source, "README.md", "exec"), {})
    return out.getvalue().rstrip("\n")


def comment(source: str) -> str:
    """Return what a page says that its code prints."""
    (found,) = _SHOWN.findall(source)
    return str(found)


def _split(block: str) -> list[tuple[str, str]]:
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(line, output) for line, _, output in (part.partition("\n") for part in parts)]


def _adscribe(words: list[str]) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def _curl(words: list[str]) -> str:
    url = next(word for word in words if word.startswith("http"))
    name, _, value = words[words.index("-H") + 1].partition(": ")
    body = words[words.index("-d") + 1]
    return asyncio.run(_asked(url, body, {name: value})) + "\n"


async def _asked(url: str, body: str, headers: dict[str, str]) -> str:
    service = create_app()
    transport = httpx.ASGITransport(app=service)
    async with (
        service.router.lifespan_context(service),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        await ready(client)
        return (await client.post(url, content=body, headers=headers)).text


PROGRAMS: dict[str, Callable[[list[str]], str]] = {"adscribe": _adscribe, "curl": _curl}


def _block_again(block: re.Match[str]) -> str:
    calls = _split(block[0])
    return "".join(
        f"$ {line}\n{made(line) if line.partition(' ')[0] in PROGRAMS else output}" for line, output in calls
    )


def _code_again(block: re.Match[str]) -> str:
    said = printed(block[0])
    return _SHOWN.sub(lambda _: said, block[0])


def main() -> None:
    """Write the pages again."""
    os.chdir(ROOT)
    logs.configure("error")
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        text = _PYTHON.sub(_code_again, _BLOCK.sub(_block_again, text))
        (ROOT / page).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
