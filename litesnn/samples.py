"""Samples to verify with: the genotype's own data set, a user's arrays, or seeded random inputs, said in plain words."""

from __future__ import annotations

import os
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import Genotype, check_integers, quantize_input
from litesnn.errors import DataError
from litesnn.reading import Kind, read_npy

RANDOM_SAMPLES = 64
RANDOM_SPIKE_RATE = 0.3
RANDOM_VALUES = 2**26
"""Of all random samples together: their integers take an eighth of a gigabyte, and half of one while they are drawn."""


@dataclass(frozen=True)
class Samples:
    """Integers for the network, (N, C, H, W) or (N, T, C, H, W), labels (N,) where known, and where they are from."""

    inputs: npt.NDArray[np.int16]
    labels: npt.NDArray[np.int64] | None
    origin: str


def verification_samples(
    genotype: Genotype,
    *,
    input_path: str | os.PathLike[str] | None = None,
    labels_path: str | os.PathLike[str] | None = None,
    data_dir: str | os.PathLike[str] | None = None,
    seed: int = 0,
) -> Samples:
    """The samples a verification uses.

    A user's `--input` goes first, then the data set that the genotype records (held-out test part), then random inputs.

    Raises
    ------
    DataError
        For a broken array or data set; a data set that needs a folder that was not given is no error but gives random inputs.
    """
    if input_path is not None:
        inputs = check_input(genotype, read_array(input_path))
        labels = (
            None if labels_path is None else check_labels(read_array(labels_path), len(inputs), genotype.head.classes)
        )
        return Samples(inputs, labels, f"{len(inputs)} samples of {Path(input_path).name}")
    if labels_path is not None:
        raise DataError("--labels needs --input: labels belong to the samples of one file")
    name = genotype.training.dataset if genotype.training is not None else None
    if name is not None and (data_dir is not None or name == "digits"):
        return _dataset_samples(genotype, name, data_dir)
    missing = "records no data set" if name is None else f"records data set '{name}', which needs --data-dir"
    inputs = random_inputs(genotype, RANDOM_SAMPLES, seed)
    origin = (
        f"{len(inputs)} random inputs (seed {seed}): the genotype {missing}; only spikes are compared, not accuracy"
    )
    return Samples(inputs, None, origin)


def random_inputs(genotype: Genotype, count: int, seed: int) -> npt.NDArray[np.int16]:
    """Seeded inputs: uniform integers over the input's range, or spikes at a rate of 0.3."""
    generator = np.random.default_rng(seed)
    spec = genotype.input
    count = affordable(count, prod(spec.shape) * (genotype.timesteps if spec.encoding == "spikes" else 1))
    if spec.encoding == "spikes":
        return (generator.random((count, genotype.timesteps, *spec.shape)) < RANDOM_SPIKE_RATE).astype(np.int16)
    return generator.integers(spec.minimum, spec.maximum + 1, (count, *spec.shape)).astype(np.int16)


def affordable(count: int, values: int) -> int:
    """At most `count` random samples of so many values each that all fit `RANDOM_VALUES`.

    Raises
    ------
    DataError
        Where not even one does.
    """
    if values > RANDOM_VALUES:
        raise DataError(
            f"random inputs: found {values:,} values in a sample (input times steps); allowed: {RANDOM_VALUES:,}; give samples of "
            "your own with --input, or take fewer steps"
        )
    return min(count, RANDOM_VALUES // values)


def check_input(genotype: Genotype, values: npt.NDArray[np.generic]) -> npt.NDArray[np.int16]:
    """A user's integers, checked for shape, range and number of steps."""
    inputs = check_integers(genotype.input, values)
    if inputs.ndim == 5 and inputs.shape[1] != genotype.timesteps:
        raise DataError(f"input: found {inputs.shape[1]} steps per sample; the genotype takes {genotype.timesteps}")
    return inputs


def read_array(path: str | os.PathLike[str]) -> npt.NDArray[np.generic]:
    """A .npy file of numbers, without executing anything in it; `DataError` for anything else."""
    return read_npy(path, Kind(DataError))


def _dataset_samples(genotype: Genotype, name: str, data_dir: str | os.PathLike[str] | None) -> Samples:
    from litesnn.search.data import load_for

    dataset = load_for(genotype, name, data_dir)
    inputs = quantize_input(genotype.input, dataset.x_test)
    return Samples(inputs, dataset.y_test.astype(np.int64), f"the {len(inputs)} held-out test samples of '{name}'")


def check_labels(values: npt.NDArray[np.generic], count: int, classes: int) -> npt.NDArray[np.int64]:
    """A user's classes, checked for shape, type and range (`DataError`)."""
    if values.shape != (count,) or values.dtype.kind not in "iu":
        raise DataError(f"labels: found {values.dtype} {values.shape}; allowed: integers ({count},)")
    if values.size and (values.min().item() < 0 or values.max().item() >= classes):
        raise DataError(f"labels: found classes {values.min()} .. {values.max()}; allowed: 0 .. {classes - 1}")
    return values.astype(np.int64)
