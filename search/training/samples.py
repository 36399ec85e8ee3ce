"""Quantized samples for training: a stratified validation part, shuffled batches, augmentation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from sklearn.model_selection import train_test_split
from torch import Tensor

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import Genotype, InputSpec, Mfcc, quantize_input
from litesnn.search.data import Dataset
from litesnn.search.training.augmentation import Augmentation

_CHUNK = 1024
"""Samples quantized at once: intermediate values take up to eight times the bytes of what is kept."""


@dataclass(frozen=True)
class Samples:
    """Inputs int16 (N, C, H, W), or spikes uint8 (N, T, C, H, W), as the network takes them, and labels int64 (N,).

    Attributes
    ----------
    sounds : whether x are images of sounds, whose width is time and whose rows are no places: a shift moves them in time alone
    """

    x: Tensor
    y: Tensor
    sounds: bool = False

    def to(self, device: torch.device) -> Samples:
        """The same on another device."""
        return Samples(self.x.to(device), self.y.to(device), self.sounds)


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
    encoding = dataset.input_spec.encoding
    if genotype.input.encoding != encoding:
        held = "images" if encoding == "direct" else "spikes"
        raise DataError(
            f"{dataset.name}: holds {held}; found a genotype with input encoding '{genotype.input.encoding}'; allowed: '{encoding}'"
        )
    if encoding == "spikes" and dataset.x_train.shape[1] != genotype.timesteps:
        raise DataError(
            f"{dataset.name}: holds {dataset.x_train.shape[1]} frames per sample; found timesteps = {genotype.timesteps} in the "
            "genotype; allowed: one frame per step"
        )
    if genotype.head.classes != dataset.num_classes:
        raise DataError(
            f"{dataset.name}: has {dataset.num_classes} classes; found head.classes = {genotype.head.classes} in the genotype"
        )
    whole = quantized(genotype.input, dataset.x_train, dataset.y_train)
    train, validation = stratified_split(whole, validation_fraction, seed, dataset.name)
    return Parts(train, validation, quantized(genotype.input, dataset.x_test, dataset.y_test))


def quantized(spec: InputSpec, x: npt.NDArray[np.generic], y: npt.NDArray[np.int64]) -> Samples:
    """Raw samples as the network takes them; spikes stay bytes, T of them per pixel."""
    kind = np.uint8 if spec.encoding == "spikes" else np.int16
    taken = np.empty(x.shape, kind)
    for start in range(0, len(x), _CHUNK):
        taken[start : start + _CHUNK] = quantize_input(spec, x[start : start + _CHUNK])
    labels = torch.from_numpy(np.ascontiguousarray(y))
    return Samples(torch.from_numpy(taken), labels, isinstance(spec.preprocessing, Mfcc))


def stratified_split(samples: Samples, second: float | int, seed: int, name: str) -> tuple[Samples, Samples]:
    """Two parts with equal shares of every class; `second` is the size of the second, as a fraction or a count.

    Raises
    ------
    DataError
        Where a class is too small to be split.
    """
    try:
        split = train_test_split(np.arange(len(samples.y)), test_size=second, random_state=seed, stratify=samples.y)
    except ValueError as error:
        raise DataError(f"{name}: cannot split off {second:g} of {len(samples.y)} samples: {error}") from error
    first, rest = (torch.from_numpy(part) for part in split)
    one, other = (Samples(samples.x[part], samples.y[part], samples.sounds) for part in (first, rest))
    return one, other


def batches(
    samples: Samples, batch_size: int, augmentation: Augmentation, generator: torch.Generator, least: int = 1
) -> Iterator[tuple[Tensor, Tensor]]:
    """Shuffled, augmented batches of one epoch; a last batch of one sample is left out (normalization needs two), and one of fewer
    than `least` (each process needs one)."""
    order = torch.randperm(len(samples.y), generator=generator).to(samples.y.device)
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        if len(chosen) >= max(2, least):
            yield augment(samples.x[chosen], augmentation, generator, samples.sounds), samples.y[chosen]


def augment(x: Tensor, augmentation: Augmentation, generator: torch.Generator, sounds: bool = False) -> Tensor:
    """Augmented images (N, C, H, W), each changed on its own, all frames of spikes (N, T, C, H, W) alike; the type stays.

    What comes out is contiguous: channels that lie side by side in memory would stay so through the whole network, and neither the
    kernels nor torch's normalization compute that layout quickly.
    `sounds`: shifts move along the width alone, as `Samples` has it, and repeat the frame at the border: the silence
    behind a word is not 0.
    """
    if x.ndim == 5:
        return augment(x.flatten(1, 2), augmentation, generator, sounds).reshape(x.shape)
    if augmentation.shift > 0:
        x = _shifted(x, augmentation.shift, generator, sounds)
    if augmentation.flip:
        mirrored = torch.rand(len(x), 1, 1, 1, generator=generator).to(x.device) < 0.5
        x = torch.where(mirrored, x.flip(3), x)
    if augmentation.cutout > 0:
        x = x * _outside_squares(x, augmentation.cutout, generator)
    return x


def _shifted(x: Tensor, shift: int, generator: torch.Generator, sounds: bool) -> Tensor:
    count, _, height, width = x.shape
    offsets = torch.randint(0, 2 * shift + 1, (2, count, 1), generator=generator).to(x.device)
    columns = offsets[1] + torch.arange(width, device=x.device)
    if sounds:
        frames = (columns - shift).clamp(0, width - 1)
        return x.gather(3, frames[:, None, None, :].expand(x.shape))
    padded = torch.nn.functional.pad(x, (shift, shift, shift, shift))
    rows = offsets[0] + torch.arange(height, device=x.device)
    sample = torch.arange(count, device=x.device)[:, None, None]
    return padded[sample, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2).contiguous()


def _outside_squares(x: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """1 outside each image's square, 0 inside; (N, 1, H, W) in the type of `x`."""
    count, _, height, width = x.shape

    def inside(size: int) -> Tensor:
        middles = torch.randint(0, size, (count, 1), generator=generator).to(x.device)
        places = torch.arange(size, device=x.device)
        return (places >= middles - side // 2) & (places < middles - side // 2 + side)

    rows, columns = inside(height), inside(width)
    return (~(rows[:, :, None] & columns[:, None, :]))[:, None].to(x.dtype)
