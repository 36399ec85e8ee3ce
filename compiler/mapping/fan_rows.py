"""What a fan takes on a core, what sparse lists do, and kernel rows: the same wherever the slice lies on the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import ListFormat, ListRule, encode_cost, kernel_rows
from litesnn.compiler.encoding.shared_kernel import windowed
from litesnn.compiler.graph import Population, SynapseBlock
from litesnn.compiler.mapping.model import Interval, Shape

Ints = npt.NDArray[np.int64]
Stored = tuple[int, int, int]
"""Words, axons, and words of the longest list."""


@dataclass(frozen=True, eq=False)
class Use:
    """What boxes of one channel range take, by row and column interval, (rows, columns) each; `longest` list in words."""

    words: Ints
    axons: Ints
    longest: Ints


class BlockTaps:
    """One block as per-tap synapse counts."""

    def __init__(self, block: SynapseBlock, source: Population, target: Population) -> None:
        self.rows, self.columns = block.geometry.tap_axes(source.shape)
        self.counts = block.geometry.tap_counts(source.shape, target.shape)
        """Synapses from each source channel through each tap into a range of target channels: (C, kh, kw)."""


def stored_rows(
    blocks: Sequence[SynapseBlock],
    formats: Sequence[ListFormat],
    taps: Sequence[BlockTaps],
    rule: ListRule,
    shape: Shape,
    channels: Interval,
) -> Stored:
    """Rows of blocks of one window onto a range of channels; `shape` of the source, an axon per part that rows hold."""
    window = blocks[0].geometry.window
    every = window is not None and not window.depthwise and rule.row_encodings == ("dense",)

    def stored(part: Interval) -> Stored:
        return _dense(formats, taps, rule, part) if every else _encoded(blocks, formats, rule, shape, part)

    words, axons, longest = zip(*map(stored, rule.row_parts(channels)), strict=True)
    return sum(words), sum(axons), max(longest)


def sparse_bits(counts: Sequence[Ints], formats: Sequence[ListFormat], rule: ListRule, index_bits: int) -> Ints:
    """Bits of sparse lists of so many synapses of each block, in the blocks' formats."""
    bits: Ints = np.sum(
        [
            count * (form.synapse_bits + index_bits) + rule.header_bits * -(-count // rule.entry_synapses)
            for count, form in zip(counts, formats, strict=True)
        ],
        axis=0,
    )
    return bits


def _encoded(
    blocks: Sequence[SynapseBlock], formats: Sequence[ListFormat], rule: ListRule, shape: Shape, channels: Interval
) -> Stored:
    lists = kernel_rows(windowed(block.geometry for block in blocks), formats, shape, channels)
    cost = encode_cost(lists, rule)
    return cost.words, int(cost.words > 0), cost.longest


def _dense(formats: Sequence[ListFormat], taps: Sequence[BlockTaps], rule: ListRule, channels: Interval) -> Stored:
    """`_encoded` of rows that are all dense, from counts: what the encoder gives, a hundred times faster."""
    counts = [part.counts(channels) for part in taps]
    bits = np.zeros(counts[0].shape, np.int64)
    for count, form in zip(counts, formats, strict=True):
        bits += (count > 0) * (rule.header_bits + (channels[1] - channels[0]) * form.synapse_bits)
    read: npt.NDArray[np.bool_] = np.any([count.any(axis=(1, 2)) for count in counts], axis=0)
    words: Ints = np.maximum(rule.words(bits[read]), 1)
    return int(words.sum()), int(words.size > 0), int(words.max(initial=0))
