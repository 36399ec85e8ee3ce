"""Genotypes as a person writes them, one per family the schema must hold, and random tensors that fit any genotype."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from litesnn.compiler.genotype import (
    Genotype,
    LoadedGenotype,
    expected_tensors,
    load_genotype,
    parse_genotype,
    resolve,
    save_genotype,
)

Document = dict[str, Any]
STEP = 0.5


def document(**changes: Any) -> Document:
    """The smallest useful genotype: one stem, one cell of two nodes with a skip, `changes` on top."""
    base: Document = {
        "format": "litesnn.genotype",
        "version": 1,
        "name": "small",
        "input": {"shape": [2, 4, 4]},
        "timesteps": 3,
        "stem": {"channels": 3, "op": "conv3x3", "bits": 3},
        "cells": [
            {
                "channels": 3,
                "bits": 2,
                "nodes": [
                    {"inputs": [{"source": "s1", "op": "conv3x3"}]},
                    {"inputs": [{"source": "n0", "op": "conv1x1"}, {"source": "s1", "op": "skip"}]},
                ],
            }
        ],
        "head": {"classes": 4, "bits": 4, "bias": True},
    }
    return {**base, **changes}


def litesnn_cells() -> Document:
    """LitE-SNN: 8 cells of 4 nodes with two inputs each, cells 2 and 5 reduce and double the channels."""
    cells = []
    for index in range(8):
        reduces = index in (2, 5)
        first = "conv3x3" if reduces else "skip"
        nodes = [
            {"inputs": [{"source": "s0", "op": "conv3x3"}, {"source": "s1", "op": "conv3x3"}]},
            {"inputs": [{"source": "s1", "op": "conv3x3"}, {"source": "n0", "op": "skip"}]},
            {"inputs": [{"source": "n0", "op": first}, {"source": "n1", "op": "conv3x3"}]},
            {"inputs": [{"source": "n2", "op": "skip"}, {"source": "s1", "op": "conv3x3"}]},
        ]
        channels = 4 * 2 ** sum(index >= at for at in (2, 5))
        cells.append(
            {"channels": channels, "stride": 2 if reduces else 1, "bits": (1, 2, 4)[index % 3], "nodes": nodes}
        )
    return document(name="litesnn", input={"shape": [3, 16, 16]}, stem={"channels": 12}, cells=cells)


def lightsnn_cells() -> Document:
    """SNASNet/LightSNN: cells of four nodes with pooling edges and feedback, the last node is the output."""
    nodes = [
        {"inputs": [{"source": "s1", "op": "conv3x3"}]},
        {"inputs": [{"source": "s1", "op": "conv1x1"}, {"source": "n0", "op": "avgpool3x3"}]},
        {"inputs": [{"source": "n0", "op": "skip"}, {"source": "n1", "op": "conv3x3"}]},
        {"inputs": [{"source": "n2", "op": "maxpool3x3"}, {"source": "s1", "op": "skip"}]},
    ]
    backward = [
        {"source": "n3", "target": "n1", "op": "conv3x3", "bits": 4},
        {"source": "n2", "target": "n2", "op": "skip"},
        {"source": "n1", "target": "input", "op": "avgpool3x3"},
    ]
    cell = {"channels": 6, "nodes": nodes, "backward": backward, "output": "last"}
    return document(name="lightsnn", stem={"channels": 6}, cells=[cell, cell])


def vgg() -> Document:
    """A plain stack: every layer a cell of one node with its own bits, max pooling on edges, dense at the end."""

    def layer(op: str, channels: int, bits: int, **edge: Any) -> Document:
        return {
            "channels": channels,
            "bits": bits,
            "nodes": [{"inputs": [{"source": "s1", "op": op, **edge}], "stride": 1}],
            "output": "last",
        }

    cells = [
        layer("conv3x3", 8, 8),
        layer("conv3x3", 8, 4),
        layer("conv3x3", 16, 2, pool=2),
        layer("conv3x3", 16, 1, pool=2),
        layer("dense", 32, 3, pool=2),
    ]
    head = {"classes": 10, "pool": "none"}
    return document(name="vgg", input={"shape": [3, 16, 16]}, stem=None, cells=cells, head=head)


def resnet() -> Document:
    """Residual blocks as cells of two nodes: identity skips, and option-A shortcuts where a block reduces."""

    def block(channels: int, stride: int, bits: tuple[int, int]) -> Document:
        skip = {"source": "s1", "op": "skip" if stride == 1 else "shortcut"}
        nodes = [
            {"inputs": [{"source": "s1", "op": "conv3x3", "bits": bits[0]}]},
            {"inputs": [{"source": "n0", "op": "conv3x3", "bits": bits[1]}, skip]},
        ]
        return {"channels": channels, "stride": stride, "nodes": nodes, "output": "last"}

    cells = [block(4, 1, (8, 4)), block(8, 2, (4, 2)), block(8, 1, (2, 1)), block(16, 2, (5, 6))]
    return document(name="resnet", input={"shape": [3, 8, 8]}, stem={"channels": 4}, cells=cells)


def parsed(raw: Document) -> Genotype:
    """The document as a genotype; None stands for a part that is left out."""
    import json

    kept = {key: value for key, value in raw.items() if value is not None}
    return parse_genotype(json.dumps(kept).encode(), raw["name"])


def trainable(genotype: Genotype) -> Genotype:
    """The genotype with a step on every edge (all powers of two apart) and a membrane_exp on every population."""
    raw = genotype.model_dump(mode="json", exclude_none=True)
    for cell in raw["cells"]:
        for node in cell["nodes"]:
            node["membrane_exp"] = 2
            for edge in node["inputs"]:
                edge["step"] = STEP
        for edge in cell["backward"]:
            edge["step"] = STEP
    if "stem" in raw:
        raw["stem"] |= {"step": STEP, "membrane_exp": 1}
    raw["head"]["step"] = STEP
    if genotype.head.pool == "global_average":
        raw["head"]["membrane_exp"] = 0
    return Genotype.model_validate(raw)


def random_tensors(genotype: Genotype, seed: int = 0) -> dict[str, np.ndarray]:
    """Tensors that pass every check: weights, masks, normalization."""
    rng = np.random.default_rng(seed)
    tensors: dict[str, np.ndarray] = {}
    for name, (shape, dtype) in expected_tensors(genotype, resolve(genotype)).items():
        if dtype == "uint8":
            tensors[name] = (rng.random(shape) < 0.7).astype(np.uint8)
        elif name.endswith("running_var"):
            tensors[name] = rng.uniform(0.5, 2.0, shape).astype(np.float32)
        elif name.endswith("norm.weight"):
            tensors[name] = rng.uniform(0.3, 1.0, shape).astype(np.float32)
        else:
            tensors[name] = rng.normal(0, 0.5, shape).astype(np.float32)
    return tensors


def written(raw: Document, folder: Path, seed: int = 0) -> Path:
    """A trained genotype file of a document; returns its path."""
    genotype = trainable(parsed(raw))
    path = folder / f"{genotype.name}.json"
    save_genotype(genotype, random_tensors(genotype, seed), path)
    return path


def loaded(raw: Document, folder: Path, seed: int = 0) -> LoadedGenotype:
    """The same, loaded."""
    return load_genotype(written(raw, folder, seed))
