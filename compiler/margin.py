"""Compartments of no neuron around the neurons of a slice, so that source pixels at its border share lists with those inside.

A list of a population says where a kernel leads from a pixel; at the border of a slice some of that lies outside, so that such
pixels need lists of their own: nine times as many synapses for a 3 x 3 kernel on a slice cut on all four sides. Where the
neurons of a slice stand apart on the core, by so many numbers between rows and between channels, the whole list leads into the
gaps instead. What arrives there goes nowhere.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Shape = tuple[int, int, int]
MARGIN_MAX = 256  # more than any kernel reaches
Count = TypeVar("Count", int, Ints)


def numbers_of(shape: tuple[Count, Count, Count], gaps: tuple[Count, Count]) -> Count:
    """Numbers that slices of (channels, rows, columns) take on a core, with rows and columns of gaps; of many slices as arrays."""
    height, width = shape[1] + gaps[0], shape[2] + gaps[1]
    found: Count = gaps[0] * width + gaps[1] + shape[0] * height * width
    return found


class Margin(NamedTuple):
    """Rows between the channels of a slice, and columns between its rows: what leaves a row on the right, or the next one on the left."""

    rows: int = 0
    columns: int = 0

    def pitch(self, width: int) -> int:
        """Numbers from one row to the next, of a slice of so many columns."""
        return width + self.columns

    def lead(self, width: int) -> int:
        """Numbers before the first neuron."""
        return self.rows * self.pitch(width) + self.columns

    def per_channel(self, height: int, width: int) -> int:
        """Numbers from one channel to the next."""
        return (height + self.rows) * self.pitch(width)

    def numbers(self, shape: Shape) -> int:
        """Numbers that a slice of (channels, rows, columns) takes on its core."""
        return numbers_of(shape, (self.rows, self.columns))

    def places(self, shape: Shape) -> Ints:
        """Number of every neuron of a slice, from its first number on, (channels, rows, columns)."""
        channel, row, column = np.indices(shape)
        found: Ints = self.lead(shape[2]) + channel * self.per_channel(*shape[1:]) + row * self.pitch(shape[2]) + column
        return found


NO_MARGIN = Margin()
