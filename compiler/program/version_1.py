"""graph.json of version 1 with the fields of version 2, read once from what version 1 said by other means.

Version 1 told the parts of a split weight by the end of their names (`+`, `-`, `.hi`), and what the host writes into neurons by a
delay of -1; whose spikes a relay or a maximum carries follows from what it reads. A name alone proves nothing: a part has its
counterpart beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

VERSION = 1
INJECTED = -1  # delay of a block whose values the host writes into the neurons
HIGH = ".hi"

Entry = dict[str, Any]


def upgraded(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document as version 2 writes it; one of another version, or that is not even a graph's, as it is."""
    version = document.get("version") if isinstance(document, Mapping) else None
    if version != VERSION or isinstance(version, bool):
        return document
    found = dict(document, version=2)
    blocks, populations = _entries(found.get("blocks")), _entries(found.get("populations"))
    if blocks is not None and populations is not None:
        parts = _parts(blocks)
        found["blocks"] = [_block(block, parts.get(block["name"])) for block in blocks]
        found["populations"] = _standing(populations, blocks)
    return found


def _entries(found: object) -> list[Entry] | None:
    """What has a name, if all of it has; what has not is refused with the rest of the document."""
    if isinstance(found, list) and all(isinstance(x, dict) and isinstance(x.get("name"), str) for x in found):
        return found
    return None


def _block(block: Entry, part: Entry | None) -> Entry:
    found = block if part is None else {**block, "part": part}
    return {**found, "delay": 0, "injected": True} if block.get("delay") == INJECTED else found


def _parts(blocks: list[Entry]) -> dict[str, Entry]:
    """Name of a block -> which part it is, for those that have their counterpart: the other sign, or the lowest byte."""
    split = {block["name"]: _whole(block) for block in blocks}
    siblings = Counter(_pair(block, split[block["name"]][0]) for block in blocks)
    lowest = {_pair(block, whole) for block in blocks for whole, byte in [split[block["name"]]] if not byte}
    found = {}
    for block in blocks:
        whole, byte = split[block["name"]]
        pair = _pair(block, whole)
        if siblings[pair] > 1 and pair in lowest:
            found[block["name"]] = {"whole": whole, "byte": byte}
    return found


def _pair(block: Entry, whole: str) -> tuple[str, ...]:
    return (whole, *(str(block.get(key)) for key in ("source", "target", "edge")))


def _whole(block: Entry) -> tuple[str, int]:
    """What a part's name says: the name of the whole and the byte; of all other blocks their own name, and 0."""
    name = str(block["name"])
    sign = {"excitatory": "+", "inhibitory": "-"}.get(str(block.get("sign_mode")), "")
    name = name.removesuffix(sign)
    byte = 0
    while name.endswith(HIGH):
        name, byte = name.removesuffix(HIGH), byte + 1
    return name, byte


def _standing(populations: list[Entry], blocks: list[Entry]) -> list[Entry]:
    """Populations, relays and maxima with the one whose spikes they carry on."""
    relays = {population["name"] for population in populations if population.get("role") == "relay"}
    ends = [(block.get("target"), block.get("source")) for block in blocks]
    reads = {target: source for target, source in ends if isinstance(target, str) and isinstance(source, str)}
    carried: dict[str, str] = {}
    for name in relays:
        chain = [name]
        while (source := reads.get(chain[-1], "")) in relays and source not in carried and source != name:
            chain.append(source)
        carried |= dict.fromkeys(chain, carried.get(source, source))
    found = []
    for population in populations:
        stands_for = carried.get(population["name"])
        if population.get("role") == "maximum" and population["name"] in reads:
            stands_for = carried.get(reads[population["name"]], reads[population["name"]])
        found.append(population if stands_for is None else {**population, "stands_for": stands_for})
    return found
