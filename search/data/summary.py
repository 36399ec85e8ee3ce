"""What a data set holds, in figures, before anything is trained on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from litesnn.compiler.genotype import InputSpec, unclipped
from litesnn.search.data.dataset import Array, Dataset
from litesnn.search.data.own.axes import chunks


@dataclass(frozen=True)
class ClassCount:
    """One class: its number, its name where it has one, and its samples."""

    number: int
    name: str
    train: int
    test: int


@dataclass(frozen=True)
class Summary:
    """Figures of a data set.

    Attributes
    ----------
    most_frequent : share of test samples of the class that most training samples have: the accuracy of who always answers it
    lowest, highest, mean : of raw training values; of spikes, the mean is their rate per pixel and step
    clipped : share of values of the training and of the test part that the input's range cuts
    integers : different integers that enter, over the training part
    bytes : of all raw samples
    """

    data: Dataset
    classes: tuple[ClassCount, ...]
    most_frequent: float
    lowest: float
    highest: float
    mean: float
    clipped: tuple[float, float]
    integers: int
    bytes: int


def summary_of(data: Dataset) -> Summary:
    """The figures of a data set; a pass over all its values."""
    counts = np.bincount(data.y_train, minlength=data.num_classes)
    tested = np.bincount(data.y_test, minlength=data.num_classes)
    named = data.record.classes if data.record is not None else ()
    total, x = 0.0, data.x_train
    for part in chunks(x):
        total += float(part.astype(np.float64).sum())
    clipped, integers = _entering(data)
    return Summary(
        data=data,
        classes=tuple(
            ClassCount(number, named[number] if named else "", int(counts[number]), int(tested[number]))
            for number in range(data.num_classes)
        ),
        most_frequent=float(tested[int(counts.argmax())]) / len(data.y_test),
        lowest=float(min(part.min().item() for part in chunks(x))),
        highest=float(max(part.max().item() for part in chunks(x))),
        mean=total / x.size,
        clipped=clipped,
        integers=integers,
        bytes=data.x_train.nbytes + data.x_test.nbytes,
    )


def _entering(data: Dataset) -> tuple[tuple[float, float], int]:
    """Shares that are clipped, and how many different integers enter."""
    spec = data.input_spec
    if spec.encoding == "spikes":
        return (0.0, 0.0), 2
    first, seen = _clipped(spec, data.x_train)
    second, _ = _clipped(spec, data.x_test)
    return (first, second), len(seen)


def _clipped(spec: InputSpec, x: Array) -> tuple[float, set[int]]:
    beyond, seen = 0, set[int]()
    for part in chunks(x):
        values = np.rint(unclipped(spec, part))
        beyond += int(np.count_nonzero((values < spec.minimum) | (values > spec.maximum)))
        seen.update(np.unique(np.clip(values, spec.minimum, spec.maximum)).astype(int).tolist())
    return beyond / x.size, seen
