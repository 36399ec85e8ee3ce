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

from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.model import Interval, Intervals, Slice
from litesnn.compiler.mapping.usage import Demand
from litesnn.compiler.mapping.windows import Axis
from litesnn.errors import DataError

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
    packets : spikes per sample of the neurons of a core that project to a core
    axons : source neurons by axon of the destination: one for all their own lists there, and one per fan with shared kernels
    entries : output axon entries these take on one chip
    entering : input axons per core, those from the host and the input included
    """

    packets: csr_matrix
    axons: csr_matrix
    entries: csr_matrix
    entering: Ints


def find_links(
    cores: list[tuple[Slice, ...]], demands: dict[str, Demand], limits: CoreLimits, rates: Rates | None
) -> Links:
    """All links of cores given by their slices; `rates` maps populations to spikes per sample, (C,) or (C, H, W), else 1."""
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
            packets.add(holder.cores, core, holder.sums(group, weights[name]))
            for bundle in bundles:
                sent = holder.sums(bundle, None)
                axons.add(holder.cores, core, sent)
                entries.add(holder.cores, core, sent * (limits.entries or {}).get(bundle[0][0].kind, 1))
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

    def sums(self, group: list[Reader], weight: Floats | None) -> Floats:
        """Weight (1 if None) of the neurons of each box that any of the readers reaches."""
        fan, part = group[0]
        if len(group) == 1 and (weight is None or weight.ndim == 1):
            reached = fan.reached(part.channels).astype(np.float64)
            if weight is not None:
                reached *= weight[:, None, None]
            rows = _positions(fan.rows, part.rows, self.rows)
            columns = _positions(fan.columns, part.columns, self.columns)
            summed = np.matmul(np.matmul(rows, reached), columns.T)
        else:
            values = union(group).astype(np.float64)
            if weight is not None:
                values *= weight if weight.ndim == 3 else weight[:, None, None]
            summed = np.stack([values[:, first:last].sum(axis=1) for first, last in self.rows], axis=1)
            summed = np.stack([summed[:, :, first:last].sum(axis=2) for first, last in self.columns], axis=2)
        below = np.zeros((summed.shape[0] + 1, *summed.shape[1:]))
        np.cumsum(summed, axis=0, out=below[1:])
        result: Floats = below[self.last, self.row, self.column] - below[self.first, self.row, self.column]
        return result


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
    return int(fan.use(part.channels, (part.rows,), (part.columns,)).axons.sum())


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


def _rates(rates: Rates, name: str, shape: tuple[int, int, int]) -> Floats | None:
    if name not in rates:
        return None
    values = np.asarray(rates[name], np.float64)
    if values.shape not in ((shape[0],), shape):
        raise DataError(f"rates of '{name}' have shape {values.shape}; allowed: {shape}, or ({shape[0]},) per channel")
    if not np.all(np.isfinite(values)) or values.min(initial=0.0) < 0:
        raise DataError(f"rates of '{name}' must be spikes per sample, finite and 0 or more")
    return values
