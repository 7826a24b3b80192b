"""A long list, read in pages; what can't be read costs itself, not its page."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Mapping

from adscribe.errors import ApiError
from adscribe.polling.sensor import Sensor
from adscribe.polling.server import UnreadableError
from adscribe.sensors.flowmon.api import Events

UNREADABLE = 100
"""A list with more elements that can't be read is not read further."""

ELEMENTS = 1_000_000
"""A longer list is taken for one without end."""


async def pages(
    sensor: Sensor, names: Events, params: Mapping[str, str]
) -> AsyncGenerator[list[bytes] | UnreadableError]:
    """Read a list to its end.

    A page that can't be read is asked for in halves, down to the one element that is to blame.
    The list ends with a page that holds nothing new, not with a short one: a sensor may give less
    than it was asked for. An element that moves back while the list is read comes once; one is
    passed over only when others before it were deleted meanwhile, and the next reading has it.

    Yields
    ------
    list of bytes or UnreadableError
        The elements of a page that no page before had, as JSON; or the error for one element.

    Raises
    ------
    ApiError
        As `Sensor.records`.
    """
    paging = names.paging
    seen: set[bytes] = set()
    position, size, unreadable = 0, paging.size, 0
    while True:
        where = {} if paging.style == "none" else {paging.limit: str(size)}
        if paging.style != "none":
            first = position if paging.style == "offset" else position // size
            where[paging.position] = str(paging.first + first)
        try:
            records = await sensor.records(names.path, {**params, **where}, key=names.list)
        except UnreadableError as wrong:
            if paging.style == "none" or unreadable == UNREADABLE:
                raise
            if size > 1:
                # Of a page by number the position must stay a multiple of its size.
                size = size // 2 if size % 2 == 0 else 1
                continue
            unreadable += 1
            position += 1
            yield wrong
        else:
            fresh = [(_digest(record), record) for record in records]
            fresh = [pair for pair in fresh if pair[0] not in seen]
            if len(seen) + len(fresh) > ELEMENTS:
                raise ApiError(f"the sensor lists more than {ELEMENTS:,} events at a time")
            if fresh:
                seen.update(digest for digest, _ in fresh)
                yield [record for _, record in fresh]
            if not fresh or paging.style == "none":
                return
            position += len(records) if paging.style == "offset" else size
        while size * 2 <= paging.size and position % (size * 2) == 0:
            size *= 2


def _digest(record: bytes) -> bytes:
    return hashlib.blake2b(record, digest_size=12).digest()
