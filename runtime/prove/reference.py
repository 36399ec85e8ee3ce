"""The network as genotype.json wires it, with PyTorch's integers: populations, and what each reads through windows.

Written from docs/genotype.md and docs/numbers.md alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from litesnn.runtime.prove.program import Block, Entry
from litesnn.runtime.prove.ranges import READOUT_MAX, Constants
from litesnn.runtime.prove.synapses import Pair
from litesnn.runtime.prove.verdict import UnknownError

Four = tuple[int, int, int, int]
Signal = tuple[str, ...]  # populations of one size, side by side
# op -> kernel, 0: the whole map; and the only stride that it may have
KERNELS = {"conv1x1": 1, "conv3x3": 3, "conv5x5": 5, "depthwise3x3": 3, "dense": 0, "skip": 1, "shortcut": 1}
KERNELS |= {"maxpool3x3": 1, "avgpool2x2": 2, "avgpool3x3": 3}
STRIDES = {"skip": 1, "maxpool3x3": 1, "avgpool2x2": 2, "avgpool3x3": 1}
MAXIMA = {"maxpool3x3": (3, 1, 1)}  # kernel, stride and padding of a maximum before it
WEIGHTED = ("conv1x1", "conv3x3", "conv5x5", "depthwise3x3")
NEURONS = ("lif", "programmed_lif")
EXACT = 2**46  # below it integers, and their sums, are exact in float64


class Wired(NamedTuple):
    """A population, and what it may be in the graph."""

    roles: tuple[str, ...]
    channels: int
    size: Pair


class Reference:
    """Populations by name, and blocks; `UnknownError` where wiring or integers do not fit what is known here.

    `steps` : of a sample; `entering` : smallest and largest value of the input, and bits of its messages

    Parameters
    ----------
    document : genotype.json
    integers : population -> PyTorch's, `FixedPopulation` of `search/model/reference.py`
    """

    def __init__(self, document: Entry, integers: Mapping[str, Any]) -> None:
        self.steps, given = document["timesteps"], document["input"]
        direct = given.get("encoding", "direct") == "direct"
        self.entering = (given.get("minimum", -128), given.get("maximum", 127), 8) if direct else (0, 1, 0)
        channels, height, width = given["shape"]
        self.populations = {"input": Wired(("source",), channels, (height, width))}
        self.blocks, self.integers, signal = list[Block](), integers, Signal(["input"])
        if (stem := document.get("stem")) is not None:
            size = _reached((height, width), 1, stem.get("stride", 1), 0)
            self.populations["stem"] = Wired(NEURONS, stem["channels"], size)
            self._join("stem", "stem.edge0", {"op": "conv3x3", "stride": 1, **stem}, signal)
            signal = ("stem",)
        before = signal
        for index, cell in enumerate(document.get("cells", ())):
            before, signal = signal, self._cell(index, cell, before, signal)
        if document["head"].get("pool", "global_average") == "global_average":
            channels = sum(self.populations[name].channels for name in signal)
            self.populations["pool"] = Wired(NEURONS, channels, (1, 1))
            self._edge("pool", "pool", signal, self.populations[signal[0]].size)
            signal = ("pool",)
        self.populations["readout"] = Wired(("readout",), document["head"]["classes"], (1, 1))
        self._join("readout", "readout.edge0", {"op": "dense"}, signal)
        folded = {(name, edge) for name in self.populations if name != "input" for edge in integers[name].weights}
        if other := folded ^ {(block.target, block.name) for block in self.blocks}:
            raise UnknownError(f"genotype.json: PyTorch folds other edges than it has, {sorted(other)}")

    def constants(self, name: str) -> Constants:
        """PyTorch's, of a whole population."""
        found, full = self.integers[name], np.ones(self.populations[name].channels, np.int64)
        threshold = full * READOUT_MAX if found.threshold is None else found.threshold
        reset = "none" if name == "readout" else found.reset
        return Constants(full * found.decay_mantissa, found.bias_mant << found.bias_exp, threshold, reset)

    def _cell(self, index: int, cell: Entry, s0: Signal, s1: Signal) -> Signal:
        """Add a cell; gives what the next one reads as `s1`."""
        signals, nodes = {"s0": s0, "s1": s1}, [f"cell{index}.node{j}" for j in range(len(cell["nodes"]))]
        for j, (name, node) in enumerate(zip(nodes, cell["nodes"], strict=True)):
            inputs = node["inputs"]
            pooled = inputs[0].get("pool") or 1
            size = _reached(self.populations[signals[inputs[0]["source"]][0]].size, pooled, pooled, 0)
            if any(spec["op"] == "dense" for spec in inputs):
                size = (1, 1)
            elif node.get("stride") is not None:
                size = _reached(size, 1, node["stride"], 0)
            elif any(spec["source"] in ("s0", "s1") for spec in inputs):
                size = _reached(self.populations[s1[0]].size, 1, cell.get("stride", 1), 0)
            self.populations[name] = Wired(NEURONS, node.get("channels") or cell["channels"], size)
            for e, spec in enumerate(inputs):
                spec = {**spec, "nearest": cell.get("downsample") == "nearest"}
                self._join(name, f"{name}.edge{e}", spec, signals[spec["source"]])
            signals[f"n{j}"] = (name,)
        for b, spec in enumerate(cell.get("backward", ())):
            (target,) = s1 if spec["target"] == "input" else signals[spec["target"]]
            self._join(target, f"cell{index}.backward{b}", {"op": spec["op"], "distance": 1}, signals[spec["source"]])
        return tuple(nodes if cell.get("output", "concat") == "concat" else nodes[-1:])

    def _join(self, target: str, name: str, spec: Entry, read: Signal) -> None:
        """Add an edge into a population, and the maxima that it reads."""
        if spec["op"] not in KERNELS:
            raise UnknownError(f"{name}: the operation {spec['op']}, which this checker does not know")
        side, only, maximum = KERNELS[spec["op"]], STRIDES.get(spec["op"]), MAXIMA.get(spec["op"])
        maximum = maximum if spec.get("pool") is None else (spec["pool"], spec["pool"], 0)
        if maximum is not None:
            pooled = [name + (".max" if len(read) == 1 else f".max{i}") for i in range(len(read))]
            for own, source in zip(pooled, read, strict=True):
                _, channels, size = self.populations[source]
                self.populations[own] = Wired(("maximum",), channels, _reached(size, *maximum))
                self._edge(own, own, (source,), (maximum[0], maximum[0]), (*maximum[1:], 1, 0))
            read = tuple(pooled)
        size, into, distance = self.populations[read[0]].size, self.populations[target].size, spec.get("distance", 0)
        if side == 0:
            return self._edge(target, name, read, size, (1, 0, 1, distance))
        stride = spec.get("stride") or only or max(-(-s // wanted) for s, wanted in zip(size, into, strict=True))
        dilation = stride if spec.get("nearest") and side > 1 and spec["op"] in WEIGHTED else 1
        padding = (side - 1) // 2 * dilation
        if _reached(size, side, stride, padding, dilation) != into:
            raise UnknownError(f"genotype.json: {name} does not make maps of {into} from {size}")
        return self._edge(target, name, read, (side, side), (stride, padding, dilation, distance))

    def _edge(self, target: str, name: str, read: Signal, kernel: Pair, slide: Four = (1, 0, 1, 0)) -> None:
        """Add the blocks of an edge, one for each population read; `slide`: stride, padding, dilation, distance."""
        into, counts = self.populations[target].channels, [self.populations[source].channels for source in read]
        kernels, first, whole = self.integers[target].weights[name].reshape(into, -1, *kernel), 0, sum(counts)
        by_channel = kernels.shape[1] == 1 < whole == into
        if not by_channel and kernels.shape[1] != whole:
            raise UnknownError(f"{name}: PyTorch folds weights of shape {kernels.shape}")
        if max(int(kernels.max(initial=0)), -int(kernels.min(initial=0))) >= EXACT:
            raise UnknownError(f"{name}: integers beyond 2^46, where float64 is not exact")
        stride, padding, dilation = ((figure, figure) for figure in slide[:3])
        for source, count in zip(read, counts, strict=True):
            ids, own = np.arange(count), slice(first, first + count)
            ends = (ids + first, ids) if by_channel else (np.arange(into)[:, None], ids)
            part, window = kernels[own, 0] if by_channel else kernels[:, own], (stride, padding, dilation)
            block = Block(name, source, target, {}, kernels=part, ends=ends, window=window, distance=slide[3])
            self.blocks.append(block)
            first += count


def _reached(size: Pair, kernel: int, stride: int, padding: int, dilation: int = 1) -> Pair:
    height, width = ((side + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1 for side in size)
    return (height, width)
