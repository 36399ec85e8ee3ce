"""The stored image of the cores against the graph: read by the checker's own decoder, and equal for every neuron and synapse.

Written from docs/image.md alone. What a core does with a message is brought into the form of `synapses.py` where a window slides over
its source, and otherwise compared list by list: neurons that lie alike within a map read the same, so that nothing is unrolled that the
memory does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from litesnn.base.errors import ProgramError
from litesnn.reading import parse_json
from litesnn.runtime.prove.image.core import Core, Routes, Tables, read_core
from litesnn.runtime.prove.image.groups import group_problems, own_synapses
from litesnn.runtime.prove.image.lists import decode_lists
from litesnn.runtime.prove.image.reads import Blocks, read_problems
from litesnn.runtime.prove.image.sent import Sent
from litesnn.runtime.prove.program import Entry, Graph
from litesnn.runtime.prove.verdict import Problem, UnknownError, differs

__all__ = ["image_problems"]
FIELDS = "about format version name profile timesteps isolated interval slots word_bits header_bits order cores senders files"
SENDER = "name kind shape minimum maximum message_bits arrival routes writes"


def image_problems(graph: Graph, files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Where an image is not the graph's: its time, senders, neurons and synapses; `files` by their names in the image's folder."""
    document = parse_json(files["image.json"], "image.json", ProgramError)
    if (document["format"], document["version"]) != ("litesnn.image", 1) or set(document) - set(FIELDS.split()):
        raise UnknownError(f"image.json: version {document['version']} or fields that are not known")
    yield from _time(graph, document)
    yield from _senders(graph, document)
    cores = [read_core(files, number, document) for number in range(document["cores"])]
    yield from group_problems(graph, cores)
    tables = Tables(files["input.bin"], "input.bin")
    routes: list[Routes] = []
    for sender in document["senders"]:
        place = f"image/input.bin: routes of '{sender['name']}'"
        ids = np.arange(int(np.prod(graph.populations[sender["name"]].entry["shape"])))
        routes.append(Routes(sender["name"], tables.next(sender["routes"], 5), ids, place))
        if sender["writes"]:
            raise UnknownError(f"image.json: sender '{sender['name']}' is written into neurons")
    tables.end()
    routes += [part for core in cores for part in core.sending()]
    blocks, sent = _blocks(graph, cores), Sent(routes, np.array([len(core.axons) - 1 for core in cores]))
    yield from sent.problems
    for core in cores:
        try:
            lists = decode_lists(core)
        except ValueError as error:
            yield differs(core.binary, str(error))
        else:
            yield from read_problems(graph, core, lists, sent=sent, blocks=blocks)


def _time(graph: Graph, document: Entry) -> Iterator[Problem]:
    schedule = graph.schedule
    due = {
        "timesteps": graph.timesteps,
        "isolated": graph.isolated,
        "interval": schedule.get("initiation_interval", 1),
        "slots": schedule.get("slots") or graph.timesteps,
    }
    for field, value in due.items():
        if document[field] != value:
            yield differs(f"image.json: {field}", f"found {document[field]}; the graph's is {value}")


def _senders(graph: Graph, document: Entry) -> Iterator[Problem]:
    """What enters is what the graph has outside of the cores and a core reads, as the graph says it."""
    outside = {n: p for n, p in graph.populations.items() if p.role == "source" or p.entry["on_host"]}
    read = {b.source for b in graph.blocks if b.source in outside and b.target not in outside}
    found = [sender["name"] for sender in document["senders"]]
    if len(set(found)) < len(found) or read - set(found) or set(found) - set(outside):
        yield differs("image.json: senders", f"found {sorted(found)}; cores read {sorted(read)}")
    for sender in document["senders"]:
        entry = outside[sender["name"]].entry if sender["name"] in outside else {}
        spikes = {"minimum": 0, "maximum": 1, "message_bits": 0, **entry}
        due = {field: spikes.get(field) for field in ("shape", "minimum", "maximum", "message_bits", "arrival")}
        due["kind"] = "source" if entry.get("kind") == "source" else "host"
        for field in sorted(set(due) | set(sender) - set(SENDER.split())):
            if sender.get(field) != due.get(field):
                text = f"{field}: found {sender.get(field)}; the graph's is {due.get(field)}"
                yield differs(f"image.json: sender '{sender['name']}'", text)


def _blocks(graph: Graph, cores: list[Core]) -> Blocks:
    """What cores hold: blocks between what they compute, and the synapses by which two compartments reset."""
    double = {group.population for core in cores for group in core.groups if group.entry["compartments"] == 2}
    blocks = Blocks()
    for block in (*graph.blocks, *(own_synapses(graph.populations[name]) for name in sorted(double))):
        blocks.setdefault((block.source, block.target), []).append(block)
    return blocks
