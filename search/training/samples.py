"""Quantized samples for training: a stratified validation part, shuffled batches, augmentation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch import Tensor

from litesnn.compiler.genotype import Genotype, quantize_input
from litesnn.errors import DataError
from litesnn.search.data import Dataset


@dataclass(frozen=True)
class Samples:
    """Inputs int16 (N, C, H, W) as the network takes them, and labels int64 (N,)."""

    x: Tensor
    y: Tensor

    def to(self, device: torch.device) -> Samples:
        """The same on another device."""
        return Samples(self.x.to(device), self.y.to(device))


@dataclass(frozen=True)
class Parts:
    """Training and validation parts of the training set, and the held-out test set."""

    train: Samples
    validation: Samples
    test: Samples


def prepare(dataset: Dataset, genotype: Genotype, validation_fraction: float, seed: int) -> Parts:
    """Quantize with the genotype's input and split off a stratified validation part by seed.

    Raises
    ------
    DataError
        Where shape, encoding or number of classes do not fit, or a class is too small to split.
    """
    if genotype.input.encoding != "direct":
        raise DataError(
            f"{dataset.name}: holds images; found a genotype with input encoding '{genotype.input.encoding}'"
        )
    if genotype.head.classes != dataset.num_classes:
        raise DataError(
            f"{dataset.name}: has {dataset.num_classes} classes; found head.classes = {genotype.head.classes} in the genotype"
        )
    x = quantize_input(genotype.input, dataset.x_train)
    x_test = quantize_input(genotype.input, dataset.x_test)
    try:
        train, validation = train_test_split(
            np.arange(len(x)), test_size=validation_fraction, random_state=seed, stratify=dataset.y_train
        )
    except ValueError as error:
        raise DataError(f"{dataset.name}: cannot split off {validation_fraction:g} for validation: {error}") from error
    return Parts(
        _samples(x[train], dataset.y_train[train]),
        _samples(x[validation], dataset.y_train[validation]),
        _samples(x_test, dataset.y_test),
    )


def batches(
    samples: Samples, batch_size: int, shift: int, flip: bool, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Shuffled, augmented batches of one epoch; a last batch of one sample is left out (normalization needs two)."""
    order = torch.randperm(len(samples.y), generator=generator).to(samples.y.device)
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        if len(chosen) > 1:
            yield augment(samples.x[chosen], shift, flip, generator), samples.y[chosen]


def augment(x: Tensor, shift: int, flip: bool, generator: torch.Generator) -> Tensor:
    """Shift each image by up to `shift` pixels either way, filling with 0, and mirror half of them where `flip`."""
    if shift > 0:
        count, _, height, width = x.shape
        offsets = torch.randint(0, 2 * shift + 1, (2, count, 1), generator=generator).to(x.device)
        padded = torch.nn.functional.pad(x, (shift, shift, shift, shift))
        rows = offsets[0] + torch.arange(height, device=x.device)
        columns = offsets[1] + torch.arange(width, device=x.device)
        sample = torch.arange(count, device=x.device)[:, None, None]
        x = padded[sample, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    if flip:
        mirrored = torch.rand(len(x), 1, 1, 1, generator=generator).to(x.device) < 0.5
        x = torch.where(mirrored, x.flip(3), x)
    return x


def _samples(
    x: np.ndarray[tuple[int, ...], np.dtype[np.int16]], y: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> Samples:
    return Samples(torch.from_numpy(np.ascontiguousarray(x)), torch.from_numpy(np.ascontiguousarray(y)))
