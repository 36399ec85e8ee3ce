"""From the likeliest network to a smaller one, change by change, whatever saves most for the likelihood that it costs; and to a wider
one, where there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from litesnn.search.methods.lite.choices import Choices
from litesnn.search.methods.lite.decode import Decoded, decode, shares_of
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.spaces import CONV, SKIP, CandidateEdge, SpikeDhsSpace

Number = TypeVar("Number", int, float)
_SAVES = 1e-9
"""The least that a change has to save to be one."""


class Worth:
    """How likely networks are, as the parameters say, whatever a stage of the search holds."""

    def __init__(self, space: SpikeDhsSpace, choices: Choices, settings: SearchSettings) -> None:
        self.space, self.choices, self.settings = space, choices, settings
        self._edges: list[list[float]] = choices.alpha.detach().log_softmax(1).tolist()
        self._bits: list[list[float]] = choices.beta.detach().log_softmax(1).tolist()
        self._steps: list[float] = choices.psi.detach().log_softmax(0).tolist()
        self._shares: list[list[float]] = (
            [] if choices.gamma is None else choices.gamma.detach().log_softmax(1).tolist()
        )

    def of(self, network: Decoded) -> float:
        """The logarithm of a network's likelihood, but for a constant."""
        settings = self.settings
        total = sum(self._edges[edge.number][op] for edge, op in network.edges) + self._steps[network.timesteps - 1]
        total += sum(row[settings.bits.index(bits)] for row, bits in zip(self._bits, network.bits, strict=True))
        if self._shares:
            shares = shares_of(network)
            total += sum(row[settings.widths.index(share)] for row, share in zip(self._shares, shares, strict=True))
        return total

    def likeliest(self) -> Decoded:
        """What decoding gives without limits."""
        return decode(self.space, self.choices, self.settings)

    def changes(self, network: Decoded) -> Iterator[Decoded]:
        """All networks that differ in one choice."""
        for bits in self._each(network.bits, self.settings.bits):
            yield replace(network, bits=bits)
        if self._shares:
            for shares in self._each(shares_of(network), self.settings.widths):
                yield replace(network, shares=shares)
        for steps in range(1, self.settings.timesteps + 1):
            if steps != network.timesteps:
                yield replace(network, timesteps=steps)
        kept = {edge.number for edge, _ in network.edges}
        for place, (edge, op) in enumerate(network.edges):
            for other in self.space.edges_into(edge.node):
                if other.number == edge.number or other.number not in kept:
                    for operation in self._operations(other):
                        if (other.number, operation) != (edge.number, op):
                            edges = (*network.edges[:place], (other, operation), *network.edges[place + 1 :])
                            yield replace(network, edges=tuple(sorted(edges, key=lambda pair: pair[0].number)))

    def _operations(self, edge: CandidateEdge) -> tuple[int, ...]:
        """Of an edge that has no identity the likelier one: both are convolutions."""
        if edge.identity:
            return (SKIP, CONV)
        skip, conv = self._edges[edge.number]
        return (SKIP if skip > conv else CONV,)

    @staticmethod
    def _each(now: tuple[Number, ...], candidates: tuple[Number, ...]) -> Iterator[tuple[Number, ...]]:
        for place, value in enumerate(now):
            for other in candidates:
                if other != value:
                    yield tuple(other if at == place else kept for at, kept in enumerate(now))


def wider(network: Decoded, worth: Worth, excess: Callable[[Decoded], float]) -> Decoded:
    """The network with the channels that there is room for: one stem or cell after the other gets its next share, the likeliest of
    those that leave no excess."""
    shares, candidates = list(shares_of(network)), worth.settings.widths
    while True:
        found = []
        for place, share in enumerate(shares):
            if share < candidates[-1]:
                more = candidates[candidates.index(share) + 1]
                other = replace(network, shares=(*shares[:place], more, *shares[place + 1 :]))
                if excess(other) <= _SAVES:
                    found.append(other)
        if not found:
            return network
        network = max(found, key=worth.of)
        shares = list(shares_of(network))


def smaller(start: Decoded, worth: Worth, excess: Callable[[Decoded], float]) -> Decoded:
    """The first network without excess that is reached by changing one choice at a time, each the one that costs least likelihood
    for what it saves; the one with the least excess where none gets rid of it."""
    network, over = start, excess(start)
    while over > _SAVES:
        best: tuple[float, Decoded, float] | None = None
        now = worth.of(network)
        for other in worth.changes(network):
            left = excess(other)
            if over - left > _SAVES:
                price = (now - worth.of(other)) / (over - left)
                if best is None or price < best[0]:
                    best = price, other, left
        if best is None:
            break
        _, network, over = best
    return network
