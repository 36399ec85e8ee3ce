"""The candidate network in its plain form: one candidate at a time, neurons and normalization of every convolution apart.

What `litesnn.search.methods.light` does faster; the tests hold it against this, and `light_search.py` measures both. It reads the same
weights, and is written from the published description: x1 = f01(x0 + B0), ..., B0' = g10(x1 + B1) + g20(x2 + B2) + g30(x3), ...
"""

from __future__ import annotations

from collections.abc import Callable
from math import log

import torch
from torch import Tensor
from torch.nn import functional as F

from litesnn.search.methods.light.network import CandidateNetwork

EDGES = [(target, source) for target in range(4) for source in range(4) if target != source]
Shares = list[dict[str, float]]
"""For each edge, sorted by (target, source), the share of each operation that is live."""


def plain_kernel(spikes: Tensor) -> list[list[float]]:
    """K of one layer at one step, spikes (B, ...), by loops over samples."""
    rows = [[int(value) for value in row] for row in spikes.flatten(1)]
    neurons = len(rows[0])
    rates = [sum(row) / neurons for row in rows]
    return [
        [
            neurons
            - 0.5
            * sum(a != b for a, b in zip(mine, other, strict=True))
            / (neurons * (rates[i] * (1 - rates[j]) + (1 - rates[i]) * rates[j]) + 1e-3)
            for j, other in enumerate(rows)
        ]
        for i, mine in enumerate(rows)
    ]


def plain_kernel_fast(spikes: Tensor) -> Tensor:
    """The same with two products of matrices, as the released programs compute it, in float64."""
    x = spikes.flatten(1)
    distance = (x @ (1 - x).T + (1 - x) @ x.T).double()
    rates = x.double().mean(1)
    expected = x.shape[1] * (torch.outer(rates, 1 - rates) + torch.outer(1 - rates, rates))
    return x.shape[1] - 0.5 * distance / (expected + 1e-3)


def plain_log_determinant(rows: list[list[float]]) -> float:
    """log |det| by elimination with row exchanges; -inf where a pivot is 0."""
    rows = [list(row) for row in rows]
    total = 0.0
    for column in range(len(rows)):
        pivot = max(range(column, len(rows)), key=lambda i: abs(rows[i][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        if rows[column][column] == 0:
            return float("-inf")
        total += log(abs(rows[column][column]))
        for i in range(column + 1, len(rows)):
            factor = rows[i][column] / rows[column][column]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[column], strict=True)]
    return total


class PlainNeurons:
    """LIF with tau = 4 / 3, v_th = 1, hard reset; calls `seen` with its spikes."""

    def __init__(self, seen: Callable[[Tensor], None]) -> None:
        self.v: Tensor | None = None
        self.seen = seen

    def __call__(self, x: Tensor) -> Tensor:
        """Spikes of one step."""
        v = torch.zeros_like(x) if self.v is None else self.v
        v = v + (x - v) / (4 / 3)
        spikes = (v >= 1).to(x.dtype)
        self.v = v * (1 - spikes)
        self.seen(spikes)
        return spikes


class PlainCell:
    """One cell; every edge and operation is computed on its own."""

    def __init__(self, network: CandidateNetwork, cell: str, shares: Shares, seen: Callable[[Tensor], None]) -> None:
        self.cell, self.shares, self.norm = getattr(network, cell), shares, network.norm
        self.buffers: list[Tensor | float] = [0.0, 0.0, 0.0]
        self.neurons = {
            (edge, operation): PlainNeurons(seen)
            for edge, mixed in zip(EDGES, shares, strict=True)
            for operation in mixed
            if operation.startswith(("conv", "depthwise"))
        }

    def edge(self, target: int, source: int, x: Tensor) -> Tensor:
        """The mixed operations of one edge."""
        mixed = self.shares[EDGES.index((target, source))]
        total = torch.zeros_like(x)
        for operation, share in mixed.items():
            total = total + share * self.operation(operation, target, source, x)
        return total

    def operation(self, name: str, target: int, source: int, x: Tensor) -> Tensor:
        """One operation."""
        if name == "zeroize":
            return torch.zeros_like(x)
        if name == "skip":
            return x
        if name == "avgpool3x3":
            return F.avg_pool2d(x, 3, 1, 1)
        if name == "maxpool3x3":
            return F.max_pool2d(x, 3, 1, 1)
        spikes = self.neurons[(target, source), name](x)
        place = [t for t, s in EDGES if s == source].index(target)
        weight = self.cell.convs[f"{name}_{source}"].unflatten(0, (3, -1))[place]
        return plain_norm(
            F.conv2d(spikes, weight, padding=weight.shape[-1] // 2, groups=spikes.shape[1] // weight.shape[1]),
            self.norm,
        )

    def __call__(self, x0: Tensor) -> Tensor:
        """The cell's output of one step."""
        b0, b1, b2 = self.buffers
        e = self.edge
        z0 = x0 + b0
        x1 = e(1, 0, z0)
        z1 = x1 + b1
        x2 = e(2, 0, z0) + e(2, 1, z1)
        z2 = x2 + b2
        x3 = e(3, 0, z0) + e(3, 1, z1) + e(3, 2, z2)
        self.buffers = [e(0, 1, z1) + e(0, 2, z2) + e(0, 3, x3), e(1, 2, z2) + e(1, 3, x3), e(2, 3, x3)]
        return x3


def plain_norm(x: Tensor, mode: str) -> Tensor:
    """Untrained batch normalization of (B, C, H, W)."""
    if mode == "init":
        return x / (1 + 1e-5) ** 0.5
    mean = x.mean((0, 2, 3), keepdim=True)
    variance = ((x - mean) ** 2).mean((0, 2, 3), keepdim=True)
    return (x - mean) / (variance + 1e-5).sqrt()


@torch.no_grad()
def plain_spikes(network: CandidateNetwork, shares: Shares, inputs: Tensor, seen: Callable[[Tensor], None]) -> Tensor:
    """All steps of a batch (B, C, H, W), or of frames (B, T, C, H, W); `seen` gets the spikes of every layer at every step.

    Returns the output of the second cell at every step, (T, B, C, H, W).
    """
    skeleton = network.skeleton
    reduce = F.max_pool2d if skeleton.pool == "max" else F.avg_pool2d
    first, second = (PlainCell(network, cell, shares, seen) for cell in ("first", "second"))
    before, after, hidden = (PlainNeurons(seen) for _ in range(3))
    outputs = []
    for t in range(skeleton.timesteps):
        frame = inputs[:, t] if inputs.ndim == 5 else inputs
        x = plain_norm(F.conv2d(frame, network.stem, padding=1), network.norm)
        x = first(reduce(x, skeleton.stem_pool) if skeleton.stem_pool > 1 else x)
        x = F.conv2d(before(plain_norm(x, network.norm)), network.widen, padding=1)
        x = second(reduce(plain_norm(x, network.norm), 2))
        outputs.append(x)
        spikes = after(plain_norm(x, network.norm))
        if skeleton.hidden:
            pooled = reduce(spikes, skeleton.last_pool) if skeleton.last_pool > 1 else spikes
            hidden(F.linear(pooled.flatten(1), network.hidden))
    return torch.stack(outputs)
