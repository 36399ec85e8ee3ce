"""The operations an edge may carry, as one table: what the window is and whether it has weights of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Op:
    """One operation of the search spaces.

    Attributes
    ----------
    kernel, padding : window size and zero padding in pixels (square)
    weighted : has a trained weight tensor (quantized, pruned, normalized)
    stride : the only stride allowed, or None where the wiring decides
    max_window : (kernel, stride, padding) of a maximum over binary spikes taken before the edge, or None
    natural_value : value of code 1 before any snapping; None for weighted ops
    """

    kernel: int
    padding: int
    weighted: bool
    stride: int | None = None
    max_window: tuple[int, int, int] | None = None
    natural_value: float | None = None


OPS: dict[str, Op] = {
    "conv1x1": Op(1, 0, weighted=True),
    "conv3x3": Op(3, 1, weighted=True),
    "conv5x5": Op(5, 2, weighted=True),
    "dense": Op(0, 0, weighted=True, stride=1),
    "skip": Op(1, 0, weighted=False, stride=1, natural_value=1.0),
    "shortcut": Op(1, 0, weighted=False, natural_value=1.0),
    "maxpool3x3": Op(1, 0, weighted=False, stride=1, max_window=(3, 1, 1), natural_value=1.0),
    "avgpool2x2": Op(2, 0, weighted=False, stride=2, natural_value=1 / 4),
    "avgpool3x3": Op(3, 1, weighted=False, stride=1, natural_value=1 / 9),
}
