"""An edge's weights as the kernels read them: one layout per geometry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, NamedTuple

import numpy as np

from litesnn.compiler.graph import Conv2d, Dense, Geometry, OneToOne, Pool, Population, Sparse, Table, Windowed
from litesnn.compiler.graph.geometry.depthwise import Depthwise
from litesnn.kernels.structures import ALL, DEPTHWISE, SPARSE, WINDOWS
from litesnn.runtime.exact.edges import FILLED_WEIGHTS, Weights, worth_filling
from litesnn.runtime.exact.native.arrays import GROUP, WORD, Array, Ints, aligned, places_last, words
from litesnn.runtime.exact.native.segments import Part, Window, joined_phases, narrowed, phases
from litesnn.runtime.exact.native.sum_room import SumRoom, padded_to

MOST_LAYERS = 4  # of a pool, each a pass over the map; with more, its kernels are filled up
NOTHING = np.zeros(0, np.int64)
NO_WEIGHTS: Array = np.zeros(0, np.int8)


class Straight(NamedTuple):
    """Target channel c reads source channel c - `first`; those from `begin` to before `end` are whole groups with all that read any."""

    first: int
    begin: int
    end: int


@dataclass(frozen=True, eq=False)
class Layout:
    """Weights of one kind of native/network.h.

    Attributes
    ----------
    weights : ALL (H * W, C_in, padded C_out), DEPTHWISE and SPARSE (entries,); of WINDOWS none, those are with its parts
    index, targets : of SPARSE; of DEPTHWISE the source channels, (layers, padded C_out)
    straight : of DEPTHWISE, where target channels read one source channel after the other and others none; None where it is else
    reads : per source channel, whether any weight reads it, (C_in,)
    window : kernel, stride, padding and dilation, (height, width) each
    parts : of WINDOWS; a whole phase each before layouts are joined
    narrow : whether weights of parts are bytes though sums are not
    """

    kind: int
    weights: Array
    reads: Array
    index: Ints = field(default_factory=lambda: NOTHING)
    targets: Ints = field(default_factory=lambda: NOTHING)
    window: Window = ((1, 1), (1, 1), (0, 0), (1, 1))
    straight: Straight | None = None
    parts: tuple[Part, ...] = ()
    narrow: bool = False

    @property
    def kernel(self) -> str:
        """What computes it, for the user's table."""
        return NAMES[self.kind]


@dataclass(frozen=True)
class Ends:
    """What an edge joins, and how the target's sums, of type `dtype`, lie."""

    source: Population
    target: Population
    room: SumRoom
    dtype: np.dtype[Any]

    @property
    def padded(self) -> int:
        """Channels of a place of the target."""
        return self.room.padded

    def rows(self, weights: Array) -> Array:
        """Rows (.., C_out) of weights, padded."""
        room = aligned((*weights.shape[:-1], self.padded), self.dtype)
        room[..., : weights.shape[-1]] = weights.astype(self.dtype)  # modulo 2^bits: only the last sum has to fit
        return room


def _window(geometry: Windowed) -> Window:
    """Kernel, stride, padding, dilation of both axes."""
    rows, columns = geometry.axes
    return tuple(zip(rows, columns, strict=True))


def _conv(geometry: Windowed, weights: Ints, ends: Ends) -> Layout:
    window = _window(geometry)
    found = phases(weights.astype(ends.dtype), window, ends.room)
    return Layout(WINDOWS, NO_WEIGHTS, weights.any(axis=(0, 2, 3)), window=window, parts=tuple(found))


def _depthwise(geometry: Depthwise, weights: Ints, ends: Ends) -> Layout:
    """As a convolution whose kernels between two channels are 0."""
    kernel = np.zeros((ends.target.shape[0], ends.source.shape[0], *weights.shape[1:]), np.int64)
    kernel[geometry.targets, geometry.sources] = weights
    return _conv(geometry, kernel, ends)


def _dense(geometry: Dense, weights: Ints, ends: Ends) -> Layout:
    return _filled(weights, ends)


def _filled(weights: Ints, ends: Ends) -> Layout:
    channels, height, width = ends.source.shape
    rows = weights.T.reshape(channels, height * width, -1).transpose(1, 0, 2)
    return Layout(ALL, ends.rows(rows), weights.reshape(-1, channels, height * width).any(axis=(0, 2)))


