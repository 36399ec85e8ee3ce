"""What the parts of a program must agree on: the graph's own timing, its cores, its origin and its report.

The typed documents say what each part may hold; a file that is well formed by itself can still belong to another network. What is
checked here holds for every program that was compiled, and is what simulators, exporters and reports take for granted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from litesnn.compiler.graph import Graph, Membranes, Pace, Population, Source
from litesnn.compiler.mapping import Mapping as CoreMapping
from litesnn.compiler.origin import Origin
from litesnn.compiler.report import Report

if TYPE_CHECKING:
    from litesnn.compiler.image import Image

CORES_MAX = 2**20


def program_problems(
    graph: Graph, origin: Origin, profile: str, mapping: CoreMapping | None, report: Report, image: Image | None
) -> Iterator[str]:
    """What does not fit, with the file it stands in; `profile` is the name of the program's."""
    graph_problems = [*_structure(graph), *_timing(graph)]
    misfits = (f"{what}: found {found}; the genotype has {wanted}" for what, found, wanted in origin.misfits(graph))
    yield from (f"graph.json: {problem}" for problem in (*graph_problems, *misfits))
    if mapping is not None and not graph_problems:
        yield from (f"mapping.json: {problem}" for problem in _cores(graph, mapping, profile))
    if image is not None:
        yield from (f"image/image.json: {problem}" for problem in _image(graph, (origin.name, profile), mapping, image))
    yield from (f"report.json: {problem}" for problem in _report(graph, (origin.name, profile), mapping, report))


def _structure(graph: Graph) -> Iterator[str]:
    if not graph.sources:
        yield "has no source"
    for population in graph.populations:
        ids, count = population.channels, population.genotype_channels
        if len(set(ids)) != len(ids) or max(ids, default=0) >= count:
            yield f"'{population.name}': channels must be different numbers below {count} (genotype_channels)"
        if isinstance(population, Source):
            yield from _values(population)
    names = [block.name for block in graph.blocks]
    if len(set(names)) != len(names):
        yield "two blocks have one name"
    known = {population.name for population in graph.populations}
    for name in {proof.population for proof in graph.ranges} - known:
        yield f"a range names population '{name}', which does not exist"


def _values(source: Source) -> Iterator[str]:
    """A source's range fits its messages, the sign included; binary spikes are 0 and 1."""
    low, high = source.sent
    bits = source.message_bits
    allowed = (0, 1) if bits == 0 else (-(1 << (bits - 1)), (1 << bits) - 1)
    if not allowed[0] <= low <= 0 <= high <= allowed[1]:
        yield f"'{source.name}': values {low} .. {high}; allowed with message_bits {bits}: {allowed[0]} .. {allowed[1]}"


def _timing(graph: Graph) -> Iterator[str]:
    """Arrivals and resets are those of the schedule, so that samples cannot meet."""
    schedule = graph.schedule
    if schedule is None:
        yield "has no schedule"
        return
    timesteps = graph.timesteps
    latest = max((block.distance for block in graph.blocks), default=0)
    pace_fits = 1 <= schedule.initiation_interval <= timesteps * 64 and schedule.slots in (
        None,
        timesteps,
        timesteps + latest,
    )
    if schedule.timesteps != timesteps or not pace_fits or any(loop.distance < 1 for loop in schedule.loops):
        yield f"the schedule does not fit {timesteps} time steps"
        return
    missing = [population.name for population in graph.populations if population.arrival is None]
    if missing:
        yield f"'{missing[0]}' has no arrival"
        return
    if schedule.depth != graph.output.arrival:
        yield f"the schedule's depth is {schedule.depth}, the output arrives at {graph.output.arrival}"
    pace = _pace(graph)
    for population in graph.membranes:
        if (problem := _reset_problem(graph, population, pace)) is not None:
            yield f"'{population.name}': {problem}"
    if not graph.isolated:
        for block in graph.blocks:
            if block.delay != graph.due(block):
                yield f"block '{block.name}': found delay {block.delay}; due: {graph.due(block)}, with which its inputs meet"


def _pace(graph: Graph) -> Pace:
    """Of resets: that of the samples, or of one long sample where each is a run of its own."""
    if not graph.isolated:
        return graph.pace
    length = graph.timesteps + max(population.arrival or 0 for population in graph.populations) + 1
    return Pace(length, 1, length)


def _reset_problem(graph: Graph, population: Membranes, pace: Pace) -> str | None:
    found = population.reset_interval, population.reset_offset, population.initiation_interval, population.open_slots
    slots = pace.timesteps if pace.slots > pace.timesteps else None
    due = pace.period, pace.reset_offset(population.arrival or 0), pace.interval, slots
    if found == due or (graph.isolated and found == (None, None, 1, None)):
        return None
    return f"reset_interval, reset_offset, initiation_interval, open_slots: found {found}; due: {due}"


