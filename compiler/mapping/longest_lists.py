"""The longest population lists between populations, for any range of target channels: counted, never made.

A class says which taps of the kernel a source position reaches the target through (`mapping.windows`), wherever that is and
whatever margin there is around it. What is counted here holds for all fans of one population whose axes are the same, at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.class_lists import by_class
from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.model import Interval

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
EXACT = 2**24  # whole numbers below it are exact in single precision, which takes half the time


class LongestLists:
    """Of fans with the same axes, in their formats, stored sparse: what lists take at most, whatever encoding they get.

    The blocks of a fan stand in layers, so that its lists are sums over layers, of nothing where a fan has fewer blocks.
    """

    def __init__(self, fans: Sequence[Fan]) -> None:
        self.fans, self.rule = tuple(fans), fans[0].rule
        self.layers = max(len(fan.parts) for fan in fans)
        # Nothing reaches the first class.
        rows, columns = (axis.classes[1:] for axis in (fans[0].rows, fans[0].columns))
        most = fans[0].target.shape[0] * rows.shape[1] * columns.shape[1]
        bits = max(form.synapse_bits for fan in fans for form in fan.formats) + self.rule.index_widths[-1]
        exact = self.layers * most * (bits + self.rule.header_bits) < EXACT
        self.dtype = np.dtype(np.float32 if exact else np.float64)
        self.classes = rows.astype(self.dtype), columns.astype(self.dtype)
        self._known: dict[tuple[Interval, int], Floats] = {}

    def words(self, channels: Interval, index_widths: Sequence[int]) -> list[Floats]:
        """Words of the longest list of any source channel, for each index width; (fans, row class, column class) each."""
        missing = [width for width in index_widths if (channels, width) not in self._known]
        if missing:
            bits, synapses, first = self._bits(channels)
            for width in missing:
                most = np.maximum.reduceat(bits + width * synapses, first, axis=1).transpose(1, 0, 2)
                words = self.rule.words(most.astype(np.int64))
                found = self._known[channels, width] = np.zeros((len(words), *(size + 1 for size in words.shape[1:])))
                found[:, 1:, 1:] = words
        return [self._known[channels, width] for width in index_widths]

    def _bits(self, channels: Interval) -> tuple[Any, Any, Ints]:
        """Bits without indices, and synapses, of the list of every source channel, (row class, source channel, column class).

        Of source channels that are read, and one more of each fan; the third are the numbers of the first one of each fan.
        """
        counts = [[part.counts(channels) for part in fan.parts] for fan in self.fans]
        read = [np.flatnonzero(np.any([part.any(axis=(1, 2)) for part in own], axis=0)) for own in counts]
        first = np.cumsum([0, *(len(own) + 1 for own in read)])
        (height, width), shape = (classes.shape[1] for classes in self.classes), (self.layers, int(first[-1]))
        taps, synapse = np.zeros((height, *shape, width), self.dtype), np.zeros((*shape, 1), self.dtype)
        for fan, own, some, start in zip(self.fans, counts, read, first.tolist(), strict=False):
            for layer, (part, form) in enumerate(zip(own, fan.formats, strict=True)):
                taps[:, layer, start : start + len(some)] = part[some].transpose(1, 0, 2)
                synapse[layer, start : start + len(some)] = form.synapse_bits
        found = by_class(taps.reshape(height, -1, width), *self.classes).reshape(-1, *shape, self.classes[1].shape[0])
        bits = found * synapse + self.rule.header_bits * np.ceil(found / self.rule.entry_synapses)
        return bits.sum(axis=1), found.sum(axis=1), first[:-1]
