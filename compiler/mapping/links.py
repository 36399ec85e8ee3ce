"""Axons and packets between cores: one packet per spike of a source neuron and destination core that it projects to.

An axon is a hyperedge from a neuron to the cores it reaches. Collapsed by destination it gives, exactly, the matrix of
packets from core to core; that matrix is all that placement needs. Convolutions are counted per translation class.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from litesnn.base.errors import DataError
from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.model import Interval, Intervals, Slice
from litesnn.compiler.mapping.usage import Demand
from litesnn.compiler.mapping.windows import Axis

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Rates = Dictionary[str, npt.NDArray[np.generic]]
Reader = tuple[Fan, Slice]


@dataclass(frozen=True, eq=False)
class Links:
    """Between cores, source in rows and destination in columns, diagonal included.

    Attributes
    ----------
    packets : spikes per sample of the neurons of a core that project to a core, or share axons with a neuron that does
    axons : axons between them: for a neuron one towards all its own lists on a core, and one per fan with shared kernels; one
        for all channels of a pixel where they share it
    entries : output axon entries these take on one chip
    entering : input axons per core, those from the host and the input included
    """

    packets: csr_matrix
    axons: csr_matrix
    entries: csr_matrix
    entering: Ints


def find_links(
    cores: list[tuple[Slice, ...]],
    demands: dict[str, Demand],
    limits: CoreLimits,
    rates: Rates | None,
    *,
    count_packets: bool = True,
) -> Links:
    """All links of cores given by their slices; `rates` maps populations to spikes per sample, (C,) or (C, H, W), else 1.

    Without `count_packets` there are none in it: whether a packing fits does not depend on them.
    """
    holders = {name: _Holders(name, cores) for name in demands}
    weights = {name: _rates(rates or {}, name, demand.population.shape) for name, demand in demands.items()}
    entering = np.zeros(len(cores), np.int64)
    packets, axons, entries = (_Matrix(len(cores)) for _ in range(3))
    for core, slices in enumerate(cores):
        readers: dict[str, list[Reader]] = {}
        for part in slices:
            for fan in demands[part.population].fans:
                readers.setdefault(fan.source.name, []).append((fan, part))
        for name, group in readers.items():
            bundles = _bundles(group)
            entering[core] += sum(_entering(bundle) for bundle in bundles)
            if name not in demands:
                continue
            holder = holders[name]
            if count_packets:
                packets.add(holder.cores, core, holder.packets(group, weights[name]))
            for bundle in bundles:
                sent = holder.axons(bundle)
                axons.add(holder.cores, core, sent)
                entries.add(holder.cores, core, sent * (limits.entries or {}).get(bundle[0][0].axon, 1))
    return Links(packets.finish(), axons.finish(), entries.finish(), entering)


class _Matrix:
    """A sparse matrix as it is filled, column by column."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.parts: list[tuple[Ints, Ints, Floats]] = []

    def add(self, rows: Ints, column: int, values: Floats) -> None:
        found = np.flatnonzero(values)
        self.parts.append((rows[found], np.full(len(found), column, np.int64), values[found]))

    def finish(self) -> csr_matrix:
        empty = np.zeros(0, np.int64)
        rows, columns, values = (np.concatenate([empty, *(part[i] for part in self.parts)]) for i in range(3))
        return csr_matrix((values.astype(np.float64), (rows, columns)), (self.size, self.size))


def _bundles(group: list[Reader]) -> list[list[Reader]]:
    """Readers on one core by the axons they need: own lists of a neuron hang on one axon, shared kernels on one each."""
    own = [reader for reader in group if reader[0].kind == "neuron"]
    return [*([own] if own else []), *([reader] for reader in group if reader[0].kind != "neuron")]


