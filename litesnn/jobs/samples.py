"""Samples to verify with: integers, labels where they are known, and in plain words where they are from."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import DataError
from litesnn.jobs.card import choice_card, samples_card
from litesnn.jobs.fitting_input import Accepted, Inputs
from litesnn.reading import Kind, read_npy

AnyArray: TypeAlias = "str | os.PathLike[str] | npt.NDArray[np.generic]"
"""Path of a .npy file, or the array."""

if TYPE_CHECKING:
    from litesnn.search.data import Dataset

RANDOM_SAMPLES = 64
RANDOM_SPIKE_RATE = 0.3
RANDOM_VALUES = 2**26
"""Of all random samples together: their integers take an eighth of a gigabyte, and half of one while they are drawn."""


@dataclass(frozen=True, repr=False)
class Samples(Shown):
    """Integers for the network, (N, C, H, W) or (N, T, C, H, W), labels (N,) where known, and where they are from."""

    inputs: Inputs
    labels: npt.NDArray[np.int64] | None
    origin: str

    def card(self) -> Card:
        """See `Shown`: how many, of which values and classes."""
        return samples_card(self)


@dataclass(frozen=True, repr=False)
class SampleChoice(Shown):
    """What a user says about samples: arrays or their files, a folder with the data set, the seed of random ones, or a data set."""

    input_path: AnyArray | None = None
    labels_path: AnyArray | None = None
    data_dir: str | os.PathLike[str] | None = None
    seed: int = 0
    dataset: str | os.PathLike[str] | Dataset | None = None

    def card(self) -> Card:
        """See `Shown`: what was chosen."""
        return choice_card(self)


OWN_SAMPLES = SampleChoice()
"""The network's own: the data set that it records, or seeded random inputs."""


def chosen_samples(
    choice: SampleChoice,
    accept: Callable[[npt.NDArray[np.generic]], Accepted],
    classes: Callable[[], int],
    own: Callable[[], Samples],
) -> Samples:
    """A user's arrays first, else the network's own samples.

    Raises
    ------
    DataError
        For labels without inputs, and for a broken array or one that does not fit.
    """
    if choice.dataset is not None and (choice.input_path is not None or choice.labels_path is not None):
        raise DataError("found --dataset and --input or --labels; allowed: the data set, or arrays")
    if choice.input_path is None:
        if choice.labels_path is not None:
            raise DataError("--labels needs --input: labels belong to the samples of one file")
        return own()
    accepted = accept(read_array(choice.input_path))
    inputs = accepted.inputs
    labels = None
    if choice.labels_path is not None:
        labels = check_labels(read_array(choice.labels_path), len(inputs), classes())
    said = f"; {accepted.note}" if accepted.note else ""
    return Samples(inputs, labels, f"{len(inputs)} samples of {named(choice.input_path)}{said}")


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


def read_array(given: AnyArray) -> npt.NDArray[np.generic]:
    """A .npy file of numbers, without executing anything in it (`DataError` for anything else), or an array as it is."""
    return given if isinstance(given, np.ndarray) else read_npy(given, Kind(DataError))


def named(given: AnyArray) -> str:
    """What an array is called: the name of its file."""
    return "an array" if isinstance(given, np.ndarray) else Path(given).name


def choice_of(samples: Samples | SampleChoice | AnyArray | None) -> Samples | SampleChoice | None:
    """What a job makes of samples: an array, or the path of one, is a choice of inputs without labels."""
    return samples if samples is None or isinstance(samples, Samples | SampleChoice) else SampleChoice(samples)


def check_labels(values: npt.NDArray[np.generic], count: int, classes: int) -> npt.NDArray[np.int64]:
    """A user's classes, checked for shape, type and range (`DataError`); floating-point ones that are whole numbers are classes."""
    if values.shape != (count,) or values.dtype.kind not in "iuf":
        raise DataError(f"labels: found {values.dtype} {values.shape}; allowed: whole numbers ({count},)")
    if values.dtype.kind == "f" and not (np.isfinite(values) & (values == np.rint(values))).all():  # type: ignore[call-overload]
        raise DataError("labels: found values that are not whole numbers; allowed: classes, from 0 on")
    if values.size and (values.min().item() < 0 or values.max().item() >= classes):
        raise DataError(f"labels: found classes {values.min()} .. {values.max()}; allowed: 0 .. {classes - 1}")
    return values.astype(np.int64)