def _pool(geometry: Pool, weights: Ints, ends: Ends) -> Layout:
    """Layers, as a target channel may read several: in each it reads one source channel at most."""
    live = np.flatnonzero(weights)
    targets = geometry.targets[live]
    order = np.argsort(targets, kind="stable")
    live, targets = live[order], targets[order]
    rank = np.arange(len(live)) - np.searchsorted(targets, targets)
    layers = int(rank.max(initial=0)) + 1
    shape = (ends.target.shape[0], ends.source.shape[0], *geometry.kernel)
    if layers > MOST_LAYERS and prod(shape) <= FILLED_WEIGHTS:
        kernels = np.zeros(shape, np.int64)
        np.add.at(kernels, (targets, geometry.sources[live]), weights[live, None, None])
        return _conv(geometry, kernels, ends)
    sources = np.full((layers, ends.padded), -1, np.int64)
    sources[rank, targets] = geometry.sources[live]
    values = aligned(sources.shape, ends.dtype)
    values[rank, targets] = weights[live].astype(ends.dtype)
    reads = np.isin(np.arange(ends.source.shape[0]), geometry.sources[live])
    straight = _straight(sources[0], ends) if layers == 1 else None
    return Layout(DEPTHWISE, values, reads, targets=sources, window=_window(geometry), straight=straight)


def _straight(sources: Ints, ends: Ends) -> Straight | None:
    """Where one layer of source channels, -1 for none, is straight."""
    live = np.flatnonzero(sources >= 0)
    firsts = live - sources[live]
    if not len(live) or firsts[0] < 0 or (firsts != firsts[0]).any():
        return None
    first, bits = int(firsts[0]), words(ends.source.shape[0]) * WORD
    return Straight(first, first // GROUP * GROUP, min(padded_to(first + bits, GROUP), ends.padded))


def _sparse(geometry: Sparse, weights: Weights, ends: Ends) -> Layout:
    assert not isinstance(weights, np.ndarray), "a sparse geometry's weights are a CSR"
    if ends.target.shape[1:] == (1, 1) and worth_filling(weights):
        return _filled(weights.toarray(), ends)
    entries = weights.tocoo()
    sources, targets = places_last(entries.col.astype(np.int64), ends.source), entries.row.astype(np.int64)
    places = ends.target.shape[1] * ends.target.shape[2]
    y, x = np.divmod(targets % places, ends.target.shape[2])
    order = np.argsort(sources, kind="stable")
    counts = np.bincount(sources, minlength=ends.source.size)
    return Layout(
        kind=SPARSE,
        weights=entries.data[order].astype(ends.dtype),
        reads=counts.reshape(-1, ends.source.shape[0]).any(axis=0),
        index=np.concatenate(([0], np.cumsum(counts))),
        targets=((y * ends.room.pitch + x) * ends.padded + targets // places)[order],
    )


LAYOUTS: Table[Callable[[Any, Any, Ends], Layout]] = Table(
    "the exact simulator's kernels",
    {Conv2d: _conv, Depthwise: _depthwise, Dense: _dense, Pool: _pool, OneToOne: _pool, Sparse: _sparse},
)
NAMES = {WINDOWS: "windows of spikes", ALL: "rows of spikes", DEPTHWISE: "pooled spikes", SPARSE: "synapses of spikes"}


def layout(geometry: Geometry, weights: Weights, ends: Ends) -> Layout:
    """The layout of an edge's weights, in the unit of its target's sums."""
    return LAYOUTS.of(geometry, "a block")(geometry, weights, ends)


def joined(layouts: list[Layout], *, graded: bool) -> Layout:
    """WINDOWS of equal windows as one, their source channels one after the other; narrow where that can be, spikes alone."""
    if layouts[0].kind != WINDOWS:
        return layouts[0]
    whole = [joined_phases(same) for same in zip(*(layout.parts for layout in layouts), strict=True)]
    whole, narrow = (whole, False) if graded else narrowed(whole)
    reads = np.concatenate([layout.reads for layout in layouts])
    parts = tuple(part for phase in whole for part in phase.split())
    return replace(layouts[0], reads=reads, parts=parts, narrow=narrow)
