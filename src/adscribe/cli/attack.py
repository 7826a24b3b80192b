"""`adscribe attack`: import a version of ATT&CK, list what is at hand, compare two versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from adscribe.attack import Catalogue, Difference, Edit, Matrix, Technique, parse_name
from adscribe.attack.stix import read_bundle
from adscribe.attack.versions import DOMAINS
from adscribe.errors import CatalogueError

app = typer.Typer(
    name="attack", help="The versions of MITRE ATT&CK that answers can be given in.", no_args_is_help=True
)

_Json = Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")]


@app.command("import", epilog="Example: adscribe attack import enterprise-attack-20.0.json")
def import_(
    file: Annotated[
        Path, typer.Argument(help="A STIX bundle of ATT&CK Enterprise or ICS, as MITRE publishes it.")
    ],
    version: Annotated[
        str | None, typer.Option("--as", help="Its version, where the bundle doesn't tell: 20.0.")
    ] = None,
    replace: Annotated[bool, typer.Option(help="Take the place of a version that is at hand.")] = False,
) -> None:
    """Take a version from a STIX bundle; of one that ships take what MITRE says of its techniques."""
    matrix = read_bundle(file, version=version)
    catalogue = Catalogue.load()
    at_hand = matrix.version in catalogue.versions(matrix.domain)
    if at_hand and not replace and not catalogue.is_imported(matrix.domain, matrix.version):
        path = catalogue.describe(matrix)
        texts = sum(bool(one.description) for one in matrix.tactics)
        texts += sum(bool(one.description) for one in matrix.techniques)
        typer.echo(f"{matrix.name} ships: its ids and names stay, {texts} descriptions are added")
        typer.echo(f"kept in {path}")
        return
    path = catalogue.add(matrix, replace=replace)
    counts = _counts(matrix)
    typer.echo(
        f"{matrix.name}: {counts['tactics']} tactics, {counts['techniques']} techniques and"
        f" {counts['subtechniques']} sub-techniques, {counts['retired']} revoked or deprecated"
    )
    typer.echo(f"kept in {path}")


@app.command("list", epilog="Example: adscribe attack list --version 19 --tactic exfiltration")
def list_(
    domain: Annotated[str | None, typer.Option(help="enterprise or ics; enterprise for techniques.")] = None,
    version: Annotated[str | None, typer.Option(help="List the techniques of this version.")] = None,
    tactic: Annotated[str | None, typer.Option(help="Only those of a tactic, by id or short name.")] = None,
    json: _Json = False,
) -> None:
    """List the versions at hand, or the techniques of one (of the newest, given a tactic alone)."""
    catalogue = Catalogue.load()
    if version is None and tactic is None:
        _list_versions(catalogue, [domain] if domain else DOMAINS, json)
        return
    if domain is None:
        domain = next((one for one in DOMAINS if version and version.startswith(one)), "enterprise")
    matrix = catalogue.matrix(domain, version)
    chosen = matrix.tactic(tactic).shortname if tactic else None
    techniques = [one for one in matrix.techniques if chosen is None or chosen in one.tactics]
    if json:
        _print_json({"version": matrix.name, "techniques": [_plain(one) for one in techniques]})
        return
    typer.echo(f"{matrix.name}" + (f", {matrix.tactic(chosen).name}" if chosen else ""))
    _print_table((one.id, one.display, ", ".join(one.tactics)) for one in techniques)


@app.command("diff", epilog="Example: adscribe attack diff enterprise-18.1 enterprise-19")
def diff(
    before: Annotated[str, typer.Argument(help="Domain and version, such as enterprise-18.1.")],
    after: Annotated[str, typer.Argument(help="The version to compare it with.")],
    json: _Json = False,
) -> None:
    """Show what differs between two versions of a domain."""
    (domain, source), (other, target) = parse_name(before), parse_name(after)
    if domain != other:
        raise CatalogueError(f"{domain} and {other} have nothing to compare", hint="name one domain twice")
    difference = Catalogue.load().diff(domain, source, target)
    if json:
        document = msgspec.to_builtins(difference)
        document["added"] = [_plain(one) for one in difference.added]
        _print_json(document)
    else:
        _print_difference(difference)


def _list_versions(catalogue: Catalogue, domains: Iterable[str], json: bool) -> None:
    rows = []
    for domain in domains:
        for version in catalogue.versions(domain):
            matrix = catalogue.matrix(domain, version)
            kind = "imported" if catalogue.is_imported(domain, version) else "shipped"
            rows.append({"version": matrix.name, **_counts(matrix), "kind": kind, "origin": matrix.origin})
    if json:
        _print_json(rows)
        return
    head = ("version", "tactics", "techniques", "sub-techniques", "retired", "", "origin")
    _print_table([head, *(tuple(str(value) for value in row.values()) for row in rows)])


def _print_difference(difference: Difference) -> None:
    typer.echo(f"{difference.before} → {difference.after}")
    _section("Tactics of the matrix", ((one.id, _change(one)) for one in difference.matrix))
    _section("Added", ((one.id, one.display, ", ".join(one.tactics)) for one in difference.added))
    _section(
        "Removed",
        (
            (
                one.id,
                one.name,
                f"→ {', '.join(one.replaced_by)} ({one.basis})" if one.replaced_by else "no successor",
            )
            for one in difference.removed
        ),
    )
    _section("Renamed", ((one.id, _change(one)) for one in difference.renamed))
    _section("Other parent", ((one.id, _change(one)) for one in difference.parents))
    _section("Other tactics", _grouped(difference.tactics), count=len(difference.tactics))


def _grouped(edits: Iterable[Edit]) -> list[tuple[str, ...]]:
    """Return what changed alike in one row: a renamed tactic touches over a hundred techniques."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for edit in edits:
        gone = ", ".join(one for one in edit.before if one not in edit.after)
        new = ", ".join(one for one in edit.after if one not in edit.before)
        groups[gone or "none", new or "none"].append(edit.id)
    return [(f"{gone} → {new}", str(len(ids)), " ".join(ids)) for (gone, new), ids in groups.items()]


def _change(edit: Edit) -> str:
    return f"{', '.join(edit.before) or 'none'} → {', '.join(edit.after) or 'none'}"


def _section(title: str, rows: Iterable[tuple[str, ...]], *, count: int | None = None) -> None:
    listed = list(rows)
    if listed:
        typer.echo(f"\n{title}: {count or len(listed)}")
        _print_table(listed)


def _print_table(rows: Iterable[tuple[str, ...]]) -> None:
    listed = list(rows)
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    for row in listed:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _counts(matrix: Matrix) -> dict[str, int]:
    subtechniques = sum(1 for one in matrix.techniques if one.parent)
    return {
        "tactics": len(matrix.tactics),
        "techniques": len(matrix.techniques) - subtechniques,
        "subtechniques": subtechniques,
        "retired": len(matrix.retired),
    }


def _plain(technique: Technique) -> dict[str, Any]:
    return {
        "id": technique.id,
        "name": technique.name,
        "parent": technique.parent,
        "tactics": technique.tactics,
        "url": technique.url,
    }


def _print_json(document: Any) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode(document), indent=1).decode())
