"""Edges and hyperedges of the YAML description: conv2d, dense and sparse, as SANA-FE lays their lists of weights out.

- conv2d: neurons are numbered (channel, row, column), weights (row, column, input channel, output channel); no padding.
- dense: weights (source, target). sparse: one weight for each of `source_target_pairs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from litesnn.base.text import brief
from litesnn.compiler.frontends.sanafe.description import (
    SYNAPSES_MAX,
    AllToAll,
    Connection,
    Convolution,
    Floats,
    Group,
    Ints,
    Pairs,
    convolved,
)
from litesnn.compiler.frontends.sanafe.place import Place
from litesnn.compiler.frontends.sanafe.values import entries, mapping, neuron_range, number, numbers, only, shown, whole
from litesnn.compiler.frontends.sanafe.yaml_text import Node

DELAY_MAX = 5
"""Extra steps that SANA-FE 2.2's `accumulator_with_delay` holds; it refuses more."""
WEIGHT, DELAY = ("weight", "w"), ("delay", "d")
COSTS = ("latency", "energy", "synapse_hw_name", "dendrite_hw_name", "g", "mixed")
"""Attributes of an edge that change what it costs, and nothing else."""
SIDES = ("input_height", "input_width", "input_channels", "kernel_height", "kernel_width", "kernel_count")
STRIDES = ("stride_height", "stride_width")
SIDE_MAX = 2**15


class Edges:
    """Connections as they are read; edges between single neurons are gathered by their groups."""

    def __init__(self, place: Place, groups: Mapping[str, Group]) -> None:
        self.place, self.groups = place, groups
        self._found: list[Connection] = []
        self._single: dict[tuple[str, str], tuple[list[int], list[int], list[float], list[int]]] = {}

    def add(self, key: str, attributes: Node) -> None:
        """One entry: `a.0 -> b.1` for neurons, `a -> b` for groups."""
        place = self.place.below(key)
        source, arrow, target = (part.strip() for part in key.partition("->"))
        (start, _, pre), (end, _, post) = source.partition("."), target.partition(".")
        if not arrow or bool(pre) != bool(post):
            place.refuse("allowed: GROUP.NEURON -> GROUP.NEURON, or GROUP -> GROUP with a type")
        for name in (start, end):
            if name not in self.groups:
                place.refuse(f"found group '{brief(name)}'; allowed: a group of the network")
        found = mapping(place, attributes)
        if not pre:
            self._found.append(self._hyperedge(place, start, end, found))
            return
        weight, delay = _edge_values(place, found)
        single = self._single.setdefault((start, end), ([], [], [], []))
        single[0].append(_one(place, pre, self.groups[start]))
        single[1].append(_one(place, post, self.groups[end]))
        single[2].append(weight)
        single[3].append(delay)

    def connections(self) -> tuple[Connection, ...]:
        """All of them."""
        gathered = [
            Pairs(
                start,
                end,
                place=self.place.below(f"{start} -> {end}"),
                pre=_ids(pre),
                post=_ids(post),
                weight=np.array(weight),
                delay=_ids(delay),
            )
            for (start, end), (pre, post, weight, delay) in self._single.items()
        ]
        return (*self._found, *gathered)

    def _hyperedge(self, place: Place, start: str, end: str, found: dict[str, Node]) -> Connection:
        kind = found.get("type", "")
        if not isinstance(kind, str) or kind not in HYPEREDGES:
            place.refuse(f"found type {shown(kind)}; supported: {', '.join(HYPEREDGES)}")
        for section in ("synapse", "dendrite"):
            if section in found:
                place.refuse(
                    f"found a section '{section}'; allowed: lists for the whole edge (SANA-FE 2.2 fails on others)"
                )
        return HYPEREDGES[kind](place, self.groups[start], self.groups[end], found)


def _convolution(place: Place, source: Group, target: Group, found: dict[str, Node]) -> Convolution:
    only(place, found, ("type", *SIDES, *STRIDES, *WEIGHT, *DELAY, *COSTS))
    missing = [name for name in SIDES if name not in found]
    if missing:
        place.refuse(f"found no {missing[0]}; allowed: {', '.join(SIDES)}")
    sides = [whole(place.below(name), found[name], 1, SIDE_MAX) for name in SIDES]
    rows, columns = (whole(place.below(name), found.get(name, "1"), 1, SIDE_MAX) for name in STRIDES)
    height, width, channels, tall, wide, kernels = sides
    in_shape = (channels, height, width)
    if tall > height or wide > width:
        place.refuse(f"found a kernel of {tall} x {wide} on maps of {height} x {width}; allowed: smaller ones")
    out_shape = convolved(in_shape, (tall, wide), (rows, columns), kernels)
    for group, shape in ((source, in_shape), (target, out_shape)):
        if int(np.prod(shape)) != group.size:
            place.refuse(f"'{brief(group.name)}' has {group.size} neurons; the convolution needs {shape} (C, H, W)")
    weight, delay = _lists(place, found, tall * wide * channels * kernels)
    order = (tall, wide, channels, kernels)
    return Convolution(
        *(source.name, target.name, place),
        weight=weight.reshape(order).transpose(3, 2, 0, 1),
        delay=delay.reshape(order).transpose(3, 2, 0, 1),
        stride=(rows, columns),
        in_shape=in_shape,
        out_shape=out_shape,
    )


