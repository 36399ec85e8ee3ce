"""Where cores stand on the mesh, how many hops a packet takes, and what each link carries under XY routing.

Chips form a near-square grid and their meshes join edge to edge, so a position is a router of one large mesh. Loihi's mesh is
said to extend over chips this way (Davies et al. 2018 p.86); hop costs between chips are not published, so they count as one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix

from litesnn.compiler.mapping.model import Mesh, Traffic

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Board:
    """`chips` chips of one mesh, in rows of `per_row`."""

    mesh: Mesh
    chips: int

    @property
    def per_row(self) -> int:
        """Chips per row of the chip grid."""
        return int(np.ceil(np.sqrt(self.chips)))

    @property
    def routers(self) -> int:
        """Routers of all chips; router r stands on chip r // (columns * rows)."""
        return self.chips * self.mesh.columns * self.mesh.rows

    @property
    def positions(self) -> Ints:
        """(x, y) of every router on the joined mesh, row by row within a chip: (routers, 2)."""
        mesh = self.mesh
        chip, local = np.divmod(np.arange(self.routers), mesh.columns * mesh.rows)
        y, x = np.divmod(local, mesh.columns)
        chip_y, chip_x = np.divmod(chip, self.per_row)
        return np.stack([chip_x * mesh.columns + x, chip_y * mesh.rows + y], axis=1)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the joined mesh."""
        columns, rows = (self.positions.max(axis=0) + 1).tolist()
        return columns, rows

    @property
    def capacity(self) -> Ints:
        """Cores every router takes, so that a chip has just its usable cores: (routers,)."""
        mesh = self.mesh
        per_chip = np.full(mesh.columns * mesh.rows, mesh.cores_per_router)
        missing = max(0, int(per_chip.sum()) - mesh.cores)
        # Unusable cores are taken from the last routers, evenly, one per router and round.
        for i in range(missing):
            per_chip[-1 - i % len(per_chip)] -= 1
        return np.tile(per_chip, self.chips)

    def row_major(self, cores: int) -> Ints:
        """Routers of cores placed one after the other: (cores,)."""
        return np.repeat(np.arange(self.routers), self.capacity)[:cores]

    def chip_of(self, routers: Ints) -> Ints:
        """Chip of each router."""
        chips: Ints = routers // (self.mesh.columns * self.mesh.rows)
        return chips


def distances(board: Board) -> Ints:
    """Hops between every two routers."""
    x, y = board.positions.T
    hops: Ints = np.abs(x[:, None] - x[None, :]) + np.abs(y[:, None] - y[None, :])
    return hops


def hop_weighted(packets: csr_matrix, routers: Ints, board: Board) -> float:
    """Packets times hops of a placement."""
    pairs = coo_matrix(packets)
    place = board.positions[routers]
    return float((pairs.data * np.abs(place[pairs.row] - place[pairs.col]).sum(axis=1)).sum())


def measure(packets: csr_matrix, routers: Ints, board: Board) -> Traffic:
    """The traffic of a placement."""
    pairs = coo_matrix(packets)
    apart = pairs.row != pairs.col
    source, target, data = pairs.row[apart], pairs.col[apart], pairs.data[apart]
    place = board.positions[routers]
    hops = np.abs(place[source] - place[target]).sum(axis=1)
    crossing = board.chip_of(routers[source]) != board.chip_of(routers[target])
    handled = np.zeros(len(routers))
    np.add.at(handled, source, data)
    np.add.at(handled, target, data)
    return Traffic(
        packets=_rounded(data.sum()),
        hops=int(hops.sum()),
        hop_weighted=_rounded((data * hops).sum()),
        chip_crossings=_rounded(data[crossing].sum()),
        busiest_link=_rounded(max(link.max(initial=0.0) for link in link_loads(place[source], place[target], data))),
        busiest_core=_rounded(handled.max(initial=0.0)),
    )


def link_loads(start: Ints, end: Ints, packets: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Packets over every directed link, XY routing: east, west, by (y, x), and south, north, by (x, y).

    Link (y, x) joins x and x + 1; a packet goes along its row first, then along the column of its destination.
    """
    width, height = (int(max(start[:, i].max(initial=0), end[:, i].max(initial=0))) + 1 for i in (0, 1))
    loads = []
    for lanes, length, lane, first, last in (
        (height, width, start[:, 1], start[:, 0], end[:, 0]),
        (width, height, end[:, 0], start[:, 1], end[:, 1]),
    ):
        for forward in (True, False):
            moving = first < last if forward else first > last
            low, high = np.minimum(first, last)[moving], np.maximum(first, last)[moving]
            row, size = lane[moving] * (length + 1), lanes * (length + 1)
            steps = np.bincount(row + low, packets[moving], size) - np.bincount(row + high, packets[moving], size)
            loads.append(steps.reshape(lanes, length + 1).cumsum(axis=1)[:, :length])
    return loads[0], loads[1], loads[2], loads[3]


def _rounded(value: float) -> float:
    """Six decimals: float sums are exact to far more, and files stay equal between machines."""
    return round(float(value), 6)
