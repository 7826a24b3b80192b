"""A small world of detections: four vendors that speak much alike."""

from __future__ import annotations

from adscribe.training.text.examples import VENDORS, Example

SAID = {
    "T1046": (
        "port scan of a host",
        "many ports probed",
        "horizontal scanning of the network",
        "sweep for open ports",
    ),
    "T1110": ("brute force of ssh", "password guessing", "many failed logons", "brute forcing of accounts"),
    "T1496": (
        "traffic to a mining pool",
        "cryptominer seen",
        "stratum mining protocol",
        "coin miner on a host",
    ),
    "T1567": (
        "upload to cloud storage",
        "data sent to a web service",
        "files uploaded to a cloud",
        "large cloud upload",
    ),
}


def example(
    source: str, text: str, *techniques: str, family: str | None = None, network: bool = True
) -> Example:
    return Example(
        source=source,
        network=network,
        text=text,
        techniques=frozenset(techniques),
        family=family or f"{source} {text}",
    )


def world() -> list[Example]:
    return [
        example(vendor, f"{texts[place]}, reported by {vendor}", technique)
        for place, vendor in enumerate(VENDORS)
        for technique, texts in SAID.items()
    ]
