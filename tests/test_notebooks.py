"""Every notebook runs, says nothing in red, and shows something."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import nbformat
import numpy as np
import pytest
from matplotlib.image import imread
from pipelines import notebooks

from tests.shared import ROOT

pytestmark = [
    # Jupyter's packages warn of one another and of the event loop.
    pytest.mark.filterwarnings("default"),
]

INK = 0.01
"""Share of a chart that is drawn on at least."""


def outputs(notebook: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the source of each cell of code with what it shows last, by kind."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shown = [one for one in cell.outputs if one.output_type in ("execute_result", "display_data")]
            yield cell.source, dict(shown[-1].data) if shown else {}


def printed(notebook: Any) -> str:
    return "".join(
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream"
    )


def last(source: str) -> str:
    """Return how the last statement of a cell begins."""
    return [line for line in source.splitlines() if line and not line[0].isspace() and line[0] not in ")}]"][
        -1
    ]


def ink(picture: str) -> float:
    """Return the share of a picture that isn't white."""
    pixels = imread(io.BytesIO(base64.b64decode(picture)), format="png")
    return float((np.asarray(pixels)[..., :3] < 0.95).any(axis=-1).mean())


def rows(shown: dict[str, str]) -> list[str]:
    """Return the rows of a table, as Markdown or HTML, without its head."""
    if "text/markdown" in shown:
        return [line for line in shown["text/markdown"].splitlines() if line.startswith("| ")]
    body = shown.get("text/html", "").partition("<tbody>")[2]
    return re.findall(r"<tr>.*?</tr>", body, flags=re.DOTALL)


def table(notebook: Any, call: str) -> str:
    """Return the table that a call shows."""
    (found,) = [" ".join(rows(shown)) for source, shown in outputs(notebook) if call in last(source)]
    return found


def looks_right(name: str, notebook: Any) -> None:
    """Check what a reader of the notebook would notice."""
    said = printed(notebook)
    if name == "1-corpora":
        assert "corpora read from" in said
        assert "et-open-mitre" in table(notebook, "experts.experts")
        assert "too_generic" in table(notebook, "balance.contested")
    elif name == "2-evaluation":
        beside = table(notebook, "Markdown(report.wholes({name")
        assert all(f"| {who} |" in beside for who in ("model", "codebook", "table", "majority"))
        assert "everything else" in table(notebook, "evaluation.held_out")
        assert "no-site" in table(notebook, "report.wholes(views)")
    elif name == "3-promises":
        kept = table(notebook, "report.promises")
        assert "wrong categories at risk 0.1" in kept
        assert "dangerous calm at prevalence 0.5" in kept
        assert "another method" in table(notebook, 'familiarity.groupby("how")["unfamiliar"]')
    elif name == "4-errors":
        assert re.search(r"volumes tenfold.*?_bytes", table(notebook, "periods.told"), flags=re.DOTALL)
        caught = re.findall(r"<td>([\d.]+)</td>\s*</tr>", table(notebook, "suspects.caught"))
        assert float(caught[-1]) > 0.7
    elif name == "5-one-event":
        changed = table(notebook, "steps.changed")
        assert re.search(r"success.*yes.*no", changed, flags=re.DOTALL)
        together, own = re.findall(r"(?:together|logit is) ([+-][\d.]+)", said)
        assert float(together) == pytest.approx(float(own), abs=0.002)
        answers = re.findall(r"^\{$.*?^\}$", said, flags=re.DOTALL | re.MULTILINE)
        assert [json.loads(one)["event"]["method"] for one in answers] == ["SSHDICT", "SSHDICT"]


@pytest.mark.parametrize("name", notebooks.names())
def test_a_notebook_runs_and_shows_what_it_says(name: str) -> None:
    notebook = notebooks.execute(name)
    assert list(notebooks.complaints(notebook)) == []
    charts = 0
    for source, shown in outputs(notebook):
        call = last(source)
        if call.startswith(("charts.", "plots.")):
            assert ink(shown["image/png"]) > INK, call
            charts += 1
        elif shown:
            assert rows(shown), call
    assert charts >= 3
    looks_right(name, notebook)


def test_there_is_a_notebook_for_each_question_and_the_page_names_it() -> None:
    page = (notebooks.NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    assert len(notebooks.names()) == 5
    assert re.findall(r"\]\((\d-[a-z-]+)\.ipynb\)", page) == notebooks.names()


@pytest.mark.parametrize("name", notebooks.names())
def test_a_notebook_is_kept_without_outputs(name: str) -> None:
    """So that a difference is one of text or code; `make notebooks` makes the outputs."""
    path = notebooks.NOTEBOOKS / f"{name}.ipynb"
    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs"), f"clear the outputs of {path.relative_to(ROOT)}"
        assert cell.get("execution_count") is None
        assert set(cell.metadata) <= {"tags"}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("name", notebooks.names())
def test_the_cells_of_a_notebook_call_and_define_nothing(name: str) -> None:
    notebook: Any = nbformat.read(notebooks.NOTEBOOKS / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    for source, _ in outputs(notebook):
        assert not re.search(r"^\s*(def|class|if|while|try)\b", source, flags=re.MULTILINE), source
        assert len(source.splitlines()) <= 16, source
