"""The wiring of a genotype as its JSON says it: what each population reads, through which windows.

Written from docs/genotype.md and docs/numbers.md alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from litesnn.runtime.prove.verdict import UnknownError

Size = tuple[int, int]
Spec = Mapping[str, Any]
Signal = tuple[str, ...]  # populations of one size, side by side
# op -> kernel (0: the whole map), padding, the only stride that it may have, a maximum before it (kernel, stride, padding)
OPS: dict[str, tuple[int, int, int | None, tuple[int, int, int] | None]] = {
    "conv1x1": (1, 0, None, None),
    "conv3x3": (3, 1, None, None),
    "conv5x5": (5, 2, None, None),
    "depthwise3x3": (3, 1, None, None),
    "dense": (0, 0, 1, None),
    "skip": (1, 0, 1, None),
    "shortcut": (1, 0, None, None),
    "maxpool3x3": (1, 0, 1, (3, 1, 1)),
    "avgpool2x2": (2, 0, 2, None),
    "avgpool3x3": (3, 1, 1, None),
}
WEIGHTED = ("conv1x1", "conv3x3", "conv5x5", "depthwise3x3")


class Edge(NamedTuple):
    """Reads populations side by side through a window that is alike on both axes but for its `kernel`, (height, width)."""

    name: str
    sources: Signal
    kernel: Size
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    distance: int = 0


class Wired(NamedTuple):
    """A population; `kind` is `source`, `neurons`, `maximum` or `readout`."""

    kind: str
    channels: int
    size: Size
    edges: list[Edge]


def read_wiring(document: Spec) -> dict[str, Wired]:
    """Every population by name; `UnknownError` where the wiring does not fit what this reader knows of it."""
    channels, height, width = document["input"]["shape"]
    found, signal = {"input": Wired("source", channels, (height, width), [])}, Signal(["input"])
    if (stem := document.get("stem")) is not None:
        found["stem"] = Wired("neurons", stem["channels"], _divided((height, width), stem.get("stride", 1)), [])
        _join(found, "stem", "stem.edge0", {"op": "conv3x3", "stride": 1, **stem}, signal)
        signal = ("stem",)
    before = signal
    for index, cell in enumerate(document.get("cells", ())):
        before, signal = signal, _cell(found, index, cell, before, signal)
    if document["head"].get("pool", "global_average") == "global_average":
        edge, channels = Edge("pool", signal, found[signal[0]].size), sum(found[name].channels for name in signal)
        found["pool"], signal = Wired("neurons", channels, (1, 1), [edge]), ("pool",)
    found["readout"] = Wired("readout", document["head"]["classes"], (1, 1), [])
    _join(found, "readout", "readout.edge0", {"op": "dense"}, signal)
    return found


def _cell(found: dict[str, Wired], index: int, cell: Spec, s0: Signal, s1: Signal) -> Signal:
    """Add a cell; gives what the next one reads as `s1`."""
    signals, nodes = {"s0": s0, "s1": s1}, [f"cell{index}.node{j}" for j in range(len(cell["nodes"]))]
    for j, (name, node) in enumerate(zip(nodes, cell["nodes"], strict=True)):
        inputs = node["inputs"]
        size = _divided(found[signals[inputs[0]["source"]][0]].size, inputs[0].get("pool") or 1, down=True)
        if any(spec["op"] == "dense" for spec in inputs):
            size = (1, 1)
        elif node.get("stride") is not None:
            size = _divided(size, node["stride"])
        elif any(spec["source"] in ("s0", "s1") for spec in inputs):
            size = _divided(found[s1[0]].size, cell.get("stride", 1))
        found[name] = Wired("neurons", node.get("channels") or cell["channels"], size, [])
        for e, spec in enumerate(inputs):
            spec = {**spec, "nearest": cell.get("downsample") == "nearest"}
            _join(found, name, f"{name}.edge{e}", spec, signals[spec["source"]])
        signals[f"n{j}"] = (name,)
    for b, spec in enumerate(cell.get("backward", ())):
        (target,) = s1 if spec["target"] == "input" else signals[spec["target"]]
        _join(found, target, f"cell{index}.backward{b}", {"op": spec["op"], "distance": 1}, signals[spec["source"]])
    return tuple(nodes if cell.get("output", "concat") == "concat" else nodes[-1:])


def _join(found: dict[str, Wired], target: str, name: str, spec: Spec, read: Signal) -> None:
    """Add an edge into a population, and the maxima that it reads."""
    if spec["op"] not in OPS:
        raise UnknownError(f"{name}: the operation {spec['op']}, which this checker does not know")
    kernel, padding, only, window = OPS[spec["op"]]
    if spec.get("pool") is not None:
        window = (spec["pool"], spec["pool"], 0)
    if window is not None:
        pooled = [name + (".max" if len(read) == 1 else f".max{i}") for i in range(len(read))]
        for own, source in zip(pooled, read, strict=True):
            edge, _, channels, size = Edge(own, (source,), (window[0], window[0]), *window[1:]), *found[source][:3]
            found[own] = Wired("maximum", channels, _reached(size, *window), [edge])
        read = tuple(pooled)
    size, into, distance = found[read[0]].size, found[target], spec.get("distance", 0)
    if kernel == 0:
        into.edges.append(Edge(name, read, size, distance=distance))
        return
    stride = spec.get("stride") or only or max(-(-side // wanted) for side, wanted in zip(size, into.size, strict=True))
    dilation = stride if spec.get("nearest") and kernel > 1 and spec["op"] in WEIGHTED else 1
    steps: dict[str, int] = {"stride": stride, "padding": padding * dilation, "dilation": dilation}
    into.edges.append(Edge(name, read, kernel=(kernel, kernel), distance=distance, **steps))
    if _reached(size, kernel, **steps) != into.size:
        raise UnknownError(f"genotype.json: {name} does not make maps of {into.size} from {size}")


def _divided(size: Size, stride: int, down: bool = False) -> Size:
    return (size[0] // stride, size[1] // stride) if down else (-(-size[0] // stride), -(-size[1] // stride))


def _reached(size: Size, kernel: int, stride: int, padding: int, dilation: int = 1) -> Size:
    height, width = ((side + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1 for side in size)
    return (height, width)
