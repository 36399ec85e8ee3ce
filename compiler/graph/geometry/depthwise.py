"""Depthwise convolution: a kernel of its own for each channel, shared by all places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from litesnn.compiler.graph.geometry.by_channel import ByChannel
from litesnn.compiler.graph.geometry.maps import Codes
from litesnn.compiler.graph.geometry.slices import EdgeSlice
from litesnn.compiler.graph.geometry.windows import Axes, AxisWindow, windows


@dataclass(frozen=True, eq=False, repr=False)
class Depthwise(ByChannel):
    """2-D cross-correlation of each channel with its own kernel, as torch's with groups; codes (channels joined, kH, kW)."""

    stride: Axes = 1
    padding: Axes = 0
    dilation: Axes = 1
    kind: ClassVar[str] = "depthwise"
    dimensions: ClassVar[int] = 3

    @classmethod
    def of_slice(cls, part: EdgeSlice) -> Depthwise:
        """See `Geometry.of_slice`; codes (C, 1, kH, kW)."""
        assert part.codes is not None
        ids = np.arange(part.channels)
        kernels = np.ascontiguousarray(part.codes[part.read, 0])
        return cls(
            codes=kernels,
            sources=ids,
            targets=ids + part.first,
            stride=part.stride,
            padding=part.padding,
            dilation=part.dilation,
        )

    @property
    def kernels(self) -> Codes:
        """See `ByChannel.kernels`."""
        return self.codes

    @property
    def axes(self) -> tuple[AxisWindow, AxisWindow]:
        """Windows along rows and columns."""
        return windows(self.codes.shape[1:], self.stride, self.padding, self.dilation)

    def params(self) -> dict[str, Any]:
        """See `Geometry.params`."""
        return {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}
