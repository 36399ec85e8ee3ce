"""What of an edge becomes one block: the part that reads one of its sources."""

from __future__ import annotations

from dataclasses import dataclass

from litesnn.compiler.graph.geometry.maps import Codes, Shape


@dataclass(frozen=True, kw_only=True)
class EdgeSlice:
    """The part of an edge that reads `channels` channels, from `first` on, of its sources side by side.

    Attributes
    ----------
    codes : of the whole edge, in its operation's layout; None for an edge without weights, whose codes are all 1
    in_shape, out_shape : (C, H, W) of the whole edge
    kernel, stride, padding, dilation : the window, pixels; both axes alike
    """

    codes: Codes | None
    in_shape: Shape
    out_shape: Shape
    kernel: int
    stride: int
    padding: int
    dilation: int
    first: int
    channels: int

    @property
    def read(self) -> slice:
        """The channels, as positions among all that the edge reads."""
        return slice(self.first, self.first + self.channels)
