"""Weights counted: as the genotype has them, pruned ones included, or as a file from elsewhere does, whose zeros are pruned ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Graph, SynapseBlock


@dataclass(frozen=True)
class WeightFacts:
    """Weights and those that are not zero, in all, by width, and by population that they feed; and operations if none were zero.

    Attributes
    ----------
    by_bits : width -> {"weights": n, "kept": n}
    by_population : name -> (weights, kept weights); populations without trained weights are missing
    dense_operations : synaptic operations per sample if no weight and no activation were zero; padding counts as zero
    """

    weights: int
    kept: int
    by_bits: dict[str, dict[str, int]]
    by_population: dict[str, tuple[int, int]]
    dense_operations: int

    @property
    def connection_sparsity(self) -> float:
        """NeuroBench's: the fraction of weights that are zero."""
        return 1 - self.kept / self.weights if self.weights else 0.0


def genotype_facts(loaded: LoadedGenotype) -> WeightFacts:
    """Counted from a genotype's masks."""
    owners = [(node.name, edge) for node in loaded.topology.nodes for edge in node.edges]
    by_bits: dict[str, dict[str, int]] = {}
    by_population: dict[str, tuple[int, int]] = {}
    for owner, edge in [*owners, ("readout", loaded.topology.readout)]:
        if edge.weighted:
            mask = loaded.trained[f"{edge.name}.mask"]
            _count(by_bits, by_population, owner, str(edge.bits), mask.size, int(np.count_nonzero(mask)))
    return _facts(by_bits, by_population, _genotype_operations(loaded))


def graph_facts(graph: Graph) -> WeightFacts:
    """Counted from the blocks of a network from elsewhere, whose layers are edges of one or several blocks."""
    by_bits: dict[str, dict[str, int]] = {}
    by_population: dict[str, tuple[int, int]] = {}
    operations = 0
    for blocks in _edges(graph):
        first = blocks[0]
        source, target = graph[first.source], graph[first.target]
        # What one block of the layer would hold if nothing were zero; parts by sign, byte or delay do not add to it.
        whole = first.geometry.map_codes(np.ones_like)
        bits = max(block.format.num_weight_bits for block in blocks if block.format is not None)
        kept = _kept(blocks)
        total = max(whole.nnz, kept)
        _count(by_bits, by_population, target.name, str(bits), total, kept)
        operations += max(
            int(whole.fan_out(source.shape, target.shape).sum()), sum(int(graph.fan_out(b).sum()) for b in blocks)
        )
    return _facts(by_bits, by_population, operations * graph.timesteps)


def _kept(blocks: list[SynapseBlock]) -> int:
    """Weights that are not zero: the parts of one block have a sign or some bytes each of the same weights."""
    wholes: dict[str, list[SynapseBlock]] = {}
    for block in blocks:
        wholes.setdefault(block.whole, []).append(block)
    return sum(_nonzero(parts) for parts in wholes.values())


def _nonzero(parts: list[SynapseBlock]) -> int:
    if len({part.byte for part in parts}) == 1:  # parts by sign hold weights of their own
        return sum(part.geometry.nnz for part in parts)
    return int(np.count_nonzero(sum(np.abs(part.geometry.codes.astype(np.int64)) for part in parts)))


def _edges(graph: Graph) -> Iterator[list[SynapseBlock]]:
    groups: dict[str, list[SynapseBlock]] = {}
    for block in graph.blocks:
        groups.setdefault(block.edge, []).append(block)
    yield from groups.values()


def _count(
    by_bits: dict[str, dict[str, int]],
    by_population: dict[str, tuple[int, int]],
    owner: str,
    bits: str,
    total: int,
    kept: int,
) -> None:
    entry = by_bits.setdefault(bits, {"weights": 0, "kept": 0})
    entry["weights"] += total
    entry["kept"] += kept
    before = by_population.get(owner, (0, 0))
    by_population[owner] = (before[0] + total, before[1] + kept)


def _facts(
    by_bits: dict[str, dict[str, int]], by_population: dict[str, tuple[int, int]], operations: int
) -> WeightFacts:
    total, kept = (sum(entry[key] for entry in by_bits.values()) for key in ("weights", "kept"))
    return WeightFacts(
        weights=total,
        kept=kept,
        by_bits=dict(sorted(by_bits.items())),
        by_population=by_population,
        dense_operations=operations,
    )


def _genotype_operations(loaded: LoadedGenotype) -> int:
    total = 0
    for edge in loaded.topology.edges():
        height, width = edge.in_shape[1:]
        if edge.whole_map:
            total += edge.out_shape[0] * edge.fan_in
            continue
        taps = _taps_inside(height, edge.out_shape[1], edge) * _taps_inside(width, edge.out_shape[2], edge)
        pairs = min(edge.in_shape[0], edge.out_shape[0]) if edge.by_channel else edge.out_shape[0] * edge.in_shape[0]
        total += pairs * taps
    if loaded.topology.pool is not None:
        total += int(np.prod(loaded.topology.pool.in_shape))
    return total * loaded.spec.timesteps


def _taps_inside(size: int, out_size: int, edge: Any) -> int:
    """Kernel taps along one axis that fall inside the map, over all output positions."""
    positions = (
        np.arange(out_size)[:, None] * edge.stride + np.arange(edge.kernel)[None, :] * edge.dilation - edge.padding
    )
    return int(((positions >= 0) & (positions < size)).sum())
