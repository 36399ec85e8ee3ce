"""What accumulators can reach before anything is trained: from shapes, weight bits, kept fractions and the input's range alone.

A sum is largest where every weight is the largest code and every input at its end. One edge into a population makes the bound a
proof. Where several meet and share a normalization, their steps end up powers of two apart, which training decides: the bound is
that of equal steps, and `doublings` says how far apart they may be. Weights that training finds usually stay far below.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, prod

from litesnn.compiler.genotype import EdgePlan, EdgeSpec, Genotype, NodeSpec, Topology, resolve
from litesnn.compiler.graph import STATE_MAX, WEIGHT_SHIFT
from litesnn.compiler.profile import Profile

CURRENT_LIMIT = STATE_MAX >> WEIGHT_SHIFT
"""Largest sum that a 24-bit current holds after the shift by 6."""


@dataclass(frozen=True)
class ShapeRange:
    """One population's worst sum, in units of its smallest weight (membrane_exp 0).

    Attributes
    ----------
    synapses : most of one neuron
    bits : of its widest weights
    largest : magnitude the sum can reach
    limit : what the accumulator of the profile holds; of a layer on the host, what the current holds
    on_host : computed there
    proved_bits : widest weights that are certain to fit, up to `bits`; 0 where not even 1 bit is
    alike : several edges meet, and `largest` takes their steps to be equal
    """

    population: str
    place: str
    synapses: int
    bits: int
    largest: int
    limit: int
    on_host: bool
    proved_bits: int
    alike: bool

    @property
    def fits(self) -> bool:
        """Whether the sum stays within the limit."""
        return self.largest <= self.limit

    @property
    def proved(self) -> bool:
        """Whether no weights and no input of these shapes can overflow the accumulator."""
        return self.fits and not self.alike

    @property
    def doublings(self) -> int:
        """How many times the sum can double and still fit (below 0: how many times it has to be halved)."""
        if self.fits:
            return (self.limit // max(self.largest, 1)).bit_length() - 1
        return -((ceil(self.largest / self.limit) - 1).bit_length())


def shape_ranges(
    genotype: Genotype, profile: Profile | None = None, topology: Topology | None = None
) -> list[ShapeRange]:
    """Every population that sums weights, the readout last, in the order of computation.

    Without a profile against the registers that all chips share: the 24-bit current.
    """
    topology = topology or resolve(genotype)
    found = [
        _range(genotype, profile, node.name, node.place, node.edges, genotype.norm == "edge") for node in topology.nodes
    ]
    if topology.pool is not None:
        _, height, width = topology.pool.in_shape
        limit = _limit(profile)
        found.append(
            ShapeRange(
                population="pool",
                place="head",
                synapses=height * width,
                bits=0,
                largest=height * width,
                limit=limit,
                on_host=False,
                proved_bits=0,
                alike=False,
            )
        )
    return [*found, _range(genotype, profile, "readout", "head", (topology.readout,), False)]


def _range(
    genotype: Genotype, profile: Profile | None, name: str, place: str, edges: tuple[EdgePlan, ...], per_edge: bool
) -> ShapeRange:
    several = len(edges) > 1
    multiplier = genotype.multiplier_max if several and per_edge else 1
    direct = genotype.input.encoding == "direct"
    graded = profile is None or profile.graded_input
    on_host = direct and not graded and name != "readout" and all(edge.reads_input for edge in edges)
    limit = _limit(None if on_host else profile)
    widest = max((edge.bits for edge in edges if edge.weighted), default=0)

    def largest(most: int) -> int:
        return multiplier * sum(_largest(edge, genotype, min(edge.bits, most)) for edge in edges)

    return ShapeRange(
        population=name,
        place=place,
        synapses=sum(_taps(edge) for edge in edges),
        bits=widest,
        largest=largest(widest),
        limit=limit,
        on_host=on_host,
        proved_bits=next((bits for bits in range(widest, 0, -1) if largest(bits) <= limit), 0),
        alike=several and not per_edge,
    )


def _limit(profile: Profile | None) -> int:
    return (
        CURRENT_LIMIT
        if profile is None
        else min(profile.accumulator_limit, profile.state_limit >> WEIGHT_SHIFT, CURRENT_LIMIT)
    )


def _taps(edge: EdgePlan) -> int:
    """Synapses of the edge into one neuron, at most."""
    # The whole window, as in the proof by weights, though part of it may lie in the padding.
    if not edge.weighted:
        return edge.fan_in
    size = prod(edge.weight_shape)
    return min(edge.fan_in, size - int((1 - edge.keep) * size))


def _largest(edge: EdgePlan, genotype: Genotype, bits: int) -> int:
    spec = genotype.input
    magnitude = max(-spec.minimum, spec.maximum) if edge.reads_input and spec.encoding == "direct" else 1
    return _taps(edge) * magnitude * (2**bits - 1 if edge.weighted else 1)


def with_proved_bits(genotype: Genotype, profiles: Iterable[Profile], places: Iterable[str]) -> Genotype:
    """The genotype with fewer weight bits where its accumulators are not certain to hold on every one of some profiles.

    Parameters
    ----------
    places : of the populations that may change (`stem`, `head`, `cells[0].nodes[1]`); the others are wanted as they are
    """
    allowed, narrowest = set(places), dict[str, int]()
    for profile in profiles:
        for found in shape_ranges(genotype, profile):
            if found.place in allowed and not found.fits and found.proved_bits:
                narrowest[found.place] = min(found.proved_bits, narrowest.get(found.place, found.bits))
    changes: dict[str, object] = {}
    for place, part in (("stem", genotype.stem), ("head", genotype.head)):
        if place in narrowest and part is not None:
            changes[place] = part.model_copy(update={"bits": narrowest[place]})
    cells = []
    for index, cell in enumerate(genotype.cells):
        nodes = tuple(
            _narrowed(node, cell.bits, narrowest.get(f"cells[{index}].nodes[{j}]")) for j, node in enumerate(cell.nodes)
        )
        cells.append(cell.model_copy(update={"nodes": nodes}))
    return genotype.model_copy(update={**changes, "cells": tuple(cells)})


def _narrowed(node: NodeSpec, bits: int, most: int | None) -> NodeSpec:
    if most is None:
        return node

    def narrowed(edge: EdgeSpec) -> EdgeSpec:
        return edge.model_copy(update={"bits": most}) if (edge.bits or bits) > most else edge

    return node.model_copy(update={"inputs": tuple(narrowed(edge) for edge in node.inputs)})
