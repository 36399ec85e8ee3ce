"""What a chip charges for a network of the space, as prices of its parts: the compiler's estimates of random networks, by least squares.

A price is marginal: partition, copies, padding, delays and readout are in the estimates, and what they have to do with an edge, a
width or a channel is in its price, as far as it adds up. Where channels are a choice, an edge is paid by its synapses, a cell's bits by its
weights, and neurons by their channels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from rich.progress import Progress
from torch import Tensor, nn

from litesnn.base.errors import CompileError, SearchError
from litesnn.compiler.estimate import Estimate, estimate
from litesnn.compiler.genotype import InputSpec
from litesnn.compiler.profile import Profile, load_profile
from litesnn.search.methods.lite.decode import KEPT_PER_NODE, Decoded, certain, to_genotype
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.widths import Relative, RelativeSizes
from litesnn.search.spaces import CONV, SKIP, SpikeDhsSpace

_WORD_BITS = 64
_PER_PRICE = 3
"""Networks estimated for each unknown price."""
_SAME = 1e-5
"""Directions this much weaker than the strongest are rounding of sizes: prices are not told apart along them."""


class Prices(nn.Module):
    """`base` + the price of every kept edge with its operation + the price of every cell's bits + the price of its channels.

    Attributes
    ----------
    base : ()
    edges : (edges, 2), summed over all cells
    bits : (cells, B)
    channels : (1 + cells,), of all channels of the stem and of each cell; 0 where they are no choice
    """

    base: Tensor
    edges: Tensor
    bits: Tensor
    channels: Tensor

    def __init__(self, base: Tensor, edges: Tensor, bits: Tensor, channels: Tensor) -> None:
        super().__init__()
        self.register_buffer("base", base)
        self.register_buffer("edges", edges)
        self.register_buffer("bits", bits)
        self.register_buffer("channels", channels)

    @classmethod
    def none(cls, space: SpikeDhsSpace, settings: SearchSettings) -> Prices:
        """Nothing costs anything: what a checkpoint's prices are put into."""
        cells = len(space.levels)
        shapes = ((), (len(space.edges), 2), (cells, len(settings.bits)), (1 + cells,))
        return cls(*(torch.zeros(shape) for shape in shapes))

    def forward(self, kept: Tensor, bits: Tensor, sizes: Relative) -> Tensor:
        """Expected charge, from the probability that an edge is kept with an operation (edges, 2), of bits (cells, B), and sizes."""
        edges, cells, channels = parts_paid(kept, bits, sizes)
        return self.base + (edges * self.edges).sum() + (cells * self.bits).sum() + (channels * self.channels).sum()


def parts_paid(kept: Tensor, bits: Tensor, sizes: Relative) -> tuple[Tensor, Tensor, Tensor]:
    """How much of each price is paid: of edges (edges, 2), bits (cells, B) and channels (1 + cells,)."""
    return kept * sizes.edges[:, None], bits * sizes.cells[:, None], sizes.own


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


Measure = Callable[[Estimate, Decoded], float]


def _memory(found: Estimate, network: Decoded) -> float:
    return float(_WORD_BITS * found.synapse_words)


def _cores(found: Estimate, network: Decoded) -> float:
    return found.cores


def _neurons(found: Estimate, network: Decoded) -> float:
    return found.neurons


def _depth(found: Estimate, network: Decoded) -> float:
    return found.latency - network.timesteps


MEASURES: Mapping[str, Measure] = {"memory": _memory, "cores": _cores, "neurons": _neurons, "depth": _depth}
"""What there can be prices for: bits of synapse memory, cores, neurons, and the steps of latency beyond those of a sample."""


def chip_prices(
    space: SpikeDhsSpace,
    input_spec: InputSpec,
    settings: SearchSettings,
    bar: Progress | None = None,
    *,
    profile: Profile | None = None,
    measures: Sequence[str] = ("memory", "cores"),
) -> tuple[Prices, ...]:
    """Prices of each measure on a profile, by default in bits of synapse memory and in cores on the chip that `settings.cost` names.

    Networks are drawn by seed; there are three times as many as prices. One that the chip cannot hold at all has no estimate, and is
    left out.

    Raises
    ------
    CompileError
        Where the chip can hold none of them.
    """
    networks = list(random_networks(space, settings, _PER_PRICE * _unknowns(space, settings), settings.seed))
    networks, charges = charges_of(networks, space, input_spec, settings, bar, profile=profile, measures=measures)
    return _fit(space, settings, networks, charges)


def charges_of(
    networks: Sequence[Decoded],
    space: SpikeDhsSpace,
    input_spec: InputSpec,
    settings: SearchSettings,
    bar: Progress | None = None,
    *,
    profile: Profile | None = None,
    measures: Sequence[str] = ("memory", "cores"),
) -> tuple[list[Decoded], Tensor]:
    """The networks that have an estimate, and what it charges for them, (networks, measures)."""
    profile = profile or load_profile(settings.cost)
    shown = bar or Progress(disable=True)
    held, charges, refusal = [], [], CompileError("no network to estimate")
    for network in shown.track(networks, description=f"prices of {profile.name}"):
        try:
            found = estimate(to_genotype(network, space, input_spec, settings, "priced"), profile)
        except CompileError as error:
            refusal = error
            continue
        held.append(network)
        charges.append([MEASURES[name](found, network) for name in measures])
    if not held:
        raise refusal
    return held, torch.tensor(charges).double()


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
        shares = tuple(settings.widths[below(len(settings.widths))] for _ in range(1 + len(space.levels)))
        yield Decoded(tuple(edges), widths, settings.timesteps, shares if len(settings.widths) > 1 else ())


def _unknowns(space: SpikeDhsSpace, settings: SearchSettings) -> int:
    candidates = sum(2 if edge.identity else 1 for edge in space.edges)
    groups = 1 + len(space.levels) if len(settings.widths) > 1 else 0
    return 1 + candidates + len(space.levels) * len(settings.bits) + groups


def _fit(
    space: SpikeDhsSpace, settings: SearchSettings, networks: Sequence[Decoded], charges: Tensor
) -> tuple[Prices, ...]:
    """Prices of each column of charges (networks, targets); where the parts of a sum cannot be told apart, the smallest ones."""
    edges, cells = len(space.edges), len(space.levels)
    sizes = RelativeSizes(space, settings.widths)
    paid = [
        parts_paid(ops, bits, sizes(channels))
        for ops, bits, channels in (certain(n, space, settings) for n in networks)
    ]
    parts = torch.stack([torch.cat([part.flatten() for part in of_one]) for of_one in paid]).double()
    middle = charges.mean(0)
    solution = torch.linalg.lstsq(parts - parts.mean(0), charges - middle, rcond=_SAME, driver="gelsd").solution
    bases = middle - parts.mean(0) @ solution
    found = []
    for base, prices in zip(bases, solution.T, strict=True):
        per_edge, per_bits, per_channels = prices.split([2 * edges, cells * len(settings.bits), 1 + cells])
        per_edge = per_edge.reshape(edges, 2).clone()
        for edge in space.edges:
            if not edge.identity:
                per_edge[edge.number, SKIP] = per_edge[edge.number, CONV]
        found.append(
            Prices(base.float(), per_edge.float(), per_bits.reshape(cells, -1).float(), per_channels.float().clone())
        )
    return tuple(found)
