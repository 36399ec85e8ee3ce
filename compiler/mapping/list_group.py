"""Lists of one source into one slice, with the configuration that says what they mean, and the synapses they unroll to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix

from litesnn.compiler.encoding import AxonLists, ListRule
from litesnn.compiler.graph import Conv2d, Population, Window
from litesnn.compiler.mapping.model import Slice

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class ListGroup:
    """Lists of one source into one slice, with the configuration that says what they mean.

    Attributes
    ----------
    core, part : index of the core, and the slice on it
    source : population that sends the spikes
    lists, rule : what the core stores, and how it may be encoded
    window : of the kernel where lists are shared over positions, else None
    read : source channels with kernel rows or population lists, in their order
    kind, base : per source pixel (H, W), for population lists: which lists, and their first target
    subtracts : whether these are the synapses by which neurons of two compartments reset
    """

    core: int
    part: Slice
    source: str
    lists: AxonLists
    rule: ListRule
    window: Window | None = None
    read: Ints | None = None
    kind: Ints | None = None
    base: Ints | None = None
    subtracts: bool = False


def unrolled(group: ListGroup, lists: AxonLists, index: int, source: Population, target: Population) -> csr_matrix:
    """Codes of one format as (targets of the whole population, sources)."""
    stored = _Stored.of(lists, index)
    if group.window is None:
        ids = group.part.ids(target.shape)
        size = (target.size, source.size)
        return coo_matrix((stored.codes, (ids[stored.targets], stored.lists)), shape=size).tocsr()
    unroll = _from_rows if group.kind is None else _from_populations
    return unroll(group, stored, source, target)


@dataclass(frozen=True, eq=False)
class _Stored:
    """Synapses of one format: the list, the target within the list and the code of each."""

    lists: Ints
    targets: Ints
    codes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, lists: AxonLists, index: int) -> _Stored:
        """The synapses of a format of the lists."""
        own = np.arange(len(lists)) * len(lists.formats) + index
        runs = [np.arange(lists.indptr[run], lists.indptr[run + 1]) for run in own]
        synapses = np.concatenate(runs) if runs else own
        row = np.repeat(np.arange(len(lists)), lists.run_lengths[own])
        return cls(row, lists.targets[synapses].astype(np.int64), lists.codes[synapses])


def _from_rows(group: ListGroup, stored: _Stored, source: Population, target: Population) -> csr_matrix:
    """Kernel rows over (source channel, ky, kx): the kernel applied wherever its output lies in the slice."""
    shared, read = group.window, group.read
    assert shared is not None, "kernel rows have a window and the channels they read"
    assert read is not None
    first, last = group.part.channels
    kernel = np.zeros((last - first, source.shape[0], shared.rows, shared.columns), np.int32)
    channel, tap = np.divmod(stored.lists, shared.taps)
    # Two edges from one source may hold a synapse each at the same place: they add up.
    np.add.at(kernel, (stored.targets, read[channel], tap // shared.columns, tap % shared.columns), stored.codes)
    _, stride, padding, dilation = zip(shared.down, shared.across, strict=True)
    whole = Conv2d(kernel, stride, padding, dilation)
    matrix = whole.matrix(source.shape, (last - first, *target.shape[1:])).tocoo()
    rows = matrix.row + first * target.shape[1] * target.shape[2]
    inside = np.isin(rows, group.part.ids(target.shape))
    return coo_matrix(
        (matrix.data[inside], (rows[inside], matrix.col[inside])), shape=(target.size, source.size)
    ).tocsr()


def _from_populations(group: ListGroup, stored: _Stored, source: Population, target: Population) -> csr_matrix:
    """Population lists: every source pixel reads the lists of its kind from its own first target on."""
    read = group.read
    assert read is not None, "population lists have channels, and a kind and a base per pixel"
    assert group.kind is not None
    assert group.base is not None
    (c0, c1), (y0, _), (x0, x1) = group.part.channels, group.part.rows, group.part.columns
    depth, breadth = c1 - c0, x1 - x0
    kind, atom = np.divmod(stored.lists, max(1, len(read)))
    data, rows, columns = [], [], []
    for y, x in np.argwhere(group.kind >= 0):
        own = kind == group.kind[y, x]
        local = group.base[y, x] + stored.targets[own]
        position, channel = np.divmod(local, depth)
        down, right = np.divmod(position, breadth)
        rows.append(((c0 + channel) * target.shape[1] + y0 + down) * target.shape[2] + x0 + right)
        columns.append((read[atom[own]] * source.shape[1] + y) * source.shape[2] + x)
        data.append(stored.codes[own])
    if not data:
        return csr_matrix((target.size, source.size), dtype=np.int32)
    return coo_matrix(
        (np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))), shape=(target.size, source.size)
    ).tocsr()
