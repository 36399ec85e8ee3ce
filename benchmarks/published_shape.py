"""Genotypes of LitE-SNN's published shape at any width, with random weights: what mapping must scale to.

Eight cells of three nodes, two 3x3 convolutions into every node, reductions at the third and sixth cell, 32 x 32 input,
concatenated outputs (LitE-SNN, docs/sources.md). Weights are random: only sizes and sparsity matter here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from litesnn.compiler.genotype import Genotype, LoadedGenotype, expected_tensors, resolve

BITS = (4, 4, 2, 2, 1, 1, 2, 4)


def published_genotype(channels: int, size: int = 32, timesteps: int = 6, cells: int = 8) -> Genotype:
    """The shape with `channels` per node."""
    nodes = (("s0", "s1"), ("s1", "n0"), ("n0", "n1"))
    document: dict[str, Any] = {
        "name": f"litesnn-{channels}",
        "input": {"shape": [3, size, size]},
        "timesteps": timesteps,
        "stem": {"channels": channels, "bits": 4, "step": 0.5, "membrane_exp": 2},
        "cells": [
            {
                "channels": channels,
                "bits": BITS[index % 8],
                "stride": 2 if index in (2, 5) else 1,
                "nodes": [
                    {
                        "inputs": [{"source": source, "op": "conv3x3", "step": 0.5} for source in sources],
                        "membrane_exp": 2,
                    }
                    for sources in nodes
                ],
            }
            for index in range(cells)
        ],
        "head": {"classes": 10, "bits": 4, "step": 0.5, "membrane_exp": 0},
    }
    return Genotype.model_validate(document)


def published(channels: int, keep: float = 0.2, seed: int = 0, **shape: int) -> LoadedGenotype:
    """The genotype with random weights of which the fraction `keep` is left."""
    genotype = published_genotype(channels, **shape)
    topology = resolve(genotype)
    rng = np.random.default_rng(seed)
    tensors: dict[str, np.ndarray] = {}
    for name, (dims, dtype) in expected_tensors(genotype, topology).items():
        if dtype == "uint8":
            tensors[name] = (rng.random(dims, np.float32) < keep).astype(np.uint8)
        elif name.endswith(("running_var", "norm.weight")):
            tensors[name] = np.full(dims, 1.0, np.float32)
        elif name.endswith(("running_mean", "norm.bias")):
            tensors[name] = np.zeros(dims, np.float32)
        else:
            tensors[name] = rng.standard_normal(dims, np.float32)
    return LoadedGenotype(genotype, topology, tensors, b"")
