"""Windows that slide over a map: the size they reach, and what each of their taps reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from litesnn.compiler.graph.geometry.maps import Index, Shape

Axes = int | tuple[int, int]  # one figure for both axes, or (rows, columns)
AxisWindow = tuple[int, int, int, int]  # kernel, stride, padding, dilation along one axis


class Window(NamedTuple):
    """What kernels must have in common to share lists; `depthwise`: each source channel has targets of its own."""

    down: AxisWindow
    across: AxisWindow
    depthwise: bool

    @property
    def rows(self) -> int:
        """Height of the kernel."""
        return self.down[0]

    @property
    def columns(self) -> int:
        """Width of the kernel."""
        return self.across[0]

    @property
    def taps(self) -> int:
        """Positions of the kernel."""
        return self.rows * self.columns


@dataclass(frozen=True)
class Tap:
    """One place of a kernel, and the pixels it connects where it falls inside the input.

    Attributes
    ----------
    row, column : place in the kernel
    outputs, inputs : pixels of the target and the source in flattened (H, W), pair by pair
    """

    row: int
    column: int
    outputs: Index
    inputs: Index


def per_axis(figure: Axes) -> tuple[int, int]:
    """The figure for (rows, columns)."""
    return (figure, figure) if isinstance(figure, int) else figure


def windows(kernel: tuple[int, ...], stride: Axes, padding: Axes, dilation: Axes = 1) -> tuple[AxisWindow, AxisWindow]:
    """Windows along rows and columns, of a kernel (height, width)."""
    figures = (kernel, per_axis(stride), per_axis(padding), per_axis(dilation))
    rows, columns = zip(*figures, strict=True)
    return rows, columns


def reached(in_shape: Shape, axes: tuple[AxisWindow, AxisWindow]) -> tuple[int, ...]:
    """Height and width of what windows make of a map."""
    return tuple(
        (side + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
        for side, (kernel, stride, padding, dilation) in zip(in_shape[1:], axes, strict=True)
    )


def taps(axes: tuple[AxisWindow, AxisWindow], in_shape: Shape, out_shape: Shape) -> Iterator[Tap]:
    """Every tap of a kernel, row by row."""
    down, across = axes
    for row in range(down[0]):
        oy, iy = _along(in_shape[1], out_shape[1], row, down)
        for column in range(across[0]):
            ox, ix = _along(in_shape[2], out_shape[2], column, across)
            outputs, inputs = oy[:, None] * out_shape[2] + ox[None, :], iy[:, None] * in_shape[2] + ix[None, :]
            yield Tap(row, column, outputs.ravel(), inputs.ravel())


def _along(size_in: int, size_out: int, tap: int, window: AxisWindow) -> tuple[Index, Index]:
    """Output positions for which this kernel tap falls inside the input, and the input positions it falls on."""
    _, stride, padding, dilation = window
    outputs = np.arange(size_out)
    inputs = outputs * stride + tap * dilation - padding
    inside = (inputs >= 0) & (inputs < size_in)
    return outputs[inside], inputs[inside]
