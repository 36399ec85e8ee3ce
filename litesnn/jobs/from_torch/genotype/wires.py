"""One edge of a genotype from one way of a module: its operation, its weights and mask, or what its code 1 is worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.nodes import Shape
from litesnn.compiler.genotype.ops import OPS
from litesnn.jobs.from_torch.genotype.norms import Norm
from litesnn.jobs.from_torch.genotype.ways import Way, per_channel
from litesnn.jobs.from_torch.genotype.windows import Window, squared
from litesnn.jobs.from_torch.neurons.reading import Floats, Refused
from litesnn.jobs.from_torch.terms import Given, Sent

POOLS = {Window((2, 2), (2, 2), (0, 0)): "avgpool2x2", Window((3, 3), (1, 1), (1, 1)): "avgpool3x3"}


@dataclass(frozen=True, eq=False)
class Wire:
    """One edge.

    Attributes
    ----------
    weight : of the edge's `weight_shape`; None for operations without
    value : of code 1 of an operation without weights
    pool : k of a maximum over k x k spikes before it
    norm : behind the weights
    """

    leaf: Given | Sent
    op: str
    weight: Floats | None = None
    value: float = 1.0
    stride: int | None = None
    pool: int | None = None
    norm: Norm | None = None

    @property
    def mask(self) -> npt.NDArray[np.uint8]:
        """Weights that are there: a genotype's codes have no zero."""
        assert self.weight is not None
        there: npt.NDArray[np.uint8] = (self.weight != 0).astype(np.uint8)
        return there

    @property
    def keep(self) -> float:
        """The fraction of weights that pruning keeps, so that it keeps as many as are there."""
        kept, size = int(self.mask.sum()), self.mask.size
        return 1.0 if kept == size else max(kept - 0.5, 0.5) / size

    def fields(self, bits: int) -> dict[str, Any]:
        """Of the edge in the document."""
        weighted = {} if self.weight is None else {"bits": bits, "keep": self.keep}
        return {"op": self.op, "stride": self.stride, "pool": self.pool, **weighted}


def wire(way: Way, shape: Shape, *, alone: bool) -> tuple[Wire, Floats]:
    """The edge that is a way to neurons of `shape`, and a gain per channel (C,) that its node must have.

    `alone` : whether it is the node's only edge, so that the node's gain can be its own

    Raises
    ------
    Refused
        For what is no operation of a genotype.
    """
    one = np.ones(shape[0])
    if way.map != shape:
        raise Refused(f"arrives as {way.map} at neurons of {shape}; allowed: the same, or a dense layer between")
    pool = None
    if way.maximum is not None:
        kernel, stride, _ = way.maximum
        if stride == 1:
            if not replace(way, maximum=None).bare or not alone:
                raise Refused(
                    "goes from a maximum over 3 x 3 into a layer with weights or a sum; allowed: straight into neurons"
                )
            return Wire(leaf=way.leaf, op="maxpool3x3"), one
        pool = kernel
    if way.dense:
        return Wire(leaf=way.leaf, op="dense", weight=way.weight, pool=pool, norm=way.norm), one
    if way.weight is not None:
        return replace(_convolution(way, shape), pool=pool), one
    return _weightless(way, pool, alone=alone)


def _weightless(way: Way, pool: int | None, *, alone: bool) -> tuple[Wire, Floats]:
    factors = per_channel(way.factors, "multiplies neurons of a map by different factors")
    op = "skip"
    if way.pool is not None:
        if way.pool not in POOLS or pool is not None:
            raise Refused(
                f"pools {way.pool.kernel} with stride {way.pool.stride} and padding {way.pool.padding} before neurons; allowed: "
                "averages of 2 x 2 with stride 2, or 3 x 3 with stride 1 and padding 1; any before a dense layer"
            )
        op = POOLS[way.pool]
    natural = OPS[op].natural_value
    assert natural is not None
    plain = Wire(leaf=way.leaf, op=op, value=natural, pool=pool)
    if alone:
        return plain, factors / natural
    if (factors == factors[0]).all() and factors[0] > 0:
        return replace(plain, value=float(factors[0])), np.ones(len(factors))
    if op != "skip":
        raise Refused("adds a pool whose channels are multiplied by different factors; allowed: one factor above 0")
    weight = np.pad(factors[:, None, None, None], ((0, 0), (0, 0), (1, 1), (1, 1)))
    return replace(plain, op="depthwise3x3", weight=weight), np.ones(len(factors))


def _convolution(way: Way, shape: Shape) -> Wire:
    assert way.weight is not None
    assert way.window is not None
    weight, stride = squared(way.weight, way.window, way.source, shape)
    if way.groups == way.source[0] == shape[0] > 1 and weight.shape[2] <= OPS["depthwise3x3"].kernel:
        around = (3 - weight.shape[2]) // 2
        weight = np.pad(weight, ((0, 0), (0, 0), (around, around), (around, around)))
        return Wire(leaf=way.leaf, op="depthwise3x3", weight=weight, stride=stride, norm=way.norm)
    full = np.zeros((shape[0], way.source[0], *weight.shape[2:]))
    many, few = shape[0] // way.groups, way.source[0] // way.groups
    for group in range(way.groups):
        rows, columns = slice(group * many, (group + 1) * many), slice(group * few, (group + 1) * few)
        full[rows, columns] = weight[rows]
    op = f"conv{weight.shape[2]}x{weight.shape[2]}"
    return Wire(leaf=way.leaf, op=op, weight=full, stride=stride, norm=way.norm)
