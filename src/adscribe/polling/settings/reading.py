"""Where the settings come from: the sensor's API, or files that hold its answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from pathlib import Path

from adscribe.errors import ApiError, Place
from adscribe.polling.sensor import Sensor, listed
from adscribe.polling.server import BODY_BYTES
from adscribe.polling.settings.filters import read_filters
from adscribe.polling.settings.instances import read_instances
from adscribe.polling.settings.rules import read_rules
from adscribe.sensors.flowmon.api import Api, Filters, Instances, Rules
from adscribe.site.importing import Findings


async def from_sensor(sensor: Sensor, names: Api, *, zone: tzinfo, now: datetime) -> Findings:
    """Read the settings from the API.

    Raises
    ------
    ApiError
        It can't be asked, or its answer is no list.
    """
    records = {kind: await sensor.records(part.path, key=part.list) for kind, part in _parts(names).items()}
    return _findings(records, names, zone, now)


def from_files(paths: Iterable[Path], names: Api, *, zone: tzinfo, now: datetime) -> Findings:
    """Read the settings from saved answers of the API.

    A file is known by its name: that of the last step of the path it was got from, such as
    ``false-positives.json``. Of a folder all such files are read.

    Raises
    ------
    ApiError
        A file can't be read, or it can't be told what it holds.
    """
    kinds = {_step(part.path): kind for kind, part in _parts(names).items()}
    lists = {kind: part.list for kind, part in _parts(names).items()}
    records: dict[str, list[bytes]] = {}
    for path in _files(paths, kinds):
        kind = kinds.get(path.stem.replace("_", "-").lower())
        if kind is None:
            hint = f"name it {', '.join(f'{step}.json' for step in kinds)} after what it holds"
            raise ApiError("it isn't known which settings these are", place=Place(str(path)), hint=hint)
        records.setdefault(kind, []).extend(_listed(path, lists[kind]))
    return _findings(records, names, zone, now)


def _findings(records: Mapping[str, list[bytes]], names: Api, zone: tzinfo, now: datetime) -> Findings:
    findings = Findings()
    filters = read_filters(records.get("filters", ()), names.filters, findings)
    instances = read_instances(records.get("method_instances", ()), names.method_instances, filters, findings)
    read_rules(
        records.get("false_positives", ()),
        names.false_positives,
        filters,
        instances,
        findings,
        zone=zone,
        now=now,
    )
    return findings


def _parts(names: Api) -> Mapping[str, Filters | Instances | Rules]:
    return {
        "filters": names.filters,
        "method_instances": names.method_instances,
        "false_positives": names.false_positives,
    }


def _step(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2].lower()


def _files(paths: Iterable[Path], kinds: Iterable[str]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = [path / f"{kind}.json" for kind in kinds if (path / f"{kind}.json").is_file()]
        if not found:
            hint = f"it should have {', '.join(f'{kind}.json' for kind in kinds)}, or some of them"
            raise ApiError("a folder without settings", place=Place(str(path)), hint=hint)
        yield from found


def _listed(path: Path, key: str | None) -> list[bytes]:
    place = Place(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(BODY_BYTES + 1)
    except OSError as error:
        raise ApiError(f"can't be read: {error.strerror}", place=place) from None
    if len(data) > BODY_BYTES:
        raise ApiError(f"larger than {BODY_BYTES:,} bytes", place=place)
    try:
        return listed(data, key)
    except ApiError as error:
        raise ApiError("no answer of the API with a list", place=place, hint=error.hint) from None
