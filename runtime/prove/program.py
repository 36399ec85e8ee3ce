"""A program's graph.json and weights.safetensors, decoded for the checker alone.

A kind, geometry or field that is not listed here is not known: a version that added it may compute otherwise by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.runtime.prove.ranges import READOUT_MAX
from litesnn.runtime.prove.verdict import UnknownError

Ints = npt.NDArray[np.int64]
Pair = tuple[int, int]
Arrays = Mapping[str, npt.NDArray[np.generic]]
Entry = Mapping[str, Any]
EVERY = "kind name shape channels genotype_channels place arrival"
MEMBRANE = f"{EVERY} du dv reset_interval reset_offset initiation_interval open_slots on_host is_output"
WINDOW, POOL, ALL, PAIRS = "stride padding dilation", "kernel stride padding", "codes", "codes targets sources"
GRAPH = "format version timesteps isolated populations blocks labels removals ranges schedule"
SCHEDULE = "timesteps depth delayed_blocks relays delay_slots initiation_interval slots loops"
FORMAT = "exponent num_weight_bits weight_exp sign_mode"
BLOCK = f"name source target edge place geometry params {FORMAT} delay distance part"
ROLES = {"source": f"{EVERY} minimum maximum message_bits", "readout": MEMBRANE, "lif": f"{MEMBRANE} role"}
ROLES |= dict.fromkeys(("maximum", "relay"), f"{MEMBRANE} role stands_for")
ROLES["programmed_lif"] = f"{MEMBRANE} role reset spike_at"
# geometry -> its figures, and its tensors
GEOMETRIES = {"conv2d": (WINDOW, ALL), "depthwise": (WINDOW, PAIRS), "dense": ("", ALL), "pool": (POOL, PAIRS)}
GEOMETRIES["one_to_one"] = GEOMETRIES["pool"]


class Population(NamedTuple):
    """A population: `role` is its kind, `entry` its fields in graph.json; `channels` (C,) in the genotype."""

    name: str
    role: str
    entry: Entry
    channels: Ints
    arrays: Arrays

    @property
    def size(self) -> Pair:
        """Height and width."""
        return (self.entry["shape"][1], self.entry["shape"][2])

    @property
    def arrival(self) -> int:
        """Step of the chip in which it computes the first step of the first sample."""
        return int(self.entry["arrival"])

    def constant(self, field: str) -> Ints:
        """A number or a tensor of it, (C,); 0 where it is neither."""
        value = self.arrays[field] if field in self.arrays else self.entry.get(field, 0)
        return np.broadcast_to(np.asarray(value, np.int64), len(self.channels))

    @property
    def bias(self) -> Ints:
        """In membrane units, (C,)."""
        return self.constant("bias_mant") << self.constant("bias_exp")

    @property
    def threshold(self) -> Ints:
        """What a membrane has to be above to spike, (C,)."""
        if self.role == "programmed_lif":
            return self.constant("vth") - int(self.entry["spike_at"])
        return np.full(len(self.channels), READOUT_MAX) if self.role == "readout" else self.constant("vth") << 6


class Block(NamedTuple):
    """Integers `kernels` (C_out, C_in, kH, kW), or (n, kH, kW) between pairs of channels.

    `ends` : channels of target and source, (C_out, 1) and (C_in,), or (n,) each
    `window` : stride, padding and dilation
    `distance` : steps of the sample from a spike to the step that it belongs to
    """

    name: str
    source: str
    target: str
    entry: Entry
    kernels: Ints
    ends: tuple[Ints, Ints]
    window: tuple[Pair, Pair, Pair]
    distance: int


class Graph(NamedTuple):
    """The graph of a program."""

    timesteps: int
    isolated: bool
    schedule: Entry
    populations: dict[str, Population]
    blocks: list[Block]


def decode(document: Entry, tensors: Arrays) -> Graph:
    """The graph of a program; `UnknownError` for what is not known here, and for parts that do not fit together."""
    only("graph.json", document, GRAPH)
    schedule, isolated = document["schedule"], document.get("isolated", False)
    only("graph.json: schedule", schedule, SCHEDULE)
    populations = {entry["name"]: _population(entry, tensors) for entry in document["populations"]}
    if document["version"] != 2 or len(populations) < len(document["populations"]):
        raise UnknownError(f"graph.json: version {document['version']}, or two populations of one name")
    blocks = [_block(entry, tensors, populations) for entry in document["blocks"]]
    return Graph(document["timesteps"], isolated, schedule=schedule, populations=populations, blocks=blocks)


def only(place: str, entry: Entry, fields: str) -> None:
    """`UnknownError` where an entry has other fields than these."""
    for field in sorted(set(entry) - set(fields.split())):
        raise UnknownError(f"{place}: field '{field}'")


def _population(entry: Entry, tensors: Arrays) -> Population:
    name, role = entry["name"], entry["role"] if entry["kind"] == "neurons" else entry["kind"]
    if role not in ROLES:
        raise UnknownError(f"population '{name}': neurons of kind '{role}'")
    only(f"population '{name}'", entry, ROLES[role])
    stored = {part: f"{name}.{part}" for part in ("du", "dv", "vth", "bias_mant", "bias_exp")}
    arrays = {part: tensors[tensor] for part, tensor in stored.items() if tensor in tensors}
    channels, shape = np.asarray(entry["channels"], np.int64), (entry["shape"][0],)
    fits = all(values.shape == shape and values.dtype.kind == "i" for values in (channels, *arrays.values()))
    there = 0 <= channels.min() <= channels.max() < entry["genotype_channels"]
    if not fits or not there or len({*channels}) < len(channels):
        raise UnknownError(f"population '{name}': channels or tensors that do not fit its {shape[0]} channels")
    return Population(name, role, entry=entry, channels=channels, arrays=arrays)


def _block(entry: Entry, tensors: Arrays, populations: Mapping[str, Population]) -> Block:
    name, geometry, params = entry["name"], entry["geometry"], entry["params"]
    only(f"block '{name}'", {k: v for k, v in entry.items() if (k, v) != ("injected", False)}, BLOCK)
    if geometry not in GEOMETRIES:
        raise UnknownError(f"block '{name}': geometry '{geometry}'")
    only(f"block '{name}'", params, GEOMETRIES[geometry][0])
    stored = [tensors[f"{name}.{part}"] for part in GEOMETRIES[geometry][1].split()]
    if {values.dtype.kind for values in stored} != {"i"}:
        raise UnknownError(f"block '{name}': codes or channels that are no integers")
    codes, *pairs = (values.astype(np.int64) for values in stored)
    source, target = populations[entry["source"]], populations[entry["target"]]
    counts = (len(target.channels), len(source.channels))
    if not pairs:
        codes = codes.reshape(*counts, *(source.size if geometry == "dense" else codes.shape[2:]))
        pairs = [np.arange(counts[0])[:, None], np.arange(counts[1])]
    elif any(p.shape != codes.shape[:1] or not ((p >= 0) & (p < n)).all() for p, n in zip(pairs, counts, strict=True)):
        raise UnknownError(f"block '{name}': channels that do not fit its codes")
    elif geometry != "depthwise":
        codes = np.broadcast_to(codes[:, None, None], (len(codes), *params["kernel"]))
    figures = (params.get("stride", 1), params.get("padding", 0), params.get("dilation", 1))
    stride, padding, dilation = ((f, f) if isinstance(f, int) else (f[0], f[1]) for f in figures)
    if min(*stride, *dilation) < 1:
        raise UnknownError(f"block '{name}': a stride or a dilation below 1")
    kernels, ends, window = codes << max(0, entry["exponent"]), (pairs[0], pairs[1]), (stride, padding, dilation)
    due = entry.get("distance", 0)
    return Block(name, source.name, target.name, entry, kernels=kernels, ends=ends, window=window, distance=due)
