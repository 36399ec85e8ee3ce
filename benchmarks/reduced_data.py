"""A data set made small enough for a comparison on a CPU."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from sklearn.model_selection import train_test_split

from litesnn.search.data import Dataset


def reduced(data: Dataset, train_samples: int, shrink: int) -> Dataset:
    """A stratified choice of training samples (0: all), and images averaged over squares of `shrink` pixels."""
    chosen = np.arange(len(data.y_train))
    if 0 < train_samples < len(chosen):
        chosen, _ = train_test_split(chosen, train_size=train_samples, random_state=0, stratify=data.y_train)
    channels, height, width = (len(data.x_train[0]), *(size // shrink for size in data.x_train.shape[2:]))

    def averaged(x: np.ndarray) -> np.ndarray:
        squares = x[:, :, : height * shrink, : width * shrink].reshape(len(x), channels, height, shrink, width, shrink)
        means: np.ndarray = squares.mean((3, 5)).round().astype(x.dtype)
        return means

    return replace(
        data,
        x_train=averaged(data.x_train[chosen]),
        y_train=data.y_train[chosen],
        x_test=averaged(data.x_test),
        input_spec=data.input_spec.model_copy(update={"shape": (channels, height, width)}),
    )
