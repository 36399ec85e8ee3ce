"""One cell of a candidate network, one time step at a time: SNASNet's LIF-Conv-BN order, analog sums, feedback one step later.

Every convolution of the published cell has neurons of its own. Those that read one node have the same input and so the same
spikes: they are computed once, and one convolution makes the currents of all edges that leave the node. What does not matter is
not computed: operations without a share, and feedback after the last step.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from litesnn.compiler.genotype import OPS, Op
from litesnn.search.methods.light.layers import Neurons, NormMode, folded, kaiming, normalize
from litesnn.search.methods.light.mixture import Mixture, Share
from litesnn.search.methods.light.sahd import SahdSum
from litesnn.search.spaces.four_nodes import CELL_EDGES, INPUT, NODES, OUTPUT, CellEdge
from litesnn.search.spaces.operations import CONVOLUTIONS

LEAVING = tuple(tuple(edge for edge in CELL_EDGES if edge.source == node) for node in range(NODES))
"""The edges that leave each node, by target."""


class CellState:
    """What a cell remembers between two steps: the neurons behind each node, and feedback on its way to each node."""

    def __init__(self) -> None:
        self.neurons = [Neurons() for _ in range(NODES)]
        self.feedback: list[Tensor | None] = [None] * NODES


class Cell(nn.Module):
    """Random weights of all convolutions that may be on an edge, never trained.

    Attributes
    ----------
    convs : by operation and source, (3 * C, C, k, k), with 1 for C where channels are read one by one: the targets in order
    """

    def __init__(self, operations: tuple[str, ...], channels: int, norm: NormMode, generator: torch.Generator) -> None:
        super().__init__()
        self.channels = channels
        self.norm: NormMode = norm
        self.operations = operations
        self.convs = nn.ParameterDict(
            {
                f"{operation}_{node}": nn.Parameter(
                    kaiming(_weight_shape(OPS[operation], channels, len(edges)), generator),
                    requires_grad=False,
                )
                for operation in CONVOLUTIONS
                if operation in operations
                for node, edges in enumerate(LEAVING)
            }
        )

    def step(self, x0: Tensor, mixture: Mixture, state: CellState, score: SahdSum, last: bool) -> Tensor:
        """The cell's analog output (K, B, C, H, W) of one step, from its analog input; spikes go into `score`.

        `last`: no step follows, so that no feedback is needed.
        """
        arriving, state.feedback = state.feedback, [None] * NODES
        sums: list[Tensor | None] = [x0 if node == INPUT else None for node in range(NODES)]
        for node in range(NODES):
            value = _plus(sums[node], arriving[node])
            sums[node] = value
            if value is None:
                score.add_silent(x0[0, 0].numel(), mixture.neurons(node))
                continue
            edges = [edge for edge in LEAVING[node] if not (last and edge.feedback)]
            for edge, current in self._currents(node, edges, value, mixture, state, score):
                into = state.feedback if edge.feedback else sums
                into[edge.target] = _plus(into[edge.target], current)
        output = sums[OUTPUT]
        return torch.zeros_like(x0) if output is None else output

    def _currents(
        self, node: int, edges: list[CellEdge], value: Tensor, mixture: Mixture, state: CellState, score: SahdSum
    ) -> list[tuple[CellEdge, Tensor]]:
        """What each operation on each of `edges` passes on from a node's analog sum."""
        currents = []
        times = mixture.neurons(node)
        if isinstance(times, Tensor) or times > 0:
            spikes = state.neurons[node].fire(value)
            score.add(spikes, times)
            for operation in CONVOLUTIONS:
                currents += self._convolved(operation, node, edges, spikes, mixture)
        for edge in edges:
            for operation in self.operations:
                share = mixture.share(edge.number, operation)
                if share is not None and operation in _ANALOG:
                    currents.append((edge, _scaled(_ANALOG[operation](value), share)))
        return currents

    def _convolved(
        self, operation: str, node: int, edges: list[CellEdge], spikes: Tensor, mixture: Mixture
    ) -> list[tuple[CellEdge, Tensor]]:
        shares = [(edge, share) for edge in edges if (share := mixture.share(edge.number, operation)) is not None]
        if not shares:
            return []
        places = [LEAVING[node].index(edge) for edge, _ in shares]
        weight = self.convs[f"{operation}_{node}"]
        if len(places) < len(LEAVING[node]):
            weight = weight.unflatten(0, (-1, self.channels))[places].flatten(0, 1)
        together = folded(lambda x: _convolution(OPS[operation], x, weight), spikes)
        parts = normalize(together, self.norm).chunk(len(shares), 2)
        return [(edge, _scaled(part, share)) for (edge, share), part in zip(shares, parts, strict=True)]


_ANALOG: dict[str, Callable[[Tensor], Tensor]] = {
    "skip": lambda value: value,
    "avgpool3x3": lambda value: folded(lambda x: F.avg_pool2d(x, 3, stride=1, padding=1), value),
    "maxpool3x3": lambda value: folded(lambda x: F.max_pool2d(x, 3, stride=1, padding=1), value),
}
"""What the operations without neurons do with a node's analog sum."""


def _weight_shape(op: Op, channels: int, targets: int) -> tuple[int, ...]:
    return (targets * channels, 1 if op.by_channel else channels, op.kernel, op.kernel)


def _convolution(op: Op, x: Tensor, weight: Tensor) -> Tensor:
    """Targets side by side; where channels are read one by one, each target reads a copy of the source's."""
    if op.by_channel:
        return F.conv2d(x.repeat(1, len(weight) // x.shape[1], 1, 1), weight, padding=op.padding, groups=len(weight))
    return F.conv2d(x, weight, padding=op.padding)


def _scaled(current: Tensor, share: Share) -> Tensor:
    if isinstance(share, Tensor):
        return current * share.to(current.dtype)
    return current if share == 1 else current * share


def _plus(first: Tensor | None, second: Tensor | None) -> Tensor | None:
    if first is None or second is None:
        return second if first is None else first
    return first + second
