"""Some cores of an image by themselves: what all others send to them enters from outside, as what the host computes does.

A message takes a step at least. So where every part, given what the others are to send, sends what it is to, the whole does.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from litesnn.compiler.encoding.bits import within
from litesnn.compiler.graph import Graph
from litesnn.compiler.image.documents import SenderDocument
from litesnn.compiler.image.model import CoreImage, Image, Ints, Sender


def part_of(image: Image, graph: Graph, cores: range) -> Image:
    """Cores with consecutive numbers, counted from 0 now; `graph` is that of the image."""
    sent: dict[str, list[Ints]] = {}
    for number, core in enumerate(image.cores):
        if number not in cores:
            for name, rows in _messages(image, core, cores):
                sent.setdefault(name, []).append(rows)
    senders = [_within(sender, cores) for sender in image.senders]
    senders += [_sender(graph, name, np.concatenate(rows)) for name, rows in sent.items()]
    kept = tuple(
        replace(core, document=core.document.model_copy(update={"core": number}), routes=_to(core.routes, 2, cores))
        for number, core in enumerate(image.cores[cores.start : cores.stop])
    )
    documents = tuple(sender.document for sender in senders)
    document = image.document.model_copy(update={"cores": len(kept), "senders": documents})
    return Image(document, kept, tuple(senders))


def _to(rows: Ints, column: int, cores: range) -> Ints:
    """Rows that go to the cores, which stand in a column, with the numbers that these have now."""
    kept = rows[(rows[:, column] >= cores.start) & (rows[:, column] < cores.stop)].copy()
    kept[:, column] -= cores.start
    return kept


def _within(sender: Sender, cores: range) -> Sender:
    routes, writes = _to(sender.routes, 2, cores), _to(sender.writes, 1, cores)
    document = sender.document.model_copy(update={"routes": len(routes), "writes": len(writes)})
    return Sender(document, routes, writes)


def _messages(image: Image, core: CoreImage, cores: range) -> list[tuple[str, Ints]]:
    """What each group of a core sends to the cores: its population, and rows of (id, 1, core, axon, tag)."""
    routes = _to(core.routes, 2, cores)
    if not len(routes):
        return []
    rows = np.repeat(routes, routes[:, 1], axis=0)
    rows[:, 0] += within(routes[:, 1])
    rows[:, 1] = 1
    found = []
    for group in core.groups:
        ids = np.full(core.neurons, -1, np.int64)
        ids[group.sending + group.places(image.axes)] = group.ids()
        own = rows[ids[rows[:, 0]] >= 0]
        own[:, 0] = ids[own[:, 0]]
        if len(own):
            found.append((group.document.population, own))
    return found


def _sender(graph: Graph, name: str, routes: Ints) -> Sender:
    low, high = graph[name].sent
    document = SenderDocument(
        name=name,
        kind="host",
        shape=graph[name].shape,
        minimum=low,
        maximum=high,
        message_bits=0,
        arrival=graph[name].arrival or 0,
        routes=len(routes),
        writes=0,
    )
    return Sender(document, routes, np.zeros((0, 3), np.int64))