def _dense(place: Place, source: Group, target: Group, found: dict[str, Node]) -> AllToAll:
    only(place, found, ("type", *WEIGHT, *DELAY, *COSTS))
    size = (source.size, target.size)
    weight, delay = _lists(place, found, source.size * target.size)
    return AllToAll(source.name, target.name, place=place, weight=weight.reshape(size).T, delay=delay.reshape(size).T)


def _sparse(place: Place, source: Group, target: Group, found: dict[str, Node]) -> Pairs:
    only(place, found, ("type", "source_target_pairs", *WEIGHT, *DELAY, *COSTS))
    at = place.below("source_target_pairs")
    pairs = entries(at, found.get("source_target_pairs", ""))
    ids = np.zeros((len(pairs), 2), np.int64)
    for index, pair in enumerate(pairs):
        if not isinstance(pair, list) or len(pair) != 2:
            at.refuse(f"found {shown(pair)}; allowed: [SOURCE, TARGET]")
        ids[index] = [whole(at, pair[0], 0, source.size - 1), whole(at, pair[1], 0, target.size - 1)]
    weight, delay = _lists(place, found, len(pairs))
    if len(weight) != len(pairs):
        place.refuse(f"found {len(weight)} weights for {len(pairs)} pairs; allowed: one each")
    return Pairs(source.name, target.name, place=place, pre=ids[:, 0], post=ids[:, 1], weight=weight, delay=delay)


HYPEREDGES: dict[str, Callable[[Place, Group, Group, dict[str, Node]], Connection]] = {
    "conv2d": _convolution,
    "dense": _dense,
    "sparse": _sparse,
}


def _lists(place: Place, found: dict[str, Node], count: int) -> tuple[Floats, Ints]:
    """Weights and delays of a hyperedge, of which SANA-FE takes the first `count`."""
    if count > SYNAPSES_MAX:
        place.refuse(f"found {count:,} weights; allowed: {SYNAPSES_MAX:,}")
    weight, delay = _named(place, found, WEIGHT), _named(place, found, DELAY)
    weights = np.zeros(count) if weight is None else numbers(place.below("weight"), weight)
    delays = np.zeros(count) if delay is None else numbers(place.below("delay"), delay)
    for what, values in (("weights", weights), ("delays", delays)):
        if len(values) < count:
            place.refuse(f"found {len(values)} {what}; allowed: {count}")
    off = delays[(delays != np.rint(delays)) | (delays < 0) | (delays > DELAY_MAX)]
    if off.size:
        place.refuse(f"found a delay of {off[0]:g}; allowed: whole steps 0 .. {DELAY_MAX}, which SANA-FE 2.2 holds")
    return weights[:count], delays[:count].astype(np.int64)


def _edge_values(place: Place, found: dict[str, Node]) -> tuple[float, int]:
    """Weight and delay of an edge between two neurons."""
    if "dendrite" in found and any(mapping(place, found["dendrite"]).values()):
        place.refuse("found a section 'dendrite'; allowed: delay beside the weight (SANA-FE 2.2 reads none in there)")
    values = {key: value for key, value in found.items() if key not in ("synapse", "dendrite")}
    values |= mapping(place.below("synapse"), found.get("synapse", ""))
    only(place, values, (*WEIGHT, *DELAY, *COSTS))
    weight, delay = _named(place, values, WEIGHT), _named(place, values, DELAY)
    return (
        0.0 if weight is None else number(place.below("weight"), weight),
        0 if delay is None else whole(place.below("delay"), delay, 0, DELAY_MAX),
    )


def _named(place: Place, found: dict[str, Node], names: tuple[str, str]) -> Node | None:
    given = [name for name in names if name in found]
    if len(given) > 1:
        place.refuse(f"found {' and '.join(given)}; allowed: one of them")
    return found[given[0]] if given else None


def _one(place: Place, text: str, group: Group) -> int:
    ids = neuron_range(place, text, group.size)
    if len(ids) != 1:
        place.refuse(f"found neurons '{brief(text)}'; allowed: one")
    return ids[0]


def _ids(values: list[int]) -> Ints:
    return np.array(values, np.int64)
