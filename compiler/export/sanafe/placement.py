"""Where every neuron stands in SANA-FE's mesh: our cores at their routers, and one more column of tiles for the host.

SANA-FE numbers the tiles of a mesh column by column. The host's tiles cost nothing and hold what is not on the chip: the
input, populations that run on the host, and one bias source per core and population.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError
from litesnn.compiler.graph import Graph, Membranes, Population
from litesnn.compiler.mapping import Mapping
from litesnn.compiler.mapping.routing import Board

Ids = npt.NDArray[np.int64]
CORE_NEURONS = 1024
"""Neurons that SANA-FE 2.2's neuron and dendrite models hold per core, sources included (`loihi_max_compartments`)."""


@dataclass(frozen=True)
class Place:
    """Neurons of one population on one core.

    Attributes
    ----------
    population : its name
    ids : the neurons, as positions in the population's flattened map, ascending
    tile, core : of SANA-FE's mesh; `core` counts within the tile
    """

    population: str
    ids: Ids
    tile: int
    core: int

    @property
    def address(self) -> str:
        """SANA-FE's core address."""
        return f"{self.tile}.{self.core}"


@dataclass(frozen=True)
class Placement:
    """All places, and the mesh they stand in.

    Attributes
    ----------
    width, height : tiles of the mesh, the host's column included
    cores_per_tile, host_cores : cores of a chip tile and of a host tile
    """

    places: tuple[Place, ...]
    width: int
    height: int
    cores_per_tile: int
    host_cores: int

    @property
    def chip_tiles(self) -> int:
        """Tiles of the chips; the host's come after them."""
        return (self.width - 1) * self.height


def place(graph: Graph, mapping: Mapping) -> Placement:
    """Place every neuron of a graph.

    Raises
    ------
    CompileError
        Where a core holds more neurons than SANA-FE's models do.
    """
    board = Board(mapping.mesh, mapping.chips)
    columns, rows = board.per_row * mapping.mesh.columns, -(-mapping.chips // board.per_row) * mapping.mesh.rows
    places = list(_on_chip(graph, mapping, board, rows))
    on_host = [population for population in graph.populations if _off_chip(graph, population)]
    chunks = [
        (population.name, np.arange(first, min(first + CORE_NEURONS - 1, population.size)))
        for population in on_host
        for first in range(0, population.size, CORE_NEURONS - 1)
    ]
    for number, (name, ids) in enumerate(chunks):
        core, row = divmod(number, rows)
        places.append(Place(name, ids, columns * rows + row, core))
    host_cores = -(-len(chunks) // rows)
    return Placement(
        places=tuple(places),
        width=columns + 1,
        height=rows,
        cores_per_tile=mapping.mesh.cores_per_router,
        host_cores=max(1, host_cores),
    )


def _off_chip(graph: Graph, population: Population) -> bool:
    """Whether a population's neurons stand beside the chip; values that are written into neurons are none."""
    if isinstance(population, Membranes):
        return population.on_host
    return any(not block.injected for block in graph.out_of(population.name))


def _on_chip(graph: Graph, mapping: Mapping, board: Board, rows: int) -> Iterator[Place]:
    per_chip = mapping.mesh.columns * mapping.mesh.rows
    for number, core in enumerate(mapping.cores):
        # Samples that are runs of their own have their biases from the first step on, without sources.
        sources = 0 if graph.isolated else len({part.population for part in core.slices})
        if core.neurons + sources > CORE_NEURONS:
            raise CompileError(
                f"core {number}: found {core.neurons} neurons; allowed: {CORE_NEURONS - sources}, SANA-FE's models hold "
                f"{CORE_NEURONS} per core, bias sources included (compile with --set neurons_per_core={CORE_NEURONS - 24})"
            )
        router = core.chip * per_chip + core.router[1] * mapping.mesh.columns + core.router[0]
        x, y = (int(value) for value in board.positions[router])
        for part in core.slices:
            ids = np.sort(part.ids(graph[part.population].shape))
            yield Place(part.population, ids, x * rows + y, core.slot)


def runs(ids: Ids) -> Iterator[tuple[int, int]]:
    """Ascending ids as runs (first, last), both included."""
    breaks = np.flatnonzero(np.diff(ids) != 1)
    for first, last in zip([0, *(breaks + 1)], [*breaks, len(ids) - 1], strict=True):
        yield int(ids[first]), int(ids[last])
