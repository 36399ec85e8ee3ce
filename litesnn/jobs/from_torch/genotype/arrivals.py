"""All ways to a membrane, and the sum of the biases on them, read from the term of what arrives there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from litesnn.compiler.frontends.real.nodes import Shape
from litesnn.jobs.from_torch.genotype.norms import Norm
from litesnn.jobs.from_torch.genotype.ways import Way
from litesnn.jobs.from_torch.genotype.windows import Pair, Window, gathered, spread
from litesnn.jobs.from_torch.network import held
from litesnn.jobs.from_torch.neurons.reading import Floats, Refused
from litesnn.jobs.from_torch.terms import Applied, Given, Operation, Sent, Term, Total, Zeros

Members = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Arriving:
    """All ways to a membrane; `bias` is per neuron, (C, H, W)."""

    ways: tuple[Way, ...]
    bias: Floats

    @property
    def plain(self) -> bool:
        """Whether it is one way without a bias, behind which a normalization can be kept as it is."""
        return len(self.ways) == 1 and not self.bias.any()


def as_map(shape: Shape) -> Shape:
    """(C, H, W) of a layer's neurons, as a genotype has them."""
    sides = held(shape)
    return sides if len(sides) == 3 else (sides[0], 1, 1)


def arriving(term: Term, sent: Callable[[str], Shape]) -> Arriving:
    """The ways of a term; `sent` gives the shape of what neurons send.

    Raises
    ------
    Refused
        For layers that are no operation of a genotype, by their names.
    """
    if isinstance(term, Total):
        parts = [arriving(part, sent) for part in term.parts if not isinstance(part, Zeros)]
        bias = np.sum([part.bias for part in parts], axis=0)
        return Arriving(tuple(way for part in parts for way in part.ways), bias)
    if isinstance(term, Applied):
        inner = arriving(term.argument, sent)
        try:
            return THROUGH[str(term.operation.members["type"])](term.operation, inner, as_map(term.shape))
        except Refused as problem:
            raise Refused(f"'{term.operation.name}' {problem}") from None
    assert isinstance(term, (Given, Sent)), "zeros are left out of sums, and arrive nowhere alone"
    shape = as_map(term.shape if isinstance(term, Given) else sent(term.path))
    return Arriving((Way.straight(term, shape),), np.zeros(shape))


def _flattened(operation: Operation, inner: Arriving, shape: Shape) -> Arriving:
    """The ways keep their maps, which a dense layer reads in the same order."""
    return replace(inner, bias=inner.bias.reshape(shape))


def _scaled(operation: Operation, inner: Arriving, shape: Shape) -> Arriving:
    values = operation.members["scale"].reshape(shape)
    ways = tuple(way.scaled(values.reshape(way.map)) for way in inner.ways)
    return Arriving(ways, inner.bias * values)


def _pooled(operation: Operation, inner: Arriving, shape: Shape) -> Arriving:
    members = operation.members
    window = _window(members, _pair(members["kernel_size"]))
    share = 1 / prod(window.kernel) if members["type"] == "AvgPool2d" else 1.0
    ways = tuple(way.pooled(window, shape).scaled(np.full(shape, share)) for way in inner.ways)
    return Arriving(ways, gathered(inner.bias, window) * share)


def _highest(operation: Operation, inner: Arriving, shape: Shape) -> Arriving:
    members = operation.members
    window = _window(members, _pair(members["kernel_size"]))
    sides = {*zip(window.kernel, window.stride, window.padding, strict=True)}
    if len(inner.ways) > 1 or len(sides) > 1:
        raise Refused("takes the maximum of a sum, or over windows that are not square; allowed: of one layer's spikes")
    return Arriving((inner.ways[0].highest(*sides.pop(), shape),), np.zeros(shape))


def _dense(operation: Operation, inner: Arriving, shape: Shape) -> Arriving:
    members, norm = _kept(operation, inner)
    weight = members["weight"]
    ways = tuple(replace(way.through_dense(weight), norm=norm) for way in inner.ways)
    bias = weight @ inner.bias.reshape(-1) + (0 if norm else members.get("bias", 0))
    return Arriving(ways, bias.reshape(shape))


def _convolved(operation: Operation, inner: Arriving, shape: Shape) -> Arriving:
    members, norm = _kept(operation, inner)
    if inner.bias.any():
        raise Refused("convolves what a layer with a bias computed; allowed: what neurons send, or the input")
    dilation = _pair(members["dilation"])
    weight = spread(members["weight"], dilation)
    window = _window(members, (weight.shape[2], weight.shape[3]))
    ways = tuple(replace(way.convolved(weight, window, int(members["groups"]), shape), norm=norm) for way in inner.ways)
    bias = np.zeros(shape[0]) if norm else np.zeros(shape[0]) + members.get("bias", 0)
    return Arriving(ways, np.broadcast_to(bias[:, None, None], shape).copy())


def _kept(operation: Operation, inner: Arriving) -> tuple[Members, Norm | None]:
    """The layer without the normalization behind it, and that, where it can be kept apart."""
    if operation.normalized is None or not inner.plain:
        return operation.members, None
    members, module = operation.normalized
    return members, Norm.of(module, members.get("bias", 0.0))


def _window(members: Members, kernel: Pair) -> Window:
    padding = members["padding"]
    if isinstance(padding, str):
        total = [taps - 1 if padding == "same" else 0 for taps in kernel]
        around = (total[0] // 2, total[1] // 2)
    else:
        around = _pair(padding)
    return Window(kernel, _pair(members["stride"]), around)


def _pair(values: Any) -> Pair:
    high, wide = (int(value) for value in values)
    return high, wide


THROUGH: Mapping[str, Callable[[Operation, Arriving, Shape], Arriving]] = {
    "Linear": _dense,
    "Affine": _dense,
    "Conv2d": _convolved,
    "AvgPool2d": _pooled,
    "SumPool2d": _pooled,
    "MaxPool2d": _highest,
    "Scale": _scaled,
    "Flatten": _flattened,
}
