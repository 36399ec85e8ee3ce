"""The network as genotype.json wires it, with PyTorch's integers: populations, and what each reads through windows.

Written from docs/genotype.md and docs/numbers.md alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from litesnn.runtime.prove.neurons import READOUT_MAX, Ints, Neurons
from litesnn.runtime.prove.program import Block, Entry, Pair
from litesnn.runtime.prove.verdict import UnknownError

Signal = tuple[str, ...]  # populations of one size, side by side
Four = tuple[int, int, int, int]
# op -> side of its kernel, 0: the whole map; the stride that it always has
OPS = {"conv1x1": (1, None), "conv3x3": (3, None), "conv5x5": (5, None), "depthwise3x3": (3, None), "dense": (0, 1)}
OPS |= {"skip": (1, 1), "shortcut": (1, None), "maxpool3x3": (1, 1), "avgpool2x2": (2, 2), "avgpool3x3": (3, 1)}
MAXIMA = {"maxpool3x3": (3, 1, 1)}  # kernel, stride and padding of a maximum before it
EXACT = 2**46  # below it integers, and their sums, are exact in float64


class Wired(NamedTuple):
    """A population: `ids` of its channels in the network, and `fields` that it has in the graph."""

    ids: Ints
    size: Pair
    fields: Entry


class Reference:
    """Populations by name, and blocks between their ids; `UnknownError` for wiring or integers that are not known.

    `steps` : of a sample; `labels` : what channels are called, by ids

    Parameters
    ----------
    document : genotype.json
    integers : population -> PyTorch's, `FixedPopulation` of `search/model/reference.py`
    relays : of the program, and whose spikes each sends on: its neurons read their own one once, in the same step
    """

    def __init__(self, document: Entry, integers: Mapping[str, Any], relays: Mapping[str, str]) -> None:
        self.steps, self.integers, self.relays, given = document["timesteps"], integers, relays, document["input"]
        self.populations, self.labels, self.blocks = dict[str, Wired](), list[str](), list[Block]()
        direct, (channels, height, width) = given.get("encoding", "direct") == "direct", given["shape"]
        ends = (given.get("minimum", -128), given.get("maximum", 127), 8) if direct else (0, 1, 0)
        entering = dict(zip(("minimum", "maximum", "message_bits"), ends, strict=True))
        signal = self._add("input", "source", channels, (height, width), timesteps=self.steps, **entering)
        if (stem := document.get("stem")) is not None:
            size = _reached((height, width), (1, 1), stem.get("stride", 1))
            self._add("stem", "neurons", stem["channels"], size)
            signal = self._join("stem", "stem.edge0", {"op": "conv3x3", **stem}, signal)
        before = signal
        for index, cell in enumerate(document.get("cells", ())):
            before, signal = signal, self._cell(index, cell, before, signal)
        if document["head"].get("pool", "global_average") == "global_average":
            self._add("pool", "neurons", len(self._read(signal).ids), (1, 1))
            signal = self._join("pool", "pool", {"op": "dense"}, signal)  # channel by channel, as its weights are
        self._add("readout", "readout", document["head"]["classes"], (1, 1))
        self._join("readout", "readout.edge0", {"op": "dense"}, signal)
        folded = {(name, edge) for name, found in integers.items() for edge in found.weights}
        if other := folded ^ {(block.target, block.name) for block in self.blocks}:
            raise UnknownError(f"genotype.json: PyTorch folds other edges than it has, {sorted(other)}")
        for name in sorted(relays.keys() - self.populations.keys()):
            if relays[name] in self.populations:
                of = self.populations[relays[name]]
                self._add(name, "relay", len(of.ids), of.size)
                self._join(name, name, {"op": "skip"}, (relays[name],))

    def neurons(self) -> Neurons:
        """PyTorch's constants, by ids; of input and relays, which it has none of, 0."""
        decay, bias, threshold = np.zeros((3, len(self.labels)), np.int64)
        made = Neurons(decay, bias, threshold, np.full(len(self.labels), "none", "U16"))
        for name, found in self.integers.items():
            ids = self.populations[name].ids
            made.decay[ids], made.bias[ids] = found.decay_mantissa, found.bias_mant << found.bias_exp
            made.threshold[ids] = READOUT_MAX if found.threshold is None else found.threshold
            made.reset[ids] = "none" if found.threshold is None else found.reset
        return made

    def _add(self, name: str, kind: str, channels: int, size: Pair, **fields: int) -> Signal:
        ids = len(self.labels) + np.arange(channels)
        self.labels += [f"'{name}', channel {channel}" for channel in range(channels)]
        said = {"kind": kind, "genotype_channels": channels, "size": size}
        self.populations[name] = Wired(ids, size, said | fields)
        return (name,)

    def _read(self, signal: Signal) -> Wired:
        """What several populations are side by side."""
        ids = np.concatenate([self.populations[name].ids for name in signal])
        return Wired(ids, self.populations[signal[0]].size, {})

    def _cell(self, index: int, cell: Entry, s0: Signal, s1: Signal) -> Signal:
        """Add a cell; gives what the next one reads as `s1`."""
        signals, nodes, near = {"s0": s0, "s1": s1}, Signal(), {"nearest": cell.get("downsample") == "nearest"}
        for j, node in enumerate(cell["nodes"]):
            name, inputs, stride = f"cell{index}.node{j}", node["inputs"], node.get("stride")
            pool = inputs[0].get("pool") or 1
            size = _reached(self._read(signals[inputs[0]["source"]]).size, (pool, pool), pool)
            if stride is None and any(spec["source"] in ("s0", "s1") for spec in inputs):
                size, stride = self._read(s1).size, cell.get("stride", 1)
            size = _reached(size, (1, 1), 1 if stride is None else stride)
            size = (1, 1) if any(spec["op"] == "dense" for spec in inputs) else size
            channels = node.get("channels") or cell["channels"]
            signals[f"n{j}"] = self._add(name, "neurons", channels, size)
            for e, spec in enumerate(inputs):
                self._join(name, f"{name}.edge{e}", {**spec, **near}, signals[spec["source"]])
            nodes += (name,)
        for b, spec in enumerate(cell.get("backward", ())):
            (target,) = s1 if spec["target"] == "input" else signals[spec["target"]]
            self._join(target, f"cell{index}.backward{b}", {"op": spec["op"], "distance": 1}, signals[spec["source"]])
        return nodes if cell.get("output", "concat") == "concat" else nodes[-1:]

    def _join(self, target: str, name: str, spec: Entry, read: Signal) -> Signal:
        """Add an edge into a population, and the maxima that it reads; gives the population."""
        op, pool = spec["op"], spec.get("pool")
        if op not in OPS:
            raise UnknownError(f"{name}: the operation {op}, which this checker does not know")
        maximum = MAXIMA.get(op) if pool is None else (pool, pool, 0)
        if maximum is not None:
            (side, step, padding), pooled = maximum, Signal()
            for i, source in enumerate(read):
                own, of = name + (f".max{i}" if len(read) > 1 else ".max"), self.populations[source]
                pooled += self._add(own, "maximum", len(of.ids), _reached(of.size, (side, side), step, padding))
                self._edge(own, own, (source,), (side, side), (step, padding, 1, 0))
            read = pooled
        (side, always), size, made = OPS[op], self._read(read).size, self.populations[target].size
        stride = spec.get("stride") or always or max(-(-s // wanted) for s, wanted in zip(size, made, strict=True))
        dilation = stride if spec.get("nearest") and always is None else 1
        slide = (stride, (side - 1) // 2 * dilation if side else 0, dilation, spec.get("distance", 0))
        self._edge(target, name, read, (side, side) if side else size, slide)
        return (target,)

    def _edge(self, target: str, name: str, read: Signal, kernel: Pair, slide: Four) -> None:
        """Add PyTorch's integers of an edge, of a relay 1; `slide`: stride, padding, dilation and distance."""
        (into, made, _), (ids, size, _), (*figures, distance) = self.populations[target], self._read(read), slide
        if _reached(size, kernel, *figures) != made:
            raise UnknownError(f"genotype.json: {name} does not make maps of {made} from {size}")
        weights = self.integers[target].weights[name] if target in self.integers else np.ones(len(into), np.int64)
        kernels = weights.reshape(len(into), -1, *kernel)
        by_channel = kernels.shape[1] == 1 < len(ids) == len(into)
        if not by_channel and kernels.shape[1] != len(ids):
            raise UnknownError(f"{name}: PyTorch folds weights of shape {kernels.shape}")
        if max(int(kernels.max(initial=0)), -int(kernels.min(initial=0))) >= EXACT:
            raise UnknownError(f"{name}: integers beyond 2^46, where float64 is not exact")
        ends = (into[:, None], ids[:, None] if by_channel else ids)
        window = [(figure, figure) for figure in figures]
        block = Block(name, read[0], target, {}, kernels=kernels, ends=ends, window=window, distance=distance)
        self.blocks.append(block)


def _reached(size: Pair, kernel: Pair, stride: int, padding: int = 0, dilation: int = 1) -> Pair:
    """Size of the map that a kernel makes of one."""
    h, w = ((s + 2 * padding - dilation * (k - 1) - 1) // stride + 1 for s, k in zip(size, kernel, strict=True))
    return (h, w)
