"""Packets between cores: one per spike of a source neuron and destination core that it projects to.

An axon is a hyperedge from a neuron to the cores it reaches. Collapsed by destination it gives, exactly, the matrix of
packets from core to core; that matrix is all that placement needs. Convolutions are counted per translation class.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from litesnn.base.errors import DataError
from litesnn.compiler.mapping.by_column import ByColumn
from litesnn.compiler.mapping.holders import Holders, readers_of
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.usage import Demand

Floats = npt.NDArray[np.float64]
Rates = Dictionary[str, npt.NDArray[np.generic]]


def find_packets(cores: list[tuple[Slice, ...]], demands: dict[str, Demand], rates: Rates | None) -> csr_matrix:
    """Packets from core (row) to core (column), those to itself included.

    Spikes per sample of the neurons of a core that project to a core, or share axons with a neuron that does; `rates` maps
    populations to spikes per sample, (C,) or (C, H, W), else 1.

    Raises
    ------
    DataError
        If rates have another shape, or are no counts of spikes.
    """
    holders = {name: Holders(name, cores) for name in demands}
    weights = {name: _rates(rates or {}, name, demand.population.shape) for name, demand in demands.items()}
    packets = ByColumn(len(cores))
    for core, slices in enumerate(cores):
        for name, group in readers_of(slices, demands).items():
            if name in demands:
                packets.add(holders[name].cores, core, holders[name].reached(group, weights[name]))
    return packets.finish()


def _rates(rates: Rates, name: str, shape: tuple[int, int, int]) -> Floats:
    if name not in rates:
        return np.ones(shape[0])
    values = np.asarray(rates[name], np.float64)
    if values.shape not in ((shape[0],), shape):
        raise DataError(f"rates of '{name}' have shape {values.shape}; allowed: {shape}, or ({shape[0]},) per channel")
    if not np.all(np.isfinite(values)) or values.min(initial=0.0) < 0:
        raise DataError(f"rates of '{name}' must be spikes per sample, finite and 0 or more")
    return values
