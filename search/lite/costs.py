"""Loss_MEM and Loss_COMP: what the network that the probabilities stand for would cost, with gradients to the probabilities.

`PaperCost` counts as LitE-SNN does (Eq. 12 to 14 and 18 to 20): ideal bits of all candidates, and bit-operations. `ChipCost` counts
what a chip charges: memory as it encodes the synapses, from the compiler's estimate of every candidate, and operations that cost
the same at any width. Both return bits, and operations of one sample.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn

from litesnn.compiler.estimate import estimate_edges
from litesnn.compiler.genotype import InputSpec
from litesnn.search.lite.choices import Choices
from litesnn.search.lite.decode import Decoded, to_genotype
from litesnn.search.lite.losses import expected_rate
from litesnn.search.lite.settings import SearchSettings
from litesnn.search.spaces import CONV, SKIP, SpikeDhsSpace
from litesnn.search.spaces.spikedhs import KERNEL


class Cost(Protocol):
    """What the two cost terms need."""

    def memory(self, choices: Choices) -> Tensor:
        """Expected bits of the cells' weights."""

    def operations(self, choices: Choices, rates: Tensor) -> Tensor:
        """Expected operations per sample, from rates (cells, sources, T) that carry no gradient."""


class PaperCost(nn.Module):
    """Ideal bits (not weighted by alpha, as in the authors' program) and Bit-SynOps.

    Attributes
    ----------
    weights : kept weights of each candidate, (cells, edges, 2); 0 for an identity
    synapses : the same times the map's pixels: operations if every input fires once
    widths : candidate bits, (B,)
    """

    weights: Tensor
    synapses: Tensor
    widths: Tensor

    def __init__(self, space: SpikeDhsSpace, settings: SearchSettings) -> None:
        super().__init__()
        weights = candidate_weights(space) * settings.keep
        areas = torch.tensor([plan.size[0] * plan.size[1] for plan in space.cells()], dtype=torch.float32)
        self.register_buffer("weights", weights)
        self.register_buffer("synapses", weights * areas[:, None, None])
        self.register_buffer("widths", torch.tensor(settings.bits, dtype=torch.float32))
        self.sources = [edge.source for edge in space.edges]

    def memory(self, choices: Choices) -> Tensor:
        """Eq. 18, 19."""
        return (self._bits(choices) * self.weights.sum((1, 2))).sum()

    def operations(self, choices: Choices, rates: Tensor) -> Tensor:
        """Eq. 12, 14, 20."""
        return (self._bits(choices) * self._synaptic_operations(choices, rates)).sum()

    def _bits(self, choices: Choices) -> Tensor:
        """b_w of every cell (Eq. 19), (cells,)."""
        return choices.bits() @ self.widths

    def _synaptic_operations(self, choices: Choices, rates: Tensor) -> Tensor:
        """SynOps per sample of every cell, (cells,)."""
        spikes = expected_rate(rates, choices.steps())[:, self.sources]
        per_edge = (choices.ops() * self.synapses).sum(2)
        return (per_edge * spikes).sum(1)


class ChipCost(PaperCost):
    """Memory as the chip encodes it and operations as it executes them.

    Attributes
    ----------
    encoded : bits of each candidate at each width, (cells, edges, 2, B)
    """

    encoded: Tensor

    def __init__(self, space: SpikeDhsSpace, input_spec: InputSpec, settings: SearchSettings) -> None:
        super().__init__(space, settings)
        self.register_buffer("encoded", encoded_bits(space, input_spec, settings))

    def memory(self, choices: Choices) -> Tensor:
        """Expected encoded bits under alpha and beta."""
        return torch.einsum("eo,cb,ceob->", choices.ops(), choices.bits(), self.encoded)

    def operations(self, choices: Choices, rates: Tensor) -> Tensor:
        """Expected synaptic operations; the width of a weight does not matter to the chip."""
        return self._synaptic_operations(choices, rates).sum()


def make_cost(space: SpikeDhsSpace, input_spec: InputSpec, settings: SearchSettings) -> PaperCost:
    """The cost that the settings name."""
    if settings.cost == "paper":
        return PaperCost(space, settings)
    return ChipCost(space, input_spec, settings)


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


def encoded_bits(space: SpikeDhsSpace, input_spec: InputSpec, settings: SearchSettings) -> Tensor:
    """Synapse memory of each candidate at each width on the chip that `settings.cost` names, (cells, edges, 2, B).

    Estimated on two networks per width in which every edge exists: once all convolutions, once identities where they can be.
    """
    identity = torch.tensor([edge.identity for edge in space.edges])
    skips = _encoded(space, input_spec, settings, SKIP, settings.bits[0])
    per_width = []
    for width in settings.bits:
        convolutions = _encoded(space, input_spec, settings, CONV, width)
        per_width.append(torch.stack([torch.where(identity, skips, convolutions), convolutions], dim=2))
    return torch.stack(per_width, dim=3)


def _encoded(space: SpikeDhsSpace, input_spec: InputSpec, settings: SearchSettings, op: int, width: int) -> Tensor:
    """Encoded bits of every edge with one operation and one width everywhere, (cells, edges)."""
    cells = range(len(space.levels))
    decoded = Decoded(tuple((edge, op) for edge in space.edges), (width,) * len(cells), settings.timesteps)
    found = estimate_edges(to_genotype(decoded, space, input_spec, settings, "candidates"), settings.cost)
    rows = [[found[f"cell{cell}.node{edge.node}.edge{edge.source}"] for edge in space.edges] for cell in cells]
    return torch.tensor(rows, dtype=torch.float32)
