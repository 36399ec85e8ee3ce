"""Where spikes go: what every core's axons wait for, sorted by the cores that send it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph, Population
from litesnn.compiler.image.axons import Delivery
from litesnn.compiler.image.model import OWN_ID, Group
from litesnn.compiler.mapping.list_group import ListGroup

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Places:
    """Core and number of every neuron of the chip; `number` is that of the compartment that sends."""

    graph: Graph
    groups: Sequence[tuple[Group, ...]]
    core: dict[str, Ints] = field(default_factory=dict)
    number: dict[str, Ints] = field(default_factory=dict)
    first: dict[str, Ints] = field(default_factory=dict)
    """Number of the compartment that integrates."""

    def __post_init__(self) -> None:
        for population in self.graph.membranes:
            if not population.on_host:
                for table in (self.core, self.number, self.first):
                    table[population.name] = np.full(population.size, -1, np.int64)
        for core, groups in enumerate(self.groups):
            for group in groups:
                ids, name = group.ids(), group.document.population
                self.core[name][ids] = core
                places = group.places((0, 1, 2))
                self.number[name][ids] = group.sending + places
                self.first[name][ids] = group.document.first + places


def routes_to(places: Places, deliveries: Sequence[Sequence[Delivery]]) -> list[Ints]:
    """Routes of every core, (routes, 5) each: first neuron, neurons, core, axon, tag; `deliveries` are what each core waits for."""
    found: list[list[Ints]] = [[] for _ in places.groups]
    for core, waiting in enumerate(deliveries):
        for delivery in waiting:
            if delivery.source not in places.core:
                continue
            if delivery.reader is not None:
                for number, groups in enumerate(places.groups):
                    whole = [
                        [group.sending, group.size, core, int(delivery.axons[0]), OWN_ID]
                        for group in groups
                        if group.document.population == delivery.source and _reaches(group, delivery.reader)
                    ]
                    found[number].append(np.array(whole, np.int64).reshape(-1, 5))
                continue
            holders = places.core[delivery.source][delivery.ids]
            rows = _rows(places.number[delivery.source][delivery.ids], core, delivery)
            for sender in np.unique(holders):
                found[int(sender)].append(rows[holders == sender])
    return [_sorted(parts) for parts in found]


def routes_from(source: Population, deliveries: Sequence[Sequence[Delivery]]) -> Ints:
    """Routes of what is on no core; its neurons are numbered as in its map."""
    found = []
    for core, waiting in enumerate(deliveries):
        for delivery in waiting:
            if delivery.source != source.name:
                continue
            if delivery.reader is None:
                found.append(_rows(delivery.ids, core, delivery))
            else:
                found.append(np.array([[0, source.size, core, int(delivery.axons[0]), OWN_ID]], np.int64))
    return _sorted(found)


def writes_from(source: Population, places: Places) -> Ints:
    """Which values the host writes into which neurons, (writes, 3): id, core, neuron."""
    found = [np.zeros((0, 3), np.int64)]
    for block in places.graph.out_of(source.name):
        if block.injected:
            matrix = block.weights(source.shape, places.graph[block.target].shape).tocoo()
            core, number = places.core[block.target][matrix.row], places.first[block.target][matrix.row]
            found.append(np.stack([matrix.col, core, number], axis=1).astype(np.int64))
    rows = np.concatenate(found)
    ordered: Ints = rows[np.lexsort(rows[:, 2::-1].T)]
    return ordered


def _rows(numbers: Ints, core: int, delivery: Delivery) -> Ints:
    columns = (numbers, np.ones_like(numbers), np.full_like(numbers, core), delivery.axons, delivery.tags)
    return np.stack(columns, axis=1)


def _sorted(parts: Sequence[Ints]) -> Ints:
    rows = np.concatenate([np.zeros((0, 5), np.int64), *parts])
    ordered: Ints = rows[np.lexsort((rows[:, 4], rows[:, 3], rows[:, 2], rows[:, 0]))]
    return ordered


def _reaches(group: Group, reader: ListGroup) -> bool:
    """Whether any neuron of a group lies under a kernel that a slice is computed with."""
    window, found = reader.window, group.document
    assert window is not None, "kernel rows have a window and the channels they read"
    assert reader.read is not None
    channels = (reader.read >= found.channels[0]) & (reader.read < found.channels[1])
    ways = ((window.down, reader.part.rows, found.rows), (window.across, reader.part.columns, found.columns))
    for (kernel, stride, padding, dilation), outputs, inputs in ways:
        places = np.arange(*outputs)[:, None] * stride - padding + np.arange(kernel) * dilation
        if not ((places >= inputs[0]) & (places < inputs[1])).any():
            return False
    return bool(channels.any())
