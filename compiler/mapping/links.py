"""Axons between cores, and the entries that they take at both ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from litesnn.compiler.mapping.by_column import ByColumn
from litesnn.compiler.mapping.holders import Holders, Reader, bundles, readers_of, union
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.usage import Demand

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Links:
    """Between cores, source in rows and destination in columns, diagonal included.

    Attributes
    ----------
    axons : axons between them: for a neuron one towards all its own lists on a core, and one per fan with shared kernels; one
        for all channels of a pixel where they share it
    entries : output axon entries these take on one chip
    entering : input axons per core, those from the host and the input included
    """

    axons: csr_matrix
    entries: csr_matrix
    entering: Ints


def find_links(cores: list[tuple[Slice, ...]], demands: dict[str, Demand], limits: CoreLimits) -> Links:
    """All links of cores given by their slices."""
    holders = {name: Holders(name, cores) for name in demands}
    entering = np.zeros(len(cores), np.int64)
    axons, entries = ByColumn(len(cores)), ByColumn(len(cores))
    for core, slices in enumerate(cores):
        for name, group in readers_of(slices, demands).items():
            for bundle in bundles(group):
                entering[core] += _entering(bundle)
                if name not in demands:
                    continue
                sent = holders[name].reached(bundle)
                axons.add(holders[name].cores, core, sent)
                entries.add(holders[name].cores, core, sent * (limits.entries or {}).get(bundle[0][0].axon, 1))
    return Links(axons.finish(), entries.finish(), entering)


def _entering(bundle: list[Reader]) -> int:
    """Input axons of one bundle."""
    if bundle[0][0].kind == "neuron":
        return int(union(bundle).sum())
    fan, part = bundle[0]
    return int(fan.axons(part.channels, (part.rows,), (part.columns,)).sum())
