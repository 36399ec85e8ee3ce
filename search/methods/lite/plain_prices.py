"""What networks that are decided take by prices, in plain numbers: decoding asks for thousands of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from litesnn.search.methods.lite.chip_prices import Prices
from litesnn.search.methods.lite.decode import Decoded, shares_of
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.widths import RelativeSizes

Floats = npt.NDArray[np.float64]


class PlainPrices:
    """The sums of `Prices`, of networks instead of probabilities."""

    def __init__(self, prices: Mapping[str, Prices], sizes: RelativeSizes, settings: SearchSettings) -> None:
        self._bits = {bits: place for place, bits in enumerate(settings.bits)}
        self._places = {share: place for place, share in enumerate(settings.widths)}
        self._shares, self._weights, self._synapses, self._readers = (
            tensor.cpu().numpy() for tensor in (sizes.shares, sizes.weights, sizes.synapses, sizes.readers)
        )
        self._inner = sizes.inner.cpu().numpy()
        self._prices = {
            name: tuple(part.cpu().double().numpy() for part in (of.base, of.edges, of.bits, of.channels))
            for name, of in prices.items()
        }

    def of(self, network: Decoded) -> dict[str, float]:
        """What a network takes, in the units of `MEASURES`."""
        places = [self._places[share] for share in shares_of(network)]
        own: Floats = self._shares[np.arange(len(places)), places].astype(np.float64)
        reads: Floats = np.where(self._inner, own[1:, None] ** 2, own[self._readers] * own[1:, None])
        edges: Floats = (reads * self._synapses).sum(0)
        cells: Floats = (reads * self._weights).sum(1)
        bits = [self._bits[width] for width in network.bits]
        numbers, ops = [edge.number for edge, _ in network.edges], [op for _, op in network.edges]
        return {
            name: float(
                base
                + (per_edge[numbers, ops] * edges[numbers]).sum()
                + (per_bits[np.arange(len(bits)), bits] * cells).sum()
                + (per_channel * own).sum()
            )
            for name, (base, per_edge, per_bits, per_channel) in self._prices.items()
        }
