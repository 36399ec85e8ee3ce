"""What a chip charges for a network of the space, as prices of its parts: the compiler's estimates of random networks, by least squares.

A price is marginal: partition, copies, padding, delays and readout are in the estimates, and what they have to do with an edge or a
width is in its price, as far as it adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from rich.progress import Progress
from torch import Tensor, nn

from litesnn.base.errors import SearchError
from litesnn.compiler.estimate import estimate
from litesnn.compiler.genotype import InputSpec
from litesnn.compiler.profile import load_profile
from litesnn.search.methods.lite.decode import KEPT_PER_NODE, Decoded, certain, to_genotype
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.spaces import CONV, SKIP, SpikeDhsSpace

_WORD_BITS = 64
_PER_PRICE = 3
"""Networks estimated for each unknown price."""


class Prices(nn.Module):
    """`base` + the price of every kept edge with its operation + the price of every cell's width.

    Attributes
    ----------
    base : ()
    edges : (edges, 2), summed over all cells
    widths : (cells, B)
    """

    base: Tensor
    edges: Tensor
    widths: Tensor

    def __init__(self, base: Tensor, edges: Tensor, widths: Tensor) -> None:
        super().__init__()
        self.register_buffer("base", base)
        self.register_buffer("edges", edges)
        self.register_buffer("widths", widths)

    def forward(self, kept: Tensor, widths: Tensor) -> Tensor:
        """Expected charge, from the probability that an edge is kept with an operation (edges, 2) and of widths (cells, B)."""
        return self.base + (kept * self.edges).sum() + (widths * self.widths).sum()


def check_reset(settings: SearchSettings) -> None:
    """Refuse, with a `SearchError`, subtractions at the prices of a chip whose neurons are fixed: what is found would not fit it."""
    if (
        settings.reset != "zero"
        and settings.cost != "paper"
        and not load_profile(settings.cost).neuron.programmable.value
    ):
        raise SearchError(
            f"reset: found '{settings.reset}' with cost '{settings.cost}', whose neurons are fixed; allowed: 'zero', or cost 'paper', "
            "'loihi2'"
        )


def chip_prices(
    space: SpikeDhsSpace, input_spec: InputSpec, settings: SearchSettings, bar: Progress | None = None
) -> tuple[Prices, Prices]:
    """Prices in bits of synapse memory and in cores on the chip that `settings.cost` names.

    Networks are drawn by seed; there are three times as many as prices.
    """
    networks = list(random_networks(space, settings, _PER_PRICE * _unknowns(space, settings), settings.seed))
    memory, cores = _fit(space, settings, networks, charges_of(networks, space, input_spec, settings, bar))
    return memory, cores


def charges_of(
    networks: Sequence[Decoded],
    space: SpikeDhsSpace,
    input_spec: InputSpec,
    settings: SearchSettings,
    bar: Progress | None = None,
) -> Tensor:
    """Bits of synapse memory and cores of each network, (networks, 2), as the compiler estimates them."""
    profile = load_profile(settings.cost)
    shown = bar or Progress(disable=True)
    estimates = [
        estimate(to_genotype(network, space, input_spec, settings, "priced"), profile)
        for network in shown.track(networks, description=f"prices of {settings.cost}")
    ]
    return torch.tensor([[_WORD_BITS * found.synapse_words, found.cores] for found in estimates]).double()


def random_networks(space: SpikeDhsSpace, settings: SearchSettings, count: int, seed: int) -> Iterator[Decoded]:
    """Networks as decoding gives them, all choices equally likely; T is the largest."""
    generator = torch.Generator().manual_seed(seed)

    def below(limit: int) -> int:
        return int(torch.randint(limit, (1,), generator=generator))

    for _ in range(count):
        edges = []
        for node in range(space.nodes):
            candidates = space.edges_into(node)
            order = torch.randperm(len(candidates), generator=generator)[:KEPT_PER_NODE]
            for edge in (candidates[place] for place in sorted(order.tolist())):
                edges.append((edge, below(2) if edge.identity else CONV))
        widths = tuple(settings.bits[below(len(settings.bits))] for _ in space.levels)
        yield Decoded(tuple(edges), widths, settings.timesteps)


def _unknowns(space: SpikeDhsSpace, settings: SearchSettings) -> int:
    candidates = sum(2 if edge.identity else 1 for edge in space.edges)
    return 1 + candidates + len(space.levels) * len(settings.bits)


def _fit(
    space: SpikeDhsSpace, settings: SearchSettings, networks: Sequence[Decoded], charges: Tensor
) -> tuple[Prices, ...]:
    """Prices of each column of charges (networks, targets); where the parts of a sum cannot be told apart, the smallest ones."""
    edges, widths = len(space.edges), len(settings.bits)
    paid = [torch.cat([part.flatten() for part in certain(network, space, settings)]) for network in networks]
    parts = torch.stack(paid).double()
    middle = charges.mean(0)
    solution = torch.linalg.lstsq(parts - parts.mean(0), charges - middle, driver="gelsd").solution
    bases = middle - parts.mean(0) @ solution
    found = []
    for base, prices in zip(bases, solution.T, strict=True):
        per_edge = prices[: 2 * edges].reshape(edges, 2)
        for edge in space.edges:
            if not edge.identity:
                per_edge[edge.number, SKIP] = per_edge[edge.number, CONV]
        per_width = prices[2 * edges :].reshape(len(space.levels), widths)
        found.append(Prices(base.float(), per_edge.float(), per_width.float()))
    return tuple(found)
