"""What a population sends during a batch, kept as the words its readers want."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

from litesnn.compiler.graph import Population
from litesnn.runtime.exact.tensors.layout import maps
from litesnn.runtime.exact.tensors.words import Packing


class Values:
    """Values of all steps and lanes of one population.

    Parameters
    ----------
    steps : that are kept; 1 where the same is sent at every step
    lasts : steps for which something is sent; nothing is, after them
    packings : which words are kept
    dtype : of what is sent: float32 for spikes and inputs, float64 for wide messages
    """

    def __init__(
        self,
        population: Population,
        steps: int,
        lasts: int,
        lanes: int,
        packings: Collection[Packing],
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        self.lasts = lasts
        self._words = {
            packing: maps(steps, packing.words(lanes), population.shape, dtype, device) for packing in packings
        }

    def write(self, step: int, sent: Tensor) -> None:
        """Keep what is sent at a step, (B, C, H, W)."""
        for packing, words in self._words.items():
            packing.pack(sent, words[step])

    def words(self, packing: Packing) -> Tensor:
        """Words (S, W, C, H, W')."""
        return self._words[packing]

    def reach(self) -> tuple[int, int]:
        """Smallest and largest value sent, of values that are kept unpacked."""
        values = self._words[Packing()]
        return int(values.min()), int(values.max())
