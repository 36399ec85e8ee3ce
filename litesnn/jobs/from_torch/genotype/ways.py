"""One way to a membrane: from spikes or the input through a maximum, factors, pooling and one layer with weights.

Linear layers are composed where the result is one operation of a genotype: factors go into weights, pooling before a dense layer is
spread over the pixels that it pools, dense layers behind one another are multiplied.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from litesnn.compiler.frontends.real.nodes import Shape
from litesnn.jobs.from_torch.genotype.norms import Norm
from litesnn.jobs.from_torch.genotype.windows import Window, pulled_back
from litesnn.jobs.from_torch.neurons.reading import Floats, Refused
from litesnn.jobs.from_torch.terms import Given, Sent


@dataclass(frozen=True, eq=False)
class Way:
    """One way to a membrane.

    Attributes
    ----------
    leaf : what goes it
    source : (C, H, W) of the map that factors, pooling and weights read: the leaf's, pooled by `maximum`
    map : (C, H, W) behind them
    factors : of shape `source`, multiply before all else
    maximum : (kernel, stride, padding) of a maximum of spikes before everything, or None
    pool : sums over windows
    weight : (O, C / groups, k_h, k_w) with `window`, or (O, C * H * W); None without weights
    norm : behind the weights, where it is not folded into them
    """

    leaf: Given | Sent
    source: Shape
    map: Shape
    factors: Floats
    maximum: tuple[int, int, int] | None = None
    pool: Window | None = None
    weight: Floats | None = None
    window: Window | None = None
    groups: int = 1
    norm: Norm | None = None

    @classmethod
    def straight(cls, leaf: Given | Sent, shape: Shape) -> Way:
        """Nothing between."""
        return cls(leaf=leaf, source=shape, map=shape, factors=np.ones(shape))

    @property
    def bare(self) -> bool:
        """Whether nothing is between."""
        return self.maximum is None and self.pool is None and self.weight is None and bool((self.factors == 1).all())

    def scaled(self, values: Floats) -> Way:
        """With what it gives multiplied, by values of shape `map`."""
        if self.weight is None and self.pool is None:
            return replace(self, factors=self.factors * values)
        by_channel = per_channel(values, "multiplies the neurons of a map by different factors")
        if self.norm is not None:
            return replace(self, norm=self.norm.scaled(by_channel))
        if self.weight is not None:
            return replace(self, weight=self.weight * by_channel.reshape(-1, *(1,) * (self.weight.ndim - 1)))
        return replace(self, factors=self.factors * by_channel[:, None, None])

    def highest(self, kernel: int, stride: int, padding: int, shape: Shape) -> Way:
        """With a maximum over windows."""
        if not self.bare or not isinstance(self.leaf, Sent):
            raise Refused(
                "takes the maximum of what is no spike; allowed: the maximum of what neurons send, straight behind them"
            )
        if (stride, padding) not in ((kernel, 0), (1, 1)) or (stride == 1 and kernel != 3):
            raise Refused(
                f"takes the maximum over {kernel} x {kernel} with stride {stride} and padding {padding}; allowed: windows side by "
                "side without padding, or 3 x 3 with stride 1 and padding 1"
            )
        return replace(self, source=shape, map=shape, factors=np.ones(shape), maximum=(kernel, stride, padding))

    def pooled(self, window: Window, shape: Shape) -> Way:
        """With sums over windows."""
        if window.trivial:
            return self
        if self.weight is not None or self.pool is not None:
            raise Refused("pools what a layer or another pool computed; allowed: pooling of what neurons send")
        return replace(self, pool=window, map=shape)

    def convolved(self, weight: Floats, window: Window, groups: int, shape: Shape) -> Way:
        """With a convolution."""
        if self.weight is not None or self.pool is not None:
            raise Refused("convolves what a layer or a pool computed; allowed: what neurons send, or the input")
        factors = per_channel(self.factors, "convolves neurons of a map that are multiplied by different factors")
        read = factors.reshape(groups, -1).repeat(weight.shape[0] // groups, 0)
        return replace(
            self,
            map=shape,
            factors=np.ones(self.source),
            weight=weight * read[:, :, None, None],
            window=window,
            groups=groups,
        )

    def through_dense(self, weight: Floats) -> Way:
        """With a dense layer, (O, neurons of `map`)."""
        shape = (len(weight), 1, 1)
        if self.weight is not None:
            if self.window is not None:
                raise Refused("multiplies what a convolution computed; allowed: what neurons send, or the input")
            return replace(self, map=shape, weight=weight @ self.folded()[0].need_weight, norm=None)
        if self.pool is not None:
            weight = pulled_back(weight.reshape(-1, *self.map), self.pool, self.source).reshape(len(weight), -1)
        return replace(
            self, map=shape, factors=np.ones(self.source), pool=None, weight=weight * self.factors.reshape(1, -1)
        )

    @property
    def dense(self) -> bool:
        """Whether its weights read a map neuron by neuron."""
        return self.weight is not None and self.window is None

    @property
    def need_weight(self) -> Floats:
        """The weights of a way that has some."""
        assert self.weight is not None
        return self.weight

    def folded(self) -> tuple[Way, Floats]:
        """With its normalization in the weights, and what that adds to the biases, (O,)."""
        if self.norm is None:
            return self, np.zeros(self.map[0])
        weight = self.need_weight * self.norm.gain.reshape(-1, *(1,) * (self.need_weight.ndim - 1))
        return replace(self, weight=weight, norm=None), self.norm.offset


def per_channel(values: Floats, problem: str) -> Floats:
    """One value per channel of (C, H, W); `Refused` where they differ within a map."""
    flat = values.reshape(len(values), -1)
    if (flat != flat[:, :1]).any():
        raise Refused(f"{problem}; allowed: one per channel")
    return flat[:, 0]
