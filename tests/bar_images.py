"""The smallest problem that a network can learn: horizontal bars against vertical ones; a data set and a genotype for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from litesnn.compiler.genotype import save_genotype
from litesnn.compiler.genotype.schema import CellSpec, EdgeSpec, Genotype, HeadSpec, InputSpec, NodeSpec, StemSpec
from litesnn.search.data import Dataset


def bars(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Images 6 x 6 with a horizontal bar (class 0) or a vertical one (class 1), and noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    images = rng.integers(0, 4, (count, 1, 6, 6))
    for image, label, place in zip(images, labels, rng.integers(1, 5, count), strict=True):
        image[0, place if label == 0 else slice(None), slice(None) if label == 0 else place] = 15
    return images.astype(np.uint8), labels.astype(np.int64)


def bar_dataset() -> Dataset:
    spec = InputSpec(shape=(1, 6, 6), std=(16.0,), scale=0.0625, minimum=0, maximum=16)
    return Dataset("bars", *bars(160, 0), *bars(80, 1), num_classes=2, input_spec=spec)


def bar_genotype(folder: Path, norm: str = "node", keep: float = 0.5) -> Path:
    first = NodeSpec(inputs=(EdgeSpec(source="s0", op="conv3x3"), EdgeSpec(source="s1", op="skip")))
    second = NodeSpec(inputs=(EdgeSpec(source="n0", op="conv3x3"), EdgeSpec(source="n0", op="maxpool3x3")))
    genotype = Genotype(
        name="bars",
        input=bar_dataset().input_spec,
        timesteps=3,
        norm=norm,
        stem=StemSpec(channels=4),
        cells=(CellSpec(channels=4, nodes=(first, second), keep=keep, bits=2),),
        head=HeadSpec(classes=2, pool="none", bias=True),
    )
    save_genotype(genotype, None, folder / "bars.json")
    return folder / "bars.json"
