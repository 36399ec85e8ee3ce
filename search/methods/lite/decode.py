"""From probabilities to a genotype: two inputs per node, one operation each, one width per cell, one number of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from litesnn.compiler.genotype import (
    CellSpec,
    EdgeSpec,
    Genotype,
    HeadSpec,
    InputSpec,
    NeuronSpec,
    NodeSpec,
    SearchRecord,
    StemSpec,
)
from litesnn.search.methods.lite.choices import Choices
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.widths import channels_at
from litesnn.search.spaces import CONV, SKIP, CandidateEdge, SpikeDhsSpace

KEPT_PER_NODE = 2
EdgeStrength = Literal["conv", "max"]


@dataclass(frozen=True)
class Decoded:
    """What the probabilities say: (edge, operation) pairs in the order of edge numbers, bits per cell, T, and the shares of their
    channels that the stem and each cell have; none where all have all."""

    edges: tuple[tuple[CandidateEdge, int], ...]
    bits: tuple[int, ...]
    timesteps: int
    shares: tuple[float, ...] = ()


def decode(space: SpikeDhsSpace, choices: Choices, settings: SearchSettings, tolls: Tensor | None = None) -> Decoded:
    """The likeliest network; equal probabilities go to the lower edge number, and to fewer bits and steps.

    What is held in some stage of the search plays no part: the parameters decide, and what a chip takes for the edges.
    """
    return Decoded(
        decode_edges(space, choices.alpha.detach().softmax(1), settings.strength, tolls),
        tuple(settings.bits[int(row.argmax())] for row in choices.beta.detach()),
        int(choices.psi.detach().argmax()) + 1,
        () if choices.gamma is None else tuple(settings.widths[int(row.argmax())] for row in choices.gamma.detach()),
    )


def certain(decoded: Decoded, space: SpikeDhsSpace, settings: SearchSettings) -> tuple[Tensor, Tensor, Tensor]:
    """The probabilities of operations (edges, 2), bits (cells, B) and channels (1 + cells, W) that say this network: 0 and 1."""
    ops = torch.zeros(len(space.edges), 2)
    for edge, op in decoded.edges:
        ops[edge.number, op] = 1
    places = torch.tensor([settings.bits.index(width) for width in decoded.bits])
    kept = torch.tensor([settings.widths.index(share) for share in shares_of(decoded)])
    return ops, F.one_hot(places, len(settings.bits)).float(), F.one_hot(kept, len(settings.widths)).float()


def shares_of(decoded: Decoded) -> tuple[float, ...]:
    """Shares of the stem's channels and of each cell's."""
    return decoded.shares or (1.0,) * (1 + len(decoded.bits))


def decode_edges(
    space: SpikeDhsSpace, ops: Tensor, strength: EdgeStrength = "conv", tolls: Tensor | None = None
) -> tuple[tuple[CandidateEdge, int], ...]:
    """The two strongest edges of each node from probabilities (edges, 2), each with its likelier operation.

    Tolls (edges, 2), in units of the loss, discount probabilities: what an operation costs decides where they hardly differ.
    """
    ops = discounted(ops, tolls)
    strengths = edge_strengths(ops, strength).tolist()
    kept = []
    for node in range(space.nodes):
        strongest = sorted(space.edges_into(node), key=lambda edge: (-strengths[edge.number], edge.number))
        kept += sorted(strongest[:KEPT_PER_NODE], key=lambda edge: edge.number)
    return tuple((edge, SKIP if ops[edge.number, SKIP] > ops[edge.number, CONV] else CONV) for edge in kept)


def discounted(ops: Tensor, tolls: Tensor | None) -> Tensor:
    """Probabilities (edges, 2) times exp(-toll): as a cost in the loss weighs against the logarithm of a probability."""
    return ops if tolls is None else ops * (-tolls).exp()


def edge_strengths(ops: Tensor, strength: EdgeStrength) -> Tensor:
    """By which edges are kept, (edges,), from probabilities (edges, 2): of the convolution, or of the likelier operation."""
    return ops[:, CONV] if strength == "conv" else ops.amax(1)


def kept_shares(space: SpikeDhsSpace, ops: Tensor, strength: EdgeStrength) -> Tensor:
    """How likely each edge is kept, (edges,), as far as it has a gradient: its part of its node's strengths, times the edges a node keeps."""
    strengths = edge_strengths(ops, strength)
    nodes = torch.tensor([edge.node for edge in space.edges], device=ops.device)
    totals = strengths.new_zeros(space.nodes).index_add(0, nodes, strengths)
    return (KEPT_PER_NODE * strengths / totals[nodes]).clamp_max(1.0)


def to_genotype(
    decoded: Decoded,
    space: SpikeDhsSpace,
    input_spec: InputSpec,
    settings: SearchSettings,
    name: str,
    record: SearchRecord | None = None,
) -> Genotype:
    """The untrained genotype, at the widths of `space`."""
    stem, *shares = shares_of(decoded)
    return Genotype(
        name=name,
        input=input_spec,
        timesteps=decoded.timesteps,
        neuron=NeuronSpec().resetting(settings.reset),
        norm=settings.norm,
        stem=StemSpec(
            channels=channels_at(space.channels, stem), bits=settings.bits_outside, keep=settings.keep_outside
        ),
        cells=tuple(
            CellSpec(
                channels=channels_at(plan.channels, share),
                stride=plan.stride,
                bits=bits,
                keep=settings.keep,
                nodes=_nodes(decoded, space, settings.skip_as_conv),
            )
            for plan, bits, share in zip(space.cells(), decoded.bits, shares, strict=True)
        ),
        head=HeadSpec(
            classes=space.classes,
            pool=settings.pool,
            bits=settings.bits_outside,
            keep=settings.keep_outside,
            bias=True,
        ),
        search=record,
    )


def _nodes(decoded: Decoded, space: SpikeDhsSpace, skip_as_conv: bool) -> tuple[NodeSpec, ...]:
    def spec(edge: CandidateEdge, op: int) -> EdgeSpec:
        skip = op == SKIP and edge.identity and not skip_as_conv
        return EdgeSpec(source=edge.source_name, op="skip" if skip else "conv3x3")

    return tuple(
        NodeSpec(inputs=tuple(spec(edge, op) for edge, op in decoded.edges if edge.node == node))
        for node in range(space.nodes)
    )
