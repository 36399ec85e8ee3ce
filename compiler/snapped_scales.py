"""What snapping made of edges without weights: a shortcut is worth 1 as published, and a power of two of the weights' unit here.

Nothing is lost at deployment, the network was trained so; the labels say how far it is from the published one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.genotype.tensors import step_of
from litesnn.compiler.graph import FidelityLabel


def snapping_labels(loaded: LoadedGenotype) -> Iterator[FidelityLabel]:
    """One label for each edge without weights whose value is not the published one, of genotypes with a quantizer of their own."""
    if loaded.spec.quantizer is None or loaded.spec.norm == "edge":
        return
    for node in loaded.topology.nodes:
        for edge in node.edges:
            natural = edge.rules.natural_value
            if natural is None:
                continue
            value = np.ravel(step_of(loaded.spec, edge, loaded.trained)) / 2
            if np.any(value != natural):
                yield FidelityLabel(
                    "scales snapped to powers of two",
                    edge.place,
                    "exact",
                    f"'{edge.op}' is worth {value.min():.3g} to {value.max():.3g}, {natural:.3g} as published; trained so",
                )
