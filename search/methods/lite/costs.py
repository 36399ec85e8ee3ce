"""Loss_MEM and Loss_COMP: what the network that the probabilities stand for would cost, with gradients to the probabilities.

`PaperCost` counts as LitE-SNN does (Eq. 12 to 14 and 18 to 20): ideal bits of all candidates, and bit-operations. `ChipCost` counts
what a chip charges for the edges that decoding keeps: memory and cores at the compiler's prices, and operations that cost the same at
any width. Both return bits, operations of one sample, and cores.
"""

from __future__ import annotations

import torch
from rich.progress import Progress
from torch import Tensor, nn

from litesnn.compiler.genotype import InputSpec
from litesnn.search.methods.lite.chip_prices import Prices, chip_prices
from litesnn.search.methods.lite.choices import Choices
from litesnn.search.methods.lite.decode import discounted, kept_shares
from litesnn.search.methods.lite.losses import expected_rate
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.widths import Relative, RelativeSizes
from litesnn.search.spaces import CONV, SKIP, SpikeDhsSpace
from litesnn.search.spaces.spikedhs import KERNEL


class PaperCost(nn.Module):
    """Ideal bits (not weighted by alpha, as in the authors' program) and Bit-SynOps.

    Attributes
    ----------
    weights : kept weights of each candidate, (cells, edges, 2); 0 for an identity
    synapses : the same times the map's pixels: operations if every input fires once
    widths : candidate bits, (B,)
    tolls : what keeping an edge with an operation adds to the loss, (edges, 2), which decoding heeds; None: it does not
    """

    weights: Tensor
    synapses: Tensor
    widths: Tensor
    tolls: Tensor | None

    def __init__(self, space: SpikeDhsSpace, settings: SearchSettings) -> None:
        super().__init__()
        weights = candidate_weights(space) * settings.keep
        areas = torch.tensor([plan.size[0] * plan.size[1] for plan in space.cells()], dtype=torch.float32)
        self.register_buffer("weights", weights)
        self.register_buffer("synapses", weights * areas[:, None, None])
        self.register_buffer("widths", torch.tensor(settings.bits, dtype=torch.float32))
        self.register_buffer("tolls", None)
        self.sizes = RelativeSizes(space, settings.widths)
        self.sources = [edge.source for edge in space.edges]

    def find_prices(self, bar: Progress | None = None) -> None:
        """Nothing to find: the paper's are fixed."""

    def memory(self, choices: Choices) -> Tensor:
        """Eq. 18, 19."""
        reads: Tensor = self.sizes(choices.channels()).reads
        return (self._bits(choices) * (self.weights.sum(2) * reads).sum(1)).sum()

    def operations(self, choices: Choices, rates: Tensor) -> Tensor:
        """Eq. 12, 14, 20."""
        return (self._bits(choices) * self._synaptic_operations(choices.ops(), choices, rates)).sum()

    def cores(self, choices: Choices) -> Tensor:
        """None: the paper knows no cores."""
        return torch.zeros_like(choices.psi[0])

    def _bits(self, choices: Choices) -> Tensor:
        """b_w of every cell (Eq. 19), (cells,)."""
        return choices.bits() @ self.widths

    def _synaptic_operations(self, ops: Tensor, choices: Choices, rates: Tensor) -> Tensor:
        """SynOps per sample of every cell, (cells,)."""
        spikes = expected_rate(rates, choices.steps())[:, self.sources]
        reads: Tensor = self.sizes(choices.channels()).reads
        per_edge = (ops * self.synapses).sum(2) * reads
        return (per_edge * spikes).sum(1)


class ChipCost(PaperCost):
    """Memory and cores as the compiler estimates them, and operations as the chip executes them, of the network that decoding keeps.

    Attributes
    ----------
    memory_prices, core_prices : in bits, and in cores; 0 until `find_prices`
    """

    def __init__(self, space: SpikeDhsSpace, input_spec: InputSpec, settings: SearchSettings) -> None:
        super().__init__(space, settings)
        self.space, self.input_spec, self.settings = space, input_spec, settings
        self.strength = settings.strength
        self.memory_prices, self.core_prices = Prices.none(space, settings), Prices.none(space, settings)
        self.tolls = torch.zeros(len(space.edges), 2)

    def find_prices(self, bar: Progress | None = None) -> None:
        """Estimate networks of the space for them; shows on the bar."""
        settings = self.settings
        self.memory_prices, self.core_prices = chip_prices(self.space, self.input_spec, settings, bar)
        self.tolls = settings.lambda_mem * self.memory_prices.edges + settings.lambda_cores * self.core_prices.edges

    def memory(self, choices: Choices) -> Tensor:
        """Expected bits of synapse memory over all cores."""
        expected: Tensor = self.memory_prices(*self._paid(choices))
        return expected

    def cores(self, choices: Choices) -> Tensor:
        """Expected number of cores."""
        expected: Tensor = self.core_prices(*self._paid(choices))
        return expected

    def operations(self, choices: Choices, rates: Tensor) -> Tensor:
        """Expected synaptic operations; the width of a weight does not matter to the chip."""
        return self._synaptic_operations(self._kept(choices), choices, rates).sum()

    def _paid(self, choices: Choices) -> tuple[Tensor, Tensor, Relative]:
        return self._kept(choices), choices.bits(), self.sizes(choices.channels())

    def _kept(self, choices: Choices) -> Tensor:
        """How likely an edge is kept with an operation, (edges, 2); what a sequential search has decided is certain."""
        ops = choices.ops()
        if choices.held_ops is not None:
            return ops
        return ops * kept_shares(self.space, discounted(ops, self.tolls), self.strength)[:, None]


def make_cost(space: SpikeDhsSpace, input_spec: InputSpec, settings: SearchSettings) -> PaperCost:
    """The cost that the settings name; a chip's prices are to be found yet."""
    return PaperCost(space, settings) if settings.cost == "paper" else ChipCost(space, input_spec, settings)


def candidate_weights(space: SpikeDhsSpace) -> Tensor:
    """Weights of each candidate before pruning, (cells, edges, 2)."""
    plans, edges = space.cells(), space.edges
    table = torch.zeros(len(plans), len(edges), 2)
    for plan in plans:
        for edge in edges:
            convolution = KERNEL**2 * plan.source_channels(edge.source) * plan.channels
            table[plan.index, edge.number, CONV] = convolution
            table[plan.index, edge.number, SKIP] = 0 if edge.identity else convolution
    return table
