"""What a simulation returns: the readout and, for recorded populations, spikes, currents and membranes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph
from litesnn.errors import DataError

Spikes = npt.NDArray[np.uint8]
States = npt.NDArray[np.int64]


def check_recorded(graph: Graph, names: Iterable[str]) -> None:
    """Refuse names to record that are not populations of the graph (`DataError`)."""
    known = {population.name for population in graph.membranes}
    for name in names:
        if name not in known:
            raise DataError(f"record: found '{name}'; allowed: {', '.join(sorted(known))}, or all")


@dataclass(frozen=True)
class Trace:
    """Result of one run; N samples of T steps, path delays removed (step t of a sample is step t of every population).

    Channels are the compiled population's (dead ones are gone; `Population.channels` gives the genotype's ids).

    Attributes
    ----------
    readout : (N, classes) integer membrane after the last step
    spikes : name -> (N, T, C, H, W)
    currents : name -> u, (N, T, C, H, W), membrane units
    membranes : name -> v after the step's reset, as Lava's variable shows it, (N, T, C, H, W)
    potentials : name -> v before the step's reset, what was compared with the threshold; exact simulator only
    overflows : name -> number of register overflows (current wraps and membrane clips), exact simulator only
    """

    readout: States
    spikes: dict[str, Spikes] = field(default_factory=dict)
    currents: dict[str, States] = field(default_factory=dict)
    membranes: dict[str, States] = field(default_factory=dict)
    potentials: dict[str, States] = field(default_factory=dict)
    overflows: dict[str, int] = field(default_factory=dict)

    @property
    def predictions(self) -> npt.NDArray[np.int64]:
        """Class per sample: argmax of the readout, the lowest index on ties; (N,)."""
        classes: npt.NDArray[np.int64] = np.argmax(self.readout, axis=1)
        return classes
