"""The network that an image says: its neurons as populations, and the synapses that its axons, routes and memory make.

Nothing else is looked at. Each group of a core is a population `<core>.<group>:<population>`, and what enters from outside is one
source: the maps of all senders, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from litesnn.base.errors import ProgramError
from litesnn.compiler.graph import Graph, Membranes, Population, Schedule, Source
from litesnn.compiler.graph.parts import Parts, leads_back
from litesnn.compiler.image.groups import population_of
from litesnn.compiler.image.model import Image
from litesnn.compiler.image.synapses import Ends, blocks_of, written
from litesnn.compiler.program.arrays import array_problems

ENTERING = "entering"


def group_name(core: int, number: int, population: str) -> str:
    """Name of the population that a group of a core is."""
    return f"{core}.{number}:{population}"


def image_graph(image: Image, *, part: bool = False) -> Graph:
    """The network of an image; of a `part` of one, which may lack the output, the last population stands for it.

    Raises
    ------
    ProgramError
        For constants that no population has, and memory that does not decode or leads to neurons that are not there.
    """
    populations: list[Population] = []
    for number, core in enumerate(image.cores):
        for index, group in enumerate(core.groups):
            populations.append(population_of(group, group_name(number, index, group.document.population)))
    if part and not any(isinstance(each, Membranes) and each.read_by_host for each in populations):
        last = populations[-1]
        assert isinstance(last, Membranes), "cores hold neurons"
        populations[-1] = replace(last, is_output=True)
    entering = _entering(image)
    ends = Ends(image, {population.name: population.arrival or 0 for population in (entering, *populations)}, ENTERING)
    blocks = [*written(image, ends), *blocks_of(image, ends)]
    document = image.document
    slots = None if document.slots == document.timesteps else document.slots
    outputs = [
        population for population in populations if isinstance(population, Membranes) and population.read_by_host
    ]
    if len({population.place for population in outputs}) != 1:
        found = ", ".join(sorted({population.place for population in outputs})) or "none"
        raise ProgramError(f"image: one population is the output (a readout, or is_output); found {found}")
    schedule = Schedule(
        timesteps=document.timesteps,
        depth=max(population.arrival or 0 for population in outputs),
        delayed_blocks=0,
        relays=0,
        delay_slots=0,
        initiation_interval=document.interval,
        slots=slots,
    )
    graph = Graph(
        document.timesteps, Parts([entering, *populations], blocks), schedule=schedule, isolated=document.isolated
    )
    for problem in (*array_problems(graph), *_problems(graph)):
        raise ProgramError(f"image: {problem}")
    return graph


def _problems(graph: Graph) -> Iterator[str]:
    """What keeps the network of an image from being simulated."""
    for population in graph.populations:
        yield from population.problems()
    for membranes in graph.membranes:
        if membranes.gated and membranes.reset_interval is None:
            yield f"'{membranes.name}' rests in some steps and is never reset"
    for block in graph.blocks:
        if graph[block.source].sends == "nothing":
            yield f"'{block.source}' sends nothing and has routes"
    if not graph.isolated and leads_back(block for block in graph.blocks if not block.distance):
        yield "its routes lead back within a step of the sample"


def _entering(image: Image) -> Source:
    documents = [sender.document for sender in image.senders]
    size = sum(sender.size for sender in image.senders)
    if not size:
        raise ProgramError("the image has no senders: nothing enters its cores")
    return Source.whole(
        ENTERING,
        (size, 1, 1),
        (min(document.minimum for document in documents), max(document.maximum for document in documents)),
        max(document.message_bits for document in documents),
        arrival=min(document.arrival for document in documents),
    )