def _cores(graph: Graph, mapping: CoreMapping, profile: str) -> Iterator[str]:
    """Every neuron on the chip stands on one core; cores have places of their own; links lead from core to core."""
    if mapping.profile != profile:
        yield f"profile: found '{mapping.profile}'; the program's is '{profile}'"
    yield from _places(mapping)
    on_chip = {population.name: population for population in graph.membranes if not population.on_host}
    holders = {name: np.zeros(population.shape, np.int32) for name, population in on_chip.items()}
    for index, core in enumerate(mapping.cores):
        for part in core.slices:
            if part.population not in on_chip:
                yield f"core {index}: '{part.population}' is no population on the chip"
                return
            box = _box(on_chip[part.population], (part.channels, part.rows, part.columns))
            if box is None:
                yield f"core {index}: a slice of '{part.population}' is empty or reaches beyond it"
                return
            holders[part.population][box] += 1
        if min(core.usage.values(), default=0) < 0:
            yield f"core {index}: usage must be 0 or more"
    for name, count in holders.items():
        if count.min() != 1 or count.max() != 1:
            yield f"'{name}': every neuron must stand on one core; found {count.min()} to {count.max()}"
    known = {population.name for population in graph.populations}
    for name in sorted(set(mapping.axons) - known):
        yield f"axons: '{name}' is no population"


def _image(graph: Graph, about: tuple[str, str], mapping: CoreMapping | None, image: Image) -> Iterator[str]:
    """The image is of this network, and its cores hold what those of the mapping do."""
    document = image.document
    found = (("name", document.name, about[0]), ("profile", document.profile, about[1]))
    for what, said, wanted in (*found, ("timesteps", document.timesteps, graph.timesteps)):
        if said != wanted:
            yield f"{what}: found '{said}'; the program's is '{wanted}'"
    held = () if mapping is None else mapping.cores
    slices = [
        [(x.document.population, x.document.channels, x.document.rows, x.document.columns) for x in core.groups]
        for core in image.cores
    ]
    if slices != [[(x.population, x.channels, x.rows, x.columns) for x in core.slices] for core in held]:
        yield "its cores do not hold what those of mapping.json do"


def _box(population: Population, intervals: tuple[tuple[int, int], ...]) -> tuple[slice, ...] | None:
    pairs = list(zip(intervals, population.shape, strict=True))
    return tuple(slice(*interval) for interval, _ in pairs) if all(0 <= a < b <= n for (a, b), n in pairs) else None


def _places(mapping: CoreMapping) -> Iterator[str]:
    mesh, count = mapping.mesh, len(mapping.cores)
    figures = mesh.columns, mesh.rows, mesh.cores_per_router, mesh.cores, mapping.chips
    if min(figures) < 1 or max(figures) > CORES_MAX or mesh.columns * mesh.rows > CORES_MAX:
        yield f"mesh and chips must be 1 to {CORES_MAX}"
        return
    taken = {(core.chip, *core.router, core.slot) for core in mapping.cores}
    if len(taken) != count:
        yield "two cores stand in one place"
    sides = np.array([mapping.chips, mesh.columns, mesh.rows, mesh.cores_per_router])
    for place in sorted(taken):
        if not all(0 <= at < side for at, side in zip(place, sides, strict=True)):
            yield f"a core stands at chip {place[0]}, router {place[1:3]}, slot {place[3]}, which does not exist"
            return
    for first, last, packets in mapping.links:
        if not (0 <= first < count and 0 <= last < count and packets >= 0):
            yield f"link {first}, {last}, {packets:g}: allowed: cores 0 .. {count - 1}, packets 0 or more"
            return
    bounds = [
        mapping.cost,
        *mapping.lower_bound.values(),
        *(v for t in mapping.placements.values() for v in vars(t).values()),
    ]
    if min(bounds) < 0:
        yield "costs, bounds and traffic must be 0 or more"


def _report(graph: Graph, about: tuple[str, str], mapping: CoreMapping | None, report: Report) -> Iterator[str]:
    """The report is about this network on this chip."""
    found = (("name", report.name), ("profile", report.profile))
    for (what, said), wanted in zip(found, about, strict=True):
        if said != wanted:
            yield f"{what}: found '{said}'; the program's is '{wanted}'"
    if report.network.timesteps != graph.timesteps:
        yield f"network.timesteps: found {report.network.timesteps}; the graph has {graph.timesteps}"
    names = [population.name for population in graph.membranes]
    if [row.name for row in report.populations] != names:
        yield "populations: are not those of the graph"
    if [row.population for row in report.certificate] != names:
        yield "certificate: are not those of the graph"
    detailed = 0 if report.mapping is None else len(report.mapping.cores_detail)
    held = 0 if mapping is None else len(mapping.cores)
    if detailed != held:
        yield f"mapping.cores_detail: found {detailed} cores; the program has {held}"
