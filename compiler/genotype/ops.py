"""The operations an edge may carry, as one table: the window, whether it has weights of its own, and which channels it joins.

Everybody who wants to know something of an operation asks its row; nobody looks at its name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Op:
    """One operation of the search spaces.

    Attributes
    ----------
    kernel, padding : window size and zero padding in pixels (square); kernel 0: no window, every neuron is read
    weighted : has a trained weight tensor (quantized, pruned, normalized)
    geometry : `kind` of the graph's geometry that holds its codes
    by_channel : channel i of the node reads channel i of what the edge reads, and no other
    widens : the node may have more channels than the edge reads; the others get nothing
    stride : the only stride allowed, or None where the wiring decides
    max_window : (kernel, stride, padding) of a maximum over binary spikes taken before the edge, or None
    natural_value : value of code 1 before any snapping; None for weighted ops
    """

    kernel: int
    padding: int
    weighted: bool
    geometry: str = "conv2d"
    by_channel: bool = False
    widens: bool = False
    stride: int | None = None
    max_window: tuple[int, int, int] | None = None
    natural_value: float | None = None

    @property
    def whole_map(self) -> bool:
        """Whether it reads a map neuron by neuron, into a list of neurons."""
        return self.kernel == 0

    def reached(self, side: int, stride: int) -> int:
        """Height or width of what it makes of a map of such a side; 1 without a window."""
        return 1 if self.whole_map else (side + 2 * self.padding - self.kernel) // stride + 1


def _weightless(
    kernel: int,
    value: float,
    *,
    padding: int = 0,
    stride: int | None = 1,
    widens: bool = False,
    max_window: tuple[int, int, int] | None = None,
) -> Op:
    return Op(
        kernel=kernel,
        padding=padding,
        weighted=False,
        geometry="pool",
        by_channel=True,
        widens=widens,
        stride=stride,
        max_window=max_window,
        natural_value=value,
    )


OPS: dict[str, Op] = {
    "conv1x1": Op(1, 0, weighted=True),
    "conv3x3": Op(3, 1, weighted=True),
    "conv5x5": Op(5, 2, weighted=True),
    "depthwise3x3": Op(3, 1, weighted=True, geometry="depthwise", by_channel=True),
    "dense": Op(0, 0, weighted=True, geometry="dense", stride=1),
    "skip": _weightless(1, 1.0),
    "shortcut": _weightless(1, 1.0, stride=None, widens=True),
    "maxpool3x3": _weightless(1, 1.0, max_window=(3, 1, 1)),
    "avgpool2x2": _weightless(2, 1 / 4, stride=2),
    "avgpool3x3": _weightless(3, 1 / 9, padding=1),
}
