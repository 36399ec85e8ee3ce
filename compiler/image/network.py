"""The network that an image says: its neurons as populations, and the synapses that its axons, routes and memory make.

Nothing else is looked at. Each group of a core is a population `<core>.<group>:<population>`, and what enters from outside is one
source: the maps of all senders, one after the other.
"""

from __future__ import annotations

from litesnn.base.errors import ProgramError
from litesnn.compiler.graph import Graph, Membranes, Population, Schedule, Source
from litesnn.compiler.graph.parts import Parts
from litesnn.compiler.graph.problems import structural_problems
from litesnn.compiler.image.groups import population_of
from litesnn.compiler.image.model import Image
from litesnn.compiler.image.synapses import Ends, blocks_of, written
from litesnn.compiler.program.arrays import array_problems

ENTERING = "entering"


def group_name(core: int, number: int, population: str) -> str:
    """Name of the population that a group of a core is."""
    return f"{core}.{number}:{population}"


def image_graph(image: Image) -> Graph:
    """The network of an image.

    Raises
    ------
    ProgramError
        For constants that no population has, and memory that does not decode or leads to neurons that are not there.
    """
    populations: list[Population] = []
    for number, core in enumerate(image.cores):
        for index, group in enumerate(core.groups):
            populations.append(population_of(group, group_name(number, index, group.document.population)))
    entering = _entering(image)
    ends = Ends(image, {population.name: population.arrival or 0 for population in (entering, *populations)}, ENTERING)
    blocks = [*written(image, ends), *blocks_of(image, ends)]
    document = image.document
    slots = None if document.slots == document.timesteps else document.slots
    outputs = [
        population.arrival or 0
        for population in populations
        if isinstance(population, Membranes) and population.read_by_host
    ]
    if not outputs:
        raise ProgramError("the image has no output: no group is a readout or is_output")
    schedule = Schedule(
        timesteps=document.timesteps,
        depth=max(outputs),
        delayed_blocks=0,
        relays=0,
        delay_slots=0,
        initiation_interval=document.interval,
        slots=slots,
    )
    graph = Graph(
        document.timesteps, Parts([entering, *populations], blocks), schedule=schedule, isolated=document.isolated
    )
    for problem in (*array_problems(graph), *structural_problems(graph)):
        raise ProgramError(f"image: {problem}")
    return graph


def _entering(image: Image) -> Source:
    documents = [sender.document for sender in image.senders]
    size = sum(sender.size for sender in image.senders)
    if not size:
        raise ProgramError("the image has no senders: nothing enters its cores")
    return Source(
        name=ENTERING,
        shape=(size, 1, 1),
        channels=tuple(range(size)),
        genotype_channels=size,
        place="input",
        arrival=min(document.arrival for document in documents),
        minimum=min(document.minimum for document in documents),
        maximum=max(document.maximum for document in documents),
        message_bits=max(document.message_bits for document in documents),
    )
