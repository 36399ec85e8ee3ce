"""A network's size, operations and energy as papers on searched spiking networks count them (LitE-SNN, Eq. 12 to 20, Table 5;
QP-SNN, Eq. 16).

Ideal figures: no index, header or padding of any memory, no border of any map. `docs/accounting.md` sets them beside NeuroBench's
and the chip's. A megabyte is 10^6 bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import fsum
from typing import Any, Literal

import numpy as np

from litesnn.compiler.genotype import EdgePlan, LoadedGenotype, Topology

ADD_PJ, MULTIPLY_PJ = 0.9, 3.7
"""45 nm, 32-bit floating point (Horowitz, ISSCC 2014): what papers multiply counted operations with.
The papers' rule, which no profile changes: a profile's `cmos45` figures are for the chip's own counts."""
FLOAT_BYTES = 4

Kept = Mapping[str, int]


@dataclass(frozen=True)
class PaperCounts:
    """What a paper's table would say of a network.

    Attributes
    ----------
    model_size : bytes: kept weights at their width, normalization in 32-bit floats
    qp_model_size : the same with the first layer and the readout in 32-bit floats (QP-SNN, Eq. 16)
    ann_macs : multiply-accumulates of one pass of an analog network of the same shape over kept weights
    ann_energy : joule, for them
    syn_ops, bit_syn_ops : per sample: additions caused by spikes, and the same times the width of their weights; None where
        nothing was simulated
    multiplications : per sample: those of the edges that read a graded input, at every step
    energy : joule per sample, or None as `syn_ops`
    """

    model_size: float
    qp_model_size: float
    ann_macs: float
    ann_energy: float
    syn_ops: float | None
    bit_syn_ops: float | None
    multiplications: float
    energy: float | None

    def document(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return asdict(self)


def paper_counts(loaded: LoadedGenotype, spikes: Mapping[str, float] | None = None) -> PaperCounts:
    """Count a genotype, with its own masks where it is trained and with exactly its kept fractions otherwise.

    Parameters
    ----------
    spikes : population -> mean spikes of a neuron per sample, summed over the steps; populations that are missing are silent
    """
    spec, topology = loaded.spec, loaded.topology
    kept = kept_weights(loaded)
    graded = spec.input.encoding == "direct"
    multiplications = sum(macs(edge, kept) * spec.timesteps for edge in topology.edges() if edge.reads_input and graded)
    ann = float(sum(macs(edge, kept) for edge in topology.edges()))
    syn_ops = bit_syn_ops = None
    if spikes is not None:
        per_edge = [
            (edge.bits, macs(edge, kept) * _mean_input(edge, spikes))
            for edge in topology.edges()
            if not (edge.reads_input and graded)
        ]
        syn_ops = fsum(operations for _, operations in per_edge)
        bit_syn_ops = fsum(bits * operations for bits, operations in per_edge)
    return PaperCounts(
        model_size=model_size(topology, spec.norm, kept),
        qp_model_size=qp_model_size(topology, spec.norm, kept),
        ann_macs=ann,
        ann_energy=joule(ann, ann),
        syn_ops=syn_ops,
        bit_syn_ops=bit_syn_ops,
        multiplications=multiplications,
        energy=None if syn_ops is None else joule(syn_ops, multiplications),
    )


def kept_weights(loaded: LoadedGenotype) -> dict[str, int]:
    """Kept weights of every weighted edge, by name."""
    if loaded.tensors is None:
        return expected_kept(loaded.topology)
    return {
        edge.name: int(np.count_nonzero(loaded.trained[f"{edge.name}.mask"]))
        for edge in loaded.topology.edges()
        if edge.weighted
    }


def expected_kept(topology: Topology) -> dict[str, int]:
    """What pruning leaves of every weighted edge: all but int((1 - keep) * weights)."""
    sizes = {edge.name: (int(np.prod(edge.weight_shape)), edge.keep) for edge in topology.edges() if edge.weighted}
    return {name: size - int((1 - keep) * size) for name, (size, keep) in sizes.items()}


def model_size(topology: Topology, norm: Literal["node", "edge"], kept: Kept | None = None) -> float:
    """Bytes: kept weights times their bits, and scale and offset of every normalized channel in 32-bit floats."""
    counts = expected_kept(topology) if kept is None else kept
    weights = sum(counts[edge.name] * edge.bits / 8 for edge in topology.edges() if edge.weighted)
    normalized = sum(
        node.shape[0] * (1 if norm == "node" else sum(edge.weighted for edge in node.edges)) for node in topology.nodes
    )
    return weights + 2 * FLOAT_BYTES * normalized


def qp_model_size(topology: Topology, norm: Literal["node", "edge"], kept: Kept | None = None) -> float:
    """Bytes as QP-SNN counts: as `model_size`, but with 32-bit floats for the edges that read the input and for the readout.

    Both are in floating point there; this rule counts them so at any width. Scales per channel are not counted.
    """
    counts = expected_kept(topology) if kept is None else kept
    ends = [edge for edge in topology.edges() if edge.weighted and (edge.reads_input or edge is topology.readout)]
    return model_size(topology, norm, counts) + sum(counts[edge.name] * (FLOAT_BYTES - edge.bits / 8) for edge in ends)


def macs(edge: EdgePlan, kept: Kept) -> float:
    """Multiply-accumulates of a weighted edge for one dense input: kept weights times output pixels; 0 without weights."""
    return float(kept[edge.name] * edge.out_shape[1] * edge.out_shape[2]) if edge.weighted else 0.0


def joule(additions: float, multiplications: float) -> float:
    """Energy of counted operations in joule."""
    return (additions * ADD_PJ + multiplications * MULTIPLY_PJ) * 1e-12


def _mean_input(edge: EdgePlan, spikes: Mapping[str, float]) -> float:
    """Mean spikes of an input neuron of an edge per sample; sources side by side, weighted by their channels.

    All sources of one edge have maps of one size. A maximum before the edge is taken where it was simulated.
    """
    total = 0.0
    for index, (source, channels) in enumerate(zip(edge.sources, edge.source_channels, strict=True)):
        name = source
        if edge.max_window is not None:
            name = f"{edge.name}.max" if len(edge.sources) == 1 else f"{edge.name}.max{index}"
        total += spikes.get(name, 0.0) * channels
    return total / sum(edge.source_channels)
