"""What it takes to read flows, to make events of them and to look them up, against csv.reader alone.

Run by hand: ``python benchmarks/flows.py --write`` puts the table into benchmarks/README.md. The flows
are generated, the same in every run: a day of an office, with a scan, a guesser and an upload in it.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import platform
import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

from reporting import keep

from adscribe.flows import Flow, FlowIndex, read_flows
from adscribe.site import Site
from adscribe.training.detectors import Detectors

FIELDS = (
    *("ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service", "duration"),
    *("orig_bytes", "resp_bytes", "conn_state", "local_orig", "local_resp", "missed_bytes", "history"),
    *("orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes", "tunnel_parents"),
)
DAY, BEGIN = 86_400.0, 1_793_664_000.0


def rows(number: int, seed: int = 7) -> Iterator[tuple[object, ...]]:
    """Yield the columns of a conn.log, in the order of time."""
    draw = random.Random(seed)
    clients = [f"10.{draw.randrange(4)}.{draw.randrange(256)}.{draw.randrange(1, 255)}" for _ in range(800)]
    servers = [f"203.0.{draw.randrange(256)}.{draw.randrange(1, 255)}" for _ in range(6_000)]
    scanner, guesser = clients[0], clients[1]
    for place in range(number):
        at = BEGIN + DAY * place / number
        client, port = draw.choice(clients), draw.randrange(32_768, 61_000)
        kind = draw.random()
        if kind < 0.25:
            yield _row(at, client, port, "10.0.0.53", 53, "udp", 0.02, (1, 70), (1, 160), "SF", "Dd")
        elif kind < 0.32:
            target = f"10.0.{draw.randrange(256)}.{draw.randrange(1, 255)}"
            yield _row(at, scanner, port, target, 445, "tcp", 0.0, (1, 44), (0, 0), "S0", "S")
        elif kind < 0.34:
            yield _row(
                at, guesser, port, "10.0.0.22", 22, "tcp", 2.5, (14, 2_300), (16, 2_900), "SF", "ShADadFf"
            )
        else:
            sent, received = draw.randrange(600, 9_000), int(draw.paretovariate(0.9) * 900)
            back = 4 + received // 1_400
            packets = (4 + sent // 900 + back // 2, back)
            server, seconds = draw.choice(servers), draw.expovariate(0.1)
            yield _row(
                at,
                client,
                port,
                server,
                443,
                "tcp",
                seconds,
                (packets[0], sent),
                (packets[1], received),
                "SF",
                "ShADadFf",
            )


def _row(
    at: float,
    source: str,
    source_port: int,
    target: str,
    target_port: int,
    protocol: str,
    seconds: float,
    sent: tuple[int, int],
    received: tuple[int, int],
    state: str,
    history: str,
) -> tuple[object, ...]:
    return (
        *(f"{at:.6f}", "C0", source, source_port, target, target_port, protocol, "-", f"{seconds:.6f}"),
        *(sent[1] - 40 * sent[0], received[1] - 40 * received[0], state, "T", "F", 0, history),
        *(*sent, *received, "-"),
    )


def log(number: int) -> bytes:
    """Return a conn.log in tab-separated form."""
    text = io.StringIO()
    text.write("#separator \\x09\n#fields\t" + "\t".join(FIELDS) + "\n")
    for row in rows(number):
        text.write("\t".join(map(str, row)) + "\n")
    return text.getvalue().encode()


def drain(items: Iterable[object]) -> None:
    """Run through an iterable."""
    deque(items, maxlen=0)


def measure(content: bytes, number: int, rounds: int) -> Mapping[str, float]:
    """Return the microseconds of one core that each step takes a flow, in its fastest round.

    A step takes minutes: time of the processor, so that what else the machine does doesn't count.
    """
    site = Site.default()
    text = content.decode()

    def flows() -> Iterator[Flow]:
        return (record for record in read_flows(io.BytesIO(content)) if isinstance(record, Flow))

    def index() -> None:
        kept = FlowIndex()
        for flow in flows():
            kept.add(flow)

    steps: dict[str, Callable[[], object]] = {
        "csv.reader alone": lambda: drain(csv.reader(io.StringIO(text), delimiter="\t")),
        "flows read": lambda: drain(flows()),
        "flows read, events of 13 methods made": lambda: drain(Detectors(site.is_internal).detect(flows())),
        "flows read and kept for looking up": index,
    }
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            start = time.process_time()
            step()
            taken[name].append((time.process_time() - start) / number * 1e6)
    return {name: min(times) for name, times in taken.items()}


def table(found: Mapping[str, float]) -> str:
    """Return the figures as a table: a row a step."""
    limit = next(iter(found.values()))
    lines = ["| step | µs a flow | × | a million flows |", "|---|---:|---:|---:|"]
    lines += [f"| {step} | {us:.1f} | {us / limit:.0f} | {us:.0f} s |" for step, us in found.items()]
    return "\n".join(lines)


def main() -> None:
    """Measure, print and, if asked, keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--flows", type=int, default=1_000_000, choices=range(1_000, 5_000_001), metavar="N")
    parser.add_argument("--rounds", type=int, default=1, choices=range(1, 101), metavar="N")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    asked = parser.parse_args()
    content = log(asked.flows)
    shown = table(measure(content, asked.flows, asked.rounds))
    machine = (
        f"Python {platform.python_version()}, {platform.machine()}, time of one of {os.cpu_count()} cores,"
        f" {asked.flows:,} flows ({len(content) / 2**20:.0f} MiB of conn.log), fastest of {asked.rounds}."
    )
    print(f"{shown}\n\n{machine}")
    if asked.write:
        keep("flows", f"{shown}\n\n{machine}")


if __name__ == "__main__":
    main()
