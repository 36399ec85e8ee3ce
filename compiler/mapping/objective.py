"""What a placement is chosen for: few hops, a busiest link that carries little, or energy times delay of the packets.

- `balanced`: the least busiest link among placements of nearly the fewest hops, and no busier than random placement's
- `hops`: fewest packets times hops
- `busiest-link`: the least packets on the busiest link
- `energy-delay`: energy of all hops times the time in which the busiest link carries its packets, by the profile's `hop_ew_pj`,
  `hop_ns_pj`, `hop_ew_ns` and `hop_ns_ns`; neurons and synapses cost the same wherever they stand
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix

from litesnn.base.errors import CompileError
from litesnn.compiler.mapping.model import Traffic
from litesnn.compiler.mapping.objective_names import BALANCED, ObjectiveName
from litesnn.compiler.mapping.routing import Board, link_loads
from litesnn.compiler.profile import Profile, known

Ints = npt.NDArray[np.int64]
ALLOWANCE = 0.04  # more hop-weighted traffic than the least found, for a busiest link that carries less


@dataclass(frozen=True)
class Objective:
    """What placements are compared by; pJ and ns of a hop east or west, and north or south, where it needs them."""

    name: ObjectiveName = BALANCED
    energy: tuple[float, float] = (1.0, 1.0)
    time: tuple[float, float] = (1.0, 1.0)

    @classmethod
    def of(cls, name: str, profile: Profile) -> Objective:
        """The objective of a name.

        Raises
        ------
        CompileError
            If there is none of that name.
        ProfileError
            If the profile has no figures for it.
        """
        if name not in get_args(ObjectiveName):
            raise CompileError(f"found placement objective '{name}'; allowed: {', '.join(get_args(ObjectiveName))}")
        if name != "energy-delay":
            return cls(name)  # type: ignore[arg-type]
        energy, time = profile.energy, profile.time
        return cls(
            "energy-delay",
            (
                known(energy.hop_ew_pj, "energy.hop_ew_pj", profile.name),
                known(energy.hop_ns_pj, "energy.hop_ns_pj", profile.name),
            ),
            (
                known(time.hop_ew_ns, "time.hop_ew_ns", profile.name),
                known(time.hop_ns_ns, "time.hop_ns_ns", profile.name),
            ),
        )

    def best(
        self, packets: csr_matrix, found: list[Ints], traffic: list[Traffic], random: Traffic, board: Board
    ) -> int:
        """Number of the best of the placements `found`; the first one is in order, `random` the traffic of a random one."""
        numbers = range(len(found))
        if self.name == "energy-delay":
            products = [self.energy_delay(packets, routers, board) for routers in found]
            return min(numbers, key=lambda i: (products[i], traffic[i].hop_weighted, -i))
        if self.name == "hops":
            return min(numbers, key=lambda i: (traffic[i].hop_weighted, traffic[i].busiest_link, -i))
        if self.name == "busiest-link":
            return min(numbers, key=lambda i: (traffic[i].busiest_link, traffic[i].hop_weighted, -i))
        in_order = traffic[0].hop_weighted
        nearly = min(in_order, (1 + ALLOWANCE) * min(each.hop_weighted for each in traffic))
        allowed = [i for i in numbers if traffic[i].hop_weighted <= nearly]
        best = min(allowed, key=lambda i: (traffic[i].busiest_link, traffic[i].hop_weighted, -i))
        if traffic[best].busiest_link <= random.busiest_link:
            return best
        calm = [
            i for i in numbers if traffic[i].busiest_link <= random.busiest_link and traffic[i].hop_weighted <= in_order
        ]
        return min(calm, key=lambda i: (traffic[i].hop_weighted, -i), default=best)

    def energy_delay(self, packets: csr_matrix, routers: Ints, board: Board) -> float:
        """Energy of all hops (pJ per sample) times the time in which the busiest link carries its packets (ns per sample)."""
        pairs = coo_matrix(packets)
        start, end = board.positions[routers[pairs.row]], board.positions[routers[pairs.col]]
        across, down = (pairs.data[:, None] * np.abs(start - end)).sum(axis=0).tolist()
        east, west, south, north = (float(load.max(initial=0.0)) for load in link_loads(start, end, pairs.data))
        time = max(self.time[0] * max(east, west), self.time[1] * max(south, north))
        return round(float((self.energy[0] * across + self.energy[1] * down) * time), 6)