class _Holders:
    """Where one source population lies: its boxes and their cores."""

    def __init__(self, name: str, cores: list[tuple[Slice, ...]]) -> None:
        found = [(part, core) for core, slices in enumerate(cores) for part in slices if part.population == name]
        self.cores = np.array([core for _, core in found], np.int64)
        self.boxes = [part for part, _ in found]
        self.rows, self.row = _distinct([part.rows for part in self.boxes])
        self.columns, self.column = _distinct([part.columns for part in self.boxes])
        self.first = np.array([part.channels[0] for part in self.boxes], np.int64)
        self.last = np.array([part.channels[1] for part in self.boxes], np.int64)
        self.ranges = {
            (first, last): np.flatnonzero((self.first == first) & (self.last == last))
            for first, last in sorted({part.channels for part in self.boxes})
        }

    def axons(self, bundle: list[Reader]) -> Floats:
        """Axons of each box towards a bundle: neurons, or pixels where their channels share axons."""
        return self._pixels(bundle, None) if bundle[0][0].axon == "shared" else self._neurons(bundle, None)

    def packets(self, group: list[Reader], weight: Floats) -> Floats:
        """Spikes of each box that any of the readers gets; `weight` of a spike per channel (C,) or neuron (C, H, W)."""
        return self._pixels(group, weight) if group[0][0].axon == "shared" else self._neurons(group, weight)

    def _neurons(self, group: list[Reader], weight: Floats | None) -> Floats:
        """Weight (1 if None) of the neurons of each box that any of the readers reaches."""
        if len(group) == 1 and (weight is None or weight.ndim == 1):
            fan, part = group[0]
            reached = fan.reached(part.channels).astype(np.float64)
            if weight is not None:
                reached *= weight[:, None, None]
            summed = self._by_class(fan, part, reached)
        else:
            summed = self._by_position(union(group) * _spread(weight))
        below = np.zeros((summed.shape[0] + 1, *summed.shape[1:]))
        np.cumsum(summed, axis=0, out=below[1:])
        result: Floats = below[self.last, self.row, self.column] - below[self.first, self.row, self.column]
        return result

    def _pixels(self, group: list[Reader], weight: Floats | None) -> Floats:
        """Weight (1 per pixel if None) of all neurons at the pixels of each box where any of its channels is reached."""
        fan, part = group[0]
        by_class = len(group) == 1 and (weight is None or weight.ndim == 1)
        reached = fan.reached(part.channels) if by_class else union(group)
        result = np.zeros(len(self.boxes))
        for (first, last), boxes in self.ranges.items():
            pixels = reached[first:last].any(axis=0, keepdims=True)
            own = np.ones(1) if weight is None else weight[first:last].sum(axis=0, keepdims=True)
            values = pixels * _spread(own)
            summed = self._by_class(fan, part, values) if by_class else self._by_position(values)
            result[boxes] = summed[0, self.row[boxes], self.column[boxes]]
        return result

    def _by_class(self, fan: Fan, part: Slice, values: Floats) -> Floats:
        """Sums over the positions of each row and column interval of values by class: (channel, rows, columns)."""
        rows = _positions(fan.rows, part.rows, self.rows)
        columns = _positions(fan.columns, part.columns, self.columns)
        summed: Floats = np.matmul(np.matmul(rows, values), columns.T)
        return summed

    def _by_position(self, values: Floats) -> Floats:
        """Sums over each row and column interval of values by position: (channel, rows, columns)."""
        summed = np.stack([values[:, first:last].sum(axis=1) for first, last in self.rows], axis=1)
        return np.stack([summed[:, :, first:last].sum(axis=2) for first, last in self.columns], axis=2)


def _spread(weight: Floats | None) -> Floats:
    """Weights that multiply an array (C, H, W)."""
    if weight is None:
        return np.ones(1)
    return weight if weight.ndim == 3 else weight[:, None, None]


def union(group: list[Reader]) -> Bools:
    """Neurons of the source population that any of the readers reaches, (C, H, W)."""
    result = np.zeros(group[0][0].source.shape, bool)
    for fan, part in group:
        rows, columns = fan.rows.touched(*part.rows), fan.columns.touched(*part.columns)
        result |= fan.reached(part.channels)[:, rows[:, None], columns[None, :]]
    return result


def _entering(bundle: list[Reader]) -> int:
    """Input axons of one bundle."""
    if bundle[0][0].kind == "neuron":
        return int(union(bundle).sum())
    fan, part = bundle[0]
    return int(fan.axons(part.channels, (part.rows,), (part.columns,)).sum())


@lru_cache(maxsize=65536)
def _positions(axis: Axis, targets: Interval, intervals: Intervals) -> Floats:
    """How many source positions of each class every interval of source positions has: (interval, class)."""
    classes = axis.touched(*targets)
    count = len(axis.classes)
    return np.stack([np.bincount(classes[first:last], minlength=count) for first, last in intervals]).astype(np.float64)


def _distinct(intervals: list[Interval]) -> tuple[Intervals, Ints]:
    distinct = tuple(sorted(set(intervals)))
    index = {interval: i for i, interval in enumerate(distinct)}
    return distinct, np.array([index[interval] for interval in intervals], np.int64)


def _rates(rates: Rates, name: str, shape: tuple[int, int, int]) -> Floats:
    if name not in rates:
        return np.ones(shape[0])
    values = np.asarray(rates[name], np.float64)
    if values.shape not in ((shape[0],), shape):
        raise DataError(f"rates of '{name}' have shape {values.shape}; allowed: {shape}, or ({shape[0]},) per channel")
    if not np.all(np.isfinite(values)) or values.min(initial=0.0) < 0:
        raise DataError(f"rates of '{name}' must be spikes per sample, finite and 0 or more")
    return values
