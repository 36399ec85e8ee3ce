"""What a simulation returns: the readout and, for recorded populations, spikes, currents and membranes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import DataError
from litesnn.compiler.graph import Graph

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Spikes = npt.NDArray[np.integer[Any]]  # uint8 spikes, int32 messages
States = npt.NDArray[np.int64]
Register = Literal["u", "spikes", "v"]
REGISTERS: tuple[Register, ...] = ("u", "spikes", "v")
"""In the order in which a step computes them; `v` is what is left after the reset."""


def check_recorded(graph: Graph, names: Iterable[str]) -> None:
    """Refuse names to record that are not populations of the graph (`DataError`)."""
    known = {population.name for population in graph.membranes}
    removed = {removal.population: removal.reason for removal in graph.removals}
    for name in names:
        if name not in known:
            found = (
                f"'{name}', which is not on the chip ({removed[name]}: it was removed)"
                if name in removed
                else f"'{name}'"
            )
            raise DataError(f"record: found {found}; allowed: {', '.join(sorted(known))}, or all")


@dataclass(frozen=True, repr=False)
class Trace(Shown):
    """Result of one run; N samples of T steps, path delays removed (step t of a sample is step t of every population).

    Channels are the compiled population's (dead ones are gone; `Population.channels` gives the genotype's ids).

    Attributes
    ----------
    readout : (N, outputs) integers: a readout's membrane after the last step, the spikes per neuron of a spiking output, a `sigma`
        output's last value, and the sum of the changes that another sigma-delta output sent
    spikes : name -> (N, T, C, H, W); uint8 spikes, int32 messages of sigma-delta populations
    currents : name -> u, (N, T, C, H, W), membrane units; of sigma-delta populations the arriving sums, weight units
    membranes : name -> v after the step's reset, as Lava's variable shows it, (N, T, C, H, W); sigma of sigma-delta populations
    potentials : name -> v before the step's reset, or the change: what was compared with the threshold; exact simulator only
    registers : name -> register -> how often a value left it (`accumulator`: sums beyond the profile's, where the graph knows it and
        it can be passed; `current`: wraps; `membrane`: clips, and resets of a readout that reached its threshold); exact simulator
        only
    """

    readout: States
    spikes: dict[str, Spikes] = field(default_factory=dict)
    currents: dict[str, States] = field(default_factory=dict)
    membranes: dict[str, States] = field(default_factory=dict)
    potentials: dict[str, States] = field(default_factory=dict)
    registers: dict[str, dict[str, int]] = field(default_factory=dict)

    def card(self) -> Card:
        """See `Shown`: what was recorded."""
        from litesnn.runtime.card import trace_card

        return trace_card(self)

    def plot_raster(
        self, populations: Sequence[str] | str | None = None, sample: int = 0, ax: Axes | None = None
    ) -> Axes:
        """The spikes of a sample, step by step: a mark for each neuron that sent something.

        Parameters
        ----------
        populations : one or several whose spikes were recorded; all of them where None
        sample : which one, from 0; -1 is the last
        ax : to draw into; new axes where None

        Raises
        ------
        DataError
            For a population or a sample that is not recorded.
        MissingExtraError
            Where matplotlib is not installed.
        """
        from litesnn.base.plots import draw_raster

        wanted = (
            [populations] if isinstance(populations, str) else list(self.spikes if populations is None else populations)
        )
        missing = [name for name in wanted if name not in self.spikes]
        if missing or not wanted:
            found = f"'{missing[0]}'" if missing else "no recorded population"
            raise DataError(f"raster: found {found}; allowed: {', '.join(self.spikes) or 'names given with record='}")
        count = len(self.readout)
        if not -count <= sample < count:
            raise DataError(f"raster: found sample {sample}; allowed: 0 to {count - 1}")
        rows = {name: self.spikes[name][sample] for name in wanted}
        flat = {name: values.reshape(len(values), -1) for name, values in rows.items()}
        return draw_raster(ax, flat, f"spikes of sample {sample % count}")

    def recorded(self, name: str, register: Register) -> States:
        """A register of a recorded population, (N, T, C, H, W); `spikes` is whatever it sent."""
        if register == "spikes":
            return self.spikes[name].astype(np.int64)
        return self.currents[name] if register == "u" else self.membranes[name]

    @property
    def overflows(self) -> dict[str, int]:
        """Name -> number of overflows of the registers that every chip has: currents and membranes."""
        return {name: counts.get("current", 0) + counts.get("membrane", 0) for name, counts in self.registers.items()}

    @property
    def predictions(self) -> npt.NDArray[np.int64]:
        """Class per sample: argmax of the readout, the lowest index on ties; (N,)."""
        classes: npt.NDArray[np.int64] = np.argmax(self.readout, axis=1)
        return classes
