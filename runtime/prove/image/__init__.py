"""The stored image of the cores against the graph: read by a decoder of the checker's own, equal to the last synapse.

Written from docs/image.md alone. What a core does with a message is brought into the form of `synapses.py` where a
window slides over its source, and otherwise compared list by list: neurons that lie alike within a map read the same,
so that nothing is unrolled that the memory does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

import numpy as np

from litesnn.base.errors import ProgramError
from litesnn.reading import parse_json
from litesnn.runtime.prove.image.core import Routes, read_core, read_tables
from litesnn.runtime.prove.image.groups import group_problems, own_synapses
from litesnn.runtime.prove.image.lists import decode_lists
from litesnn.runtime.prove.image.reads import Blocks, read_problems
from litesnn.runtime.prove.image.sent import Sent
from litesnn.runtime.prove.program import Entry, Graph, Population, only
from litesnn.runtime.prove.verdict import Problem, UnknownError, differences, differs

__all__ = ["image_problems"]
FIELDS = "about format version name profile timesteps isolated interval slots cores senders files"
MEMORY = "word_bits header_bits order"
GRAPH = "the graph's is"


def image_problems(graph: Graph, files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Where an image is not the graph's: time, senders, neurons and synapses; `files` by their names in its folder."""
    document = parse_json(files["image.json"], "image.json", ProgramError)
    only("image.json", document, f"{FIELDS} {MEMORY}")
    if (document["format"], document["version"]) != ("litesnn.image", 1):
        raise UnknownError(f"image.json: version {document['version']}")
    outside = {n: p for n, p in graph.populations.items() if p.role == "source" or p.entry["on_host"]}
    on_chip = {n: p for n, p in graph.populations.items() if n not in outside}
    yield from _time(graph, document)
    yield from _senders(graph, document["senders"], outside)
    cores = [read_core(files, number, document, on_chip) for number in range(document["cores"])]
    yield from group_problems(on_chip, cores)
    tables = [(sender["name"], sender["routes"], 5, "<u4") for sender in document["senders"]]
    routes = [part for core in cores for part in core.sending()]
    for name, rows in read_tables(files["input.bin"], "input.bin", tables).items():
        ids = np.arange(prod(graph.populations[name].entry["shape"]))
        routes.append(Routes(name, rows, ids, f"image/input.bin: routes of '{name}'"))
    sent = Sent(routes, [len(core.tables["axons"]) - 1 for core in cores])
    yield from sent.problems
    # What cores hold: blocks between what they compute, and the synapses by which two compartments reset.
    double = {group.population for core in cores for group in core.groups if group.entry["compartments"] == 2}
    blocks = Blocks()
    for block in (*graph.blocks, *(own_synapses(on_chip[name]) for name in sorted(double))):
        blocks.setdefault((block.source, block.target), []).append(block)
    for core in cores:
        try:
            lists = decode_lists(core)
        except ValueError as error:
            yield differs(core.binary, str(error))
        else:
            yield from read_problems(graph, core, lists, sent=sent, blocks=blocks)


def _time(graph: Graph, document: Entry) -> Iterator[Problem]:
    schedule, due = graph.schedule, {"timesteps": graph.timesteps, "isolated": graph.isolated}
    due |= {"interval": schedule.get("initiation_interval", 1), "slots": schedule.get("slots") or graph.timesteps}
    yield from differences("image.json", GRAPH, {field: document[field] for field in due}, due)


def _senders(graph: Graph, senders: list[Entry], outside: Mapping[str, Population]) -> Iterator[Problem]:
    """What enters is what the graph has outside of the cores and a core reads, as the graph says it."""
    read = {b.source for b in graph.blocks if b.source in outside and b.target not in outside}
    found = [sender["name"] for sender in senders]
    if len(set(found)) < len(found) or read - set(found) or set(found) - set(outside):
        yield differs("image.json: senders", f"found {sorted(found)}; cores read {sorted(read)}")
    for sender in senders:
        if sender["writes"]:
            raise UnknownError(f"image.json: sender '{sender['name']}' is written into neurons")
        entry = outside[sender["name"]].entry if sender["name"] in outside else {}
        spikes = {"minimum": 0, "maximum": 1, "message_bits": 0, **entry}
        due = {field: spikes.get(field) for field in ("shape", "minimum", "maximum", "message_bits", "arrival")}
        due["kind"] = "source" if entry.get("kind") == "source" else "host"
        due |= {field: sender[field] for field in ("name", "routes", "writes")}
        yield from differences(f"image.json: sender '{sender['name']}'", GRAPH, sender, due)
