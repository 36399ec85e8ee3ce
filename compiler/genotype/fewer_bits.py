"""Fewer bits for the edges of a trained genotype: each bit less doubles the step, so that ranges stay; the weights are kept.

With `norm: node` the unit of the membrane stays what it was, where the weight exponents have room for it: thresholds and biases are
then the same integers, and no sum grows.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from litesnn.compiler.genotype.edit import edited, with_edge, with_population, with_scaled_step
from litesnn.compiler.genotype.files import Array, LoadedGenotype
from litesnn.compiler.genotype.schema import Genotype
from litesnn.compiler.genotype.tensors import code_value
from litesnn.compiler.genotype.topology import EdgePlan, NodePlan

EXPONENT_MAX = 7
"""Largest power of two by which codes are shifted up, that of the finest edge being `membrane_exp`; as training chooses it."""


def with_fewer_bits(loaded: LoadedGenotype, bits: Mapping[str, int]) -> LoadedGenotype:
    """The genotype with so many bits, by edge; others keep theirs.

    Raises
    ------
    GenotypeError
        Without weights.
    """
    spec, tensors = loaded.spec, loaded.trained
    for edge in loaded.topology.edges():
        if edge.name in bits:
            spec, tensors = narrowed(spec, tensors, edge, bits[edge.name])
    if loaded.spec.norm == "node":
        for node in loaded.topology.nodes:
            spec = _with_unit_kept(spec, loaded, node, bits)
    return edited(spec, tensors)


def narrowed(
    spec: Genotype, tensors: Mapping[str, Array], edge: EdgePlan, bits: int
) -> tuple[Genotype, dict[str, Array]]:
    """The genotype and its tensors with so many bits for an edge, and its step as much coarser."""
    spec, scaled = with_scaled_step(spec, tensors, edge, 2.0 ** (edge.bits - bits))
    return with_edge(spec, edge.site, bits=bits), scaled


def _with_unit_kept(spec: Genotype, loaded: LoadedGenotype, node: NodePlan, bits: Mapping[str, int]) -> Genotype:
    """`membrane_exp` raised by as much as the smallest value of code 1 grew, in every channel, as far as exponents go."""
    assert node.membrane_exp is not None, "trained genotypes have it"
    before = np.stack([np.log2(code_value(loaded.spec, edge, loaded.trained)).ravel() for edge in node.edges])
    grown = np.array([[edge.bits - bits.get(edge.name, edge.bits)] for edge in node.edges])
    after = before + grown
    rise = int(np.rint((after.min(axis=0) - before.min(axis=0)).min()))
    room = EXPONENT_MAX - int(np.rint((after - after.min(axis=0)).max())) - node.membrane_exp
    if rise <= 0 or room <= 0:
        return spec
    return with_population(spec, node.site, membrane_exp=node.membrane_exp + min(rise, room))
