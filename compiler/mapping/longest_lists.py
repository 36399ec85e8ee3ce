"""The longest population lists between populations, for any range of target channels: counted, never made.

A class says which taps of the kernel a source position reaches the target through (`mapping.windows`), wherever that is and
whatever margin there is around it. What is counted here holds for all fans of one population whose axes are the same, at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.class_lists import by_class
from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.model import Interval

Floats = npt.NDArray[np.float64]


class LongestLists:
    """Of fans with the same axes, in their formats, stored sparse: what lists take at most, whatever encoding they get.

    The blocks of a fan stand in layers, so that its lists are sums over layers: the arrays are (layers, source channels of all
    fans), 0 where a fan has fewer blocks.
    """

    def __init__(self, fans: Sequence[Fan]) -> None:
        self.fans, self.rule = tuple(fans), fans[0].rule
        self.classes = fans[0].rows.classes.astype(np.float64), fans[0].columns.classes.astype(np.float64)
        channels = [fan.source.shape[0] for fan in fans]
        self.first = np.cumsum([0, *channels[:-1]])
        self.size = sum(channels)
        self.synapse_bits: Floats = np.zeros((max(len(fan.parts) for fan in fans), self.size))
        for fan, first, count in zip(fans, self.first.tolist(), channels, strict=True):
            for layer, form in enumerate(fan.formats):
                self.synapse_bits[layer, first : first + count] = form.synapse_bits
        self._known: dict[tuple[Interval, int], Floats] = {}

    def words(self, channels: Interval, index_widths: Sequence[int]) -> list[Floats]:
        """Words of the longest list of any source channel, for each index width; (fans, row class, column class) each."""
        missing = [width for width in index_widths if (channels, width) not in self._known]
        if missing:
            bits, synapses = self._bits(channels)
            for width in missing:
                most = np.maximum.reduceat(bits + width * synapses, self.first, axis=1)
                words = self.rule.words(most.astype(np.int64)).astype(np.float64)
                self._known[channels, width] = np.ascontiguousarray(words.transpose(1, 0, 2))
        return [self._known[channels, width] for width in index_widths]

    def _bits(self, channels: Interval) -> tuple[Floats, Floats]:
        """Bits without indices, and synapses, of the list of every source channel: (row class, source channel, column class)."""
        layers = len(self.synapse_bits)
        taps = self._taps(channels)
        counts = by_class(taps.reshape(len(taps), -1, taps.shape[-1]), *self.classes)
        counts = counts.reshape(len(counts), layers, self.size, -1)
        entries = np.ceil(counts / self.rule.entry_synapses)
        bits = (counts * self.synapse_bits[..., None] + self.rule.header_bits * entries).sum(axis=1)
        return bits, counts.sum(axis=1)

    def _taps(self, channels: Interval) -> Floats:
        """Synapses through each tap: (kernel row, layer, source channel, kernel column)."""
        height, width = (classes.shape[1] for classes in self.classes)
        taps = np.zeros((height, *self.synapse_bits.shape, width))
        for fan, first in zip(self.fans, self.first.tolist(), strict=True):
            for layer, part in enumerate(fan.parts):
                counts = part.counts(channels)
                taps[:, layer, first : first + len(counts)] = counts.transpose(1, 0, 2)
        return taps
