"""One constant window per channel: pools and skips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from litesnn.compiler.graph.geometry.by_channel import ByChannel
from litesnn.compiler.graph.geometry.maps import Codes, Shape
from litesnn.compiler.graph.geometry.slices import EdgeSlice
from litesnn.compiler.graph.geometry.windows import Axes, AxisWindow, windows


@dataclass(frozen=True, eq=False, repr=False)
class Pool(ByChannel):
    """A window of one constant code per channel; codes (channels joined,)."""

    kernel: tuple[int, int] = (1, 1)
    stride: Axes = 1
    padding: Axes = 0
    kind: ClassVar[str] = "pool"

    @classmethod
    def of_slice(cls, part: EdgeSlice) -> Pool:
        """See `Geometry.of_slice`; extra target channels stay zero, split evenly before and after (option A of ResNet)."""
        ids = np.arange(part.channels)
        targets = ids + part.first + (part.out_shape[0] - part.in_shape[0]) // 2
        kind = OneToOne if part.kernel == part.stride == 1 else Pool
        return kind(np.ones_like(ids, np.int32), ids, targets, (part.kernel, part.kernel), part.stride, part.padding)

    @property
    def kernels(self) -> Codes:
        """See `ByChannel.kernels`."""
        return np.broadcast_to(self.codes[:, None, None], (len(self.codes), *self.kernel))

    def uses_of_code(self, out_shape: Shape) -> int:
        """See `Geometry.uses_of_code`."""
        return self.window.taps * super().uses_of_code(out_shape)

    @property
    def axes(self) -> tuple[AxisWindow, AxisWindow]:
        """Windows along rows and columns."""
        return windows(self.kernel, self.stride, self.padding)

    def params(self) -> dict[str, Any]:
        """See `Geometry.params`."""
        return {"kernel": self.kernel, "stride": self.stride, "padding": self.padding}


@dataclass(frozen=True, eq=False, repr=False)
class OneToOne(Pool):
    """Identity per pixel (kernel 1, stride 1): the skip connection."""

    kind: ClassVar[str] = "one_to_one"
    one_to_one: ClassVar[bool] = True

    def _own_problems(self) -> Iterator[str]:
        if self.axes != ((1, 1, 0, 1), (1, 1, 0, 1)):
            yield "one to one has a kernel and a stride of 1 and no padding"
        yield from super()._own_problems()
