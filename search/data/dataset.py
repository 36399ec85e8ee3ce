"""A labelled data set, of images or of events, with its official test part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import DataError
from litesnn.compiler.genotype import DataRecord, InputSpec
from litesnn.search.data.card import dataset_card

Array = npt.NDArray[np.generic]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class Dataset(Shown):
    """Raw samples, before `quantize_input`.

    Attributes
    ----------
    name : as in the registry
    x_train, x_test : (N, C, H, W), any real type; spikes (N, T, C, H, W), uint8, where the input's encoding is `spikes`
    y_train, y_test : int64 (N,), classes 0 .. num_classes - 1
    input_spec : a quantization that suits the raw values, and how they were prepared; a genotype carries its own
    record : what a genotype keeps of a data set that the user brought; None for those of the registry
    notes : what its user should know of how it was read, in words
    """

    name: str
    x_train: Array
    y_train: Labels
    x_test: Array
    y_test: Labels
    num_classes: int
    input_spec: InputSpec
    record: DataRecord | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        axes = "(N, C, H, W)" if self.input_spec.encoding == "direct" else "(N, T, C, H, W)"
        for part, x, y in (("train", self.x_train, self.y_train), ("test", self.x_test, self.y_test)):
            if x.ndim != axes.count(",") + 1 or len(x) != len(y) or len(x) == 0:
                raise DataError(
                    f"{self.name}: found {part} samples {x.shape} and labels {y.shape}; allowed: {axes} and (N,), N >= 1"
                )
            if y.min() < 0 or y.max() >= self.num_classes:
                raise DataError(
                    f"{self.name}: found {part} labels {y.min()} .. {y.max()}; allowed: 0 .. {self.num_classes - 1}"
                )
        if self.x_train.shape[1:] != self.x_test.shape[1:]:
            raise DataError(
                f"{self.name}: found train samples of {self.x_train.shape[1:]} and test samples of {self.x_test.shape[1:]}; "
                "allowed: one shape"
            )

    def card(self) -> Card:
        """See `Shown`: samples and classes of both parts."""
        return dataset_card(self)


def as_labels(place: str, values: Array) -> Labels:
    """Whole numbers as int64 (N,); `DataError` for other values, naming `place`."""
    flat = values.reshape(-1)
    if flat.dtype.kind not in "iu" or (
        flat.dtype == np.uint64 and flat.size and flat.max().item() > np.iinfo(np.int64).max
    ):
        raise DataError(f"{place}: found labels of type {values.dtype}; allowed: whole numbers of up to 63 bits")
    return flat.astype(np.int64)
