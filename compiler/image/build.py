"""The image of a mapped graph: lists from its synapses, axons and routes from its mapping, neurons from its populations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import ListRule, MemoryImage, encode_together
from litesnn.compiler.encoding.choose import NAMES
from litesnn.compiler.encoding.rule import AXES
from litesnn.compiler.graph import Graph, Membranes, Population, Source
from litesnn.compiler.image.axons import CoreAxons, Delivery, core_axons
from litesnn.compiler.image.documents import (
    CoreDocument,
    FormatDocument,
    ImageDocument,
    SectionsDocument,
    SenderDocument,
)
from litesnn.compiler.image.groups import group_of
from litesnn.compiler.image.model import CoreImage, Group, Image, Sender
from litesnn.compiler.image.routes import Places, routes_from, routes_to, writes_from
from litesnn.compiler.mapping import Mapping
from litesnn.compiler.mapping.memory_image import CoreMemory, core_memories
from litesnn.compiler.profile import Profile

Ints = npt.NDArray[np.int64]


def build_image(
    graph: Graph,
    mapping: Mapping,
    profile: Profile,
    name: str,
    watch: Callable[[CoreMemory], object] | None = None,
) -> Image:
    """The image of a scheduled graph; `mapping` is one of this graph on this profile, `watch` is called with each core's memory."""
    rule = ListRule.of(profile)
    groups = [_groups(graph, mapping, core, profile) for core in range(len(mapping.cores))]
    places = Places(graph, groups)
    cores: list[tuple[MemoryImage, CoreAxons]] = []
    deliveries: list[list[Delivery]] = []
    for number, memory in enumerate(core_memories(graph, mapping, profile)):
        if watch is not None:
            watch(memory)
        parts = [(group.lists, choice) for group, choice in zip(memory.groups, memory.choices, strict=True)]
        found = core_axons(graph, memory, groups[number], mapping.axons)
        deliveries.append(found.deliveries)
        cores.append((encode_together(parts, rule), found))
    routes = routes_to(places, deliveries)
    images = tuple(
        CoreImage(
            document=_core(mapping, number, memory, groups[number], found, routes[number]),
            memory=memory,
            axons=found.first_reads,
            reads=found.reads,
            routes=routes[number],
            groups=groups[number],
        )
        for number, (memory, found) in enumerate(cores)
    )
    senders = tuple(_sender(population, places, deliveries) for population in outside(graph))
    pace = graph.pace
    document = ImageDocument(
        name=name,
        profile=profile.name,
        timesteps=graph.timesteps,
        isolated=graph.isolated,
        interval=pace.interval,
        slots=pace.slots,
        word_bits=rule.word_bits,
        header_bits=rule.header_bits,
        order=AXES,
        cores=len(images),
        senders=tuple(sender.document for sender in senders),
    )
    return Image(document, images, senders)


def outside(graph: Graph) -> list[Population]:
    """What sends to the cores and is on none: sources and populations of the host that a core reads, and sources that nothing reads."""
    on_chip = {population.name for population in graph.membranes if not population.on_host}
    read = {block.source for block in graph.blocks if block.target in on_chip}
    unread = {source.name for source in graph.sources} - {block.source for block in graph.blocks}
    return [
        population
        for population in graph.populations
        if population.name not in on_chip and population.name in read | unread
    ]


def _groups(graph: Graph, mapping: Mapping, core: int, profile: Profile) -> tuple[Group, ...]:
    found: list[Group] = []
    for part, margin in mapping.cores[core].placed:
        population = graph[part.population]
        assert isinstance(population, Membranes), "mappings hold populations of the chip"
        found.append(group_of(population, part, sum(group.numbers for group in found), profile, margin))
    return tuple(found)


def _core(
    mapping: Mapping,
    number: int,
    memory: MemoryImage,
    groups: tuple[Group, ...],
    axons: CoreAxons,
    routes: Ints,
) -> CoreDocument:
    core = mapping.cores[number]
    return CoreDocument(
        core=number,
        chip=core.chip,
        router=core.router,
        slot=core.slot,
        sections=SectionsDocument(
            words=len(memory.words),
            lists=len(memory.pointers) - 1,
            entries=len(memory.counts_high),
            axons=len(axons.first_reads) - 1,
            reads=len(axons.reads),
            routes=len(routes),
            parameters=sum(values.size for group in groups for values in group.parameters.values()),
        ),
        formats=tuple(
            FormatDocument(
                id=place + 1,
                encoding=NAMES[register.code],
                weight_bits=register.weights[0],
                sign_mode=register.weights[1],
                weight_exp=register.weights[2],
                delay_bits=register.weights[3],
                prefix_bits=register.prefix_bits,
                index_bits=register.index_bits,
                skip_bits=register.skip_bits,
            )
            for place, register in enumerate(memory.registers)
        ),
        windows=axons.windows,
        groups=tuple(group.document for group in groups),
    )


def _sender(population: Population, places: Places, deliveries: list[list[Delivery]]) -> Sender:
    routes, writes = routes_from(population, deliveries), writes_from(population, places)
    low, high = population.sent
    document = SenderDocument(
        name=population.name,
        kind="source" if isinstance(population, Source) else "host",
        shape=population.shape,
        minimum=low,
        maximum=high,
        message_bits=population.message_bits if isinstance(population, Source) else 0,
        arrival=population.arrival or 0,
        routes=len(routes),
        writes=len(writes),
    )
    return Sender(document, routes, writes)
