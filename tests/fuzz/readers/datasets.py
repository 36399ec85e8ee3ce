"""What the readers of data sets share: loaded by name from a folder, their samples become integers of the network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fuzz.reader import DifferentError, Place
from litesnn.compiler.genotype import EventFrames, Mfcc, quantize_input
from litesnn.search.data import Dataset, load_dataset


def reading(*names: str, how: EventFrames | Mfcc | None = None) -> Callable[[Place], Dataset]:
    """Load the data set whose name the case's first argument is."""

    def read(place: Place) -> Dataset:
        (name,) = place.arguments
        assert name in names, name
        return load_dataset(name, place.path, how)

    return read


def use(found: Dataset, place: Place) -> None:
    """Every sample can enter a network, and has a class."""
    for samples, labels in ((found.x_train, found.y_train), (found.x_test, found.y_test)):
        integers = quantize_input(found.input_spec, samples)
        if integers.shape != samples.shape or labels.dtype != np.int64 or labels.shape != (len(samples),):
            raise DifferentError(
                f"samples {samples.shape} became {integers.shape}, labels {labels.dtype} {labels.shape}"
            )
