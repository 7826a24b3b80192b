"""The page that says how each method's detail is read, made from the tables that read it.

``python -m adscribe.sensors.flowmon.reference`` prints it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from adscribe.event.characteristics import CHARACTERISTICS, unit
from adscribe.sensors.flowmon.names import METHODS, RENAMED, Method, table

_INTRODUCTION = """\
# What the detail of a Flowmon ADS event says

*This page is made from the tables that the reader uses: `python -m adscribe.sensors.flowmon.reference`.*

The detail of an event is its `msg` in syslog, its `detail` in scripts and the REST API. It comes as a text
for people or in a machine-readable form, by the user's setting. Both are read into the same names: one name
has one meaning, in whatever form and version it came. Source: the vendor's event samples of 6.07 to 13.0.

- **Where both forms of an event carry a meaning, they agree.** They don't carry the same: the
  machine-readable form of SSHDICT, RDPDICT and TELNET has figures of which the text has more, and the text
  of BLACKLIST doesn't tell the submethod.
- **A key that no table knows is kept** under its own name, and `adscribe sensors check` lists it. A value
  that can't be read as what it should be is left out and listed.
- **Empty values and the placeholders** (`%1`, `%4 KiB`) that versions before 11.0 export are unknown. So is
  what a text doesn't tell.
- **Submethods of versions before 11.0** are named as today; where today has none the former code stays.
- **Values.** Sizes are bytes (`9.77 KiB` is 10004), times seconds (`2 s 500 ms` is 2.5), percentages ratios
  (`150.0%` is 1.5). A full stop at the end of a text may be missing, runs of spaces count as one.

Notation: `current_*` takes its unit from the value, or from `Measure`; `-difference_ratio` is negated;
`duration_seconds in min` gives the unit of a bare number; `Key#2` is the second of a repeated key; `Key of
UploadedData` is a numbered value whose `Measure` is that; `_` is known and says nothing more. In a phrase
`{name}` is a value and `[a|b]` a choice.

Besides characteristics, values become fields of the event (`submethod`, `ports`, `protocols`, `success`,
`direction`, `target_count`) by these names too: `transport` is `TCP/443`; `service` and `application` may
end in `[TCP/25]`, which gives port and protocol; `scan` is shape and kind of a scan; `attack` tells whether
it is distributed; `success_word` is *successful* or *unsuccessful*, `response_word` *with* or *without*;
`threat` is a description that tells the submethod; `increased` is 0 where the difference is one to below.
"""


def reference() -> str:
    """Return the page in Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    machine, phrases = table("machine"), table("phrases")["phrases"]
    yield _INTRODUCTION
    yield "## Keys that mean the same in every method\n"
    yield from _keys(machine["common"])
    yield "## Methods\n"
    yield f"Former codes: {', '.join(f'`{old}` is now {_now(*new)}' for old, new in RENAMED.items())}.\n"
    for method in METHODS.values():
        yield from _method(method, machine["methods"].get(method.code, {}), phrases.get(method.code, []))
    yield "## Characteristics\n"
    yield "| name | unit | meaning |\n|---|---|---|"
    yield from (f"| `{name}` | {unit(name)} | {meaning} |" for name, meaning in CHARACTERISTICS.items())
    yield ""


def _method(method: Method, keys: Mapping[str, Mapping[str, str]], phrases: list[object]) -> Iterator[str]:
    yield f"### {method.code}: {method.name}\n"
    yield f"{_life(method)}\n"
    if method.submethods:
        more = ", and whatever else its feed brings" if method.open else ""
        yield f"- Submethods: {_listed(method.submethods)}{more}"
    if method.former:
        yield f"- Former submethods: {_listed(method.former)}"
    own = {name.lower() for name in method.submethods + method.former}
    codes = [f"`{code or ' '}` {name}" for code, name in method.codes.items() if code not in own]
    if codes:
        yield f"- Also said: {', '.join(codes)}"
    if method.default:
        yield f"- Without a name it is `{method.default}`"
    if method.transports:
        transports = ", ".join(f"`{name}` {number}" for name, number in method.transports.items())
        yield f"- The name says the protocol: {transports}"
    yield ""
    if keys.get("keys"):
        yield from _keys(keys["keys"])
    if keys.get("before_11"):
        yield "Before 11.0 (records without `Submethod`):\n"
        yield from _keys(keys["before_11"])
    if phrases:
        yield "```text"
        yield from _phrases(phrases)
        yield "```\n"


def _life(method: Method) -> str:
    since = f"In samples since {method.since}" if method.since else "In samples of every version"
    return f"{since}, last in {method.retired}." if method.retired else f"{since}."


def _now(method: str, submethod: str | None) -> str:
    return f"`{method}/{submethod}`" if submethod else f"`{method}`"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _keys(names: Mapping[str, str]) -> Iterator[str]:
    yield "| key | name |\n|---|---|"
    yield from (f"| `{key}` | `{name}` |" for key, name in names.items())
    yield ""


def _phrases(entries: list[object]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, dict):
            for submethod, texts in entry.items():
                yield from (f"{submethod}: {text}" for text in ([texts] if isinstance(texts, str) else texts))
        else:
            yield str(entry)


if __name__ == "__main__":
    sys.stdout.write(reference())
