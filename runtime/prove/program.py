"""A program's graph.json and weights.safetensors, decoded for the checker alone.

A kind, geometry or field that is not listed here is not known: a version that added it may compute otherwise by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.runtime.prove.neurons import NO_LEAK, READOUT_MAX, REGISTER, Neurons
from litesnn.runtime.prove.verdict import Problem, UnknownError, differences

Ints = npt.NDArray[np.int64]
Pair = tuple[int, int]
Arrays = Mapping[str, npt.NDArray[np.generic]]
Entry = Mapping[str, Any]
EVERY = "kind name shape channels genotype_channels place arrival"
MEMBRANE = f"{EVERY} du dv reset_interval reset_offset initiation_interval open_slots on_host is_output"
GRAPH = "format version timesteps isolated populations blocks labels removals ranges schedule"
SCHEDULE = "timesteps depth delayed_blocks relays delay_slots initiation_interval slots loops"
FORMAT = "exponent num_weight_bits weight_exp sign_mode"
BLOCK = f"name source target edge place geometry params {FORMAT} delay distance part"
ROLES = {"source": f"{EVERY} minimum maximum message_bits", "readout": MEMBRANE, "lif": f"{MEMBRANE} role"}
ROLES |= dict.fromkeys(("maximum", "relay"), f"{MEMBRANE} role stands_for")
ROLES["programmed_lif"] = f"{MEMBRANE} role reset spike_at"
GEOMETRIES = dict.fromkeys(("conv2d", "depthwise"), "stride padding dilation") | {"dense": ""}
GEOMETRIES |= dict.fromkeys(("pool", "one_to_one"), "kernel stride padding")
EVERY_PAIR = ("conv2d", "dense")  # of channels; the others say which


class Population(NamedTuple):
    """A population: `role` is its kind, `entry` its fields in graph.json; `channels` (C,) in the genotype."""

    name: str
    role: str
    entry: Entry
    channels: Ints
    arrays: Arrays

    def constant(self, field: str) -> Ints:
        """A number or a tensor of it, (C,); 0 where it is neither."""
        value = self.arrays[field] if field in self.arrays else self.entry.get(field, 0)
        return np.broadcast_to(np.asarray(value, np.int64), len(self.channels))

    @property
    def threshold(self) -> Ints:
        """What a membrane has to be above to spike, (C,)."""
        if self.role == "programmed_lif":
            return self.constant("vth") - int(self.entry["spike_at"])
        return np.full(len(self.channels), READOUT_MAX) if self.role == "readout" else self.constant("vth") << 6

    @property
    def neurons(self) -> Neurons:
        """What it computes with."""
        bias = self.constant("bias_mant") << self.constant("bias_exp")
        reset = "none" if self.role == "readout" else self.entry.get("reset", "zero")
        if reset.startswith("subtract") and self.entry["spike_at"]:
            reset += ", but not the threshold"
        return Neurons(NO_LEAK - self.constant("dv"), bias, self.threshold, np.full(len(bias), reset))


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
    window: Sequence[Pair]
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


def only(place: str, entry: Entry, fields: str | None) -> None:
    """`UnknownError` where an entry has other fields than these, or is of a kind that has none."""
    if fields is None:
        raise UnknownError(f"{place}: not known")
    for field in sorted(set(entry) - set(fields.split())):
        raise UnknownError(f"{place}: field '{field}'")


def _integers(place: str, values: Any, shape: tuple[int, ...], below: int | None = None) -> Ints:
    """Of a shape; `UnknownError` for others, and for channels that are not from 0 to less than `below`."""
    found = np.asarray(values)
    within = below is None or ((found >= 0) & (found < below)).all()
    if found.dtype.kind != "i" or found.shape != shape or not within:
        raise UnknownError(f"{place}: {found.dtype} {found.shape}; known are integers {shape}, channels below {below}")
    return found.astype(np.int64)


def _population(entry: Entry, tensors: Arrays) -> Population:
    name, role = entry["name"], entry["role"] if entry["kind"] == "neurons" else entry["kind"]
    place, shape = f"population '{name}'", (entry["shape"][0],)
    only(f"{place}, neurons of kind '{role}'", entry, ROLES.get(role))
    stored = {part: f"{name}.{part}" for part in ("du", "dv", "vth", "bias_mant", "bias_exp")}
    arrays = {part: _integers(place, tensors[key], shape) for part, key in stored.items() if key in tensors}
    channels = _integers(place, entry["channels"], shape, entry["genotype_channels"])
    if not 0 < len({*channels}) == len(channels):
        raise UnknownError(f"{place}: no channels, or one that stands twice")
    return Population(name, role, entry=entry, channels=channels, arrays=arrays)


def _block(entry: Entry, tensors: Arrays, populations: Mapping[str, Population]) -> Block:
    name, geometry, params = entry["name"], entry["geometry"], entry["params"]
    place, source, target = f"block '{name}'", populations[entry["source"]], populations[entry["target"]]
    only(place, {k: v for k, v in entry.items() if (k, v) != ("injected", False)}, BLOCK)
    only(f"{place}, geometry '{geometry}'", params, GEOMETRIES.get(geometry))
    stored, counts = tensors[f"{name}.codes"], (len(target.channels), len(source.channels))
    lead: tuple[int, ...] = counts
    to, of = np.arange(counts[0])[:, None], np.arange(counts[1])
    if geometry not in EVERY_PAIR:
        lead, parts = stored.shape[:1], (tensors[f"{name}.targets"], tensors[f"{name}.sources"])
        to, of = (_integers(place, part, lead, count) for part, count in zip(parts, counts, strict=True))
    # A kernel is stored whole, flat over a map, or as the one code of all its taps.
    kernel = params.get("kernel") or (source.entry["shape"][1:] if geometry == "dense" else stored.shape[-2:])
    codes = _integers(place, stored, stored.shape).reshape(*lead, *((1, 1) if "kernel" in params else kernel))
    kernels = np.broadcast_to(codes << max(0, entry["exponent"]), (*lead, *kernel))
    figures = (params.get("stride", 1), params.get("padding", 0), params.get("dilation", 1))
    window = [(figure, figure) if isinstance(figure, int) else (figure[0], figure[1]) for figure in figures]
    if min(*window[0], *window[2]) < 1:
        raise UnknownError(f"{place}: a stride or a dilation below 1")
    due, ends = entry.get("distance", 0), (to, of)
    return Block(name, source.name, target.name, entry, kernels=kernels, ends=ends, window=window, distance=due)


def register_problems(population: Population) -> Iterator[Problem]:
    """Constants that their registers do not hold; a current is never kept."""
    highest = REGISTER if population.role == "programmed_lif" else READOUT_MAX >> 6
    limits = {"vth": (0, highest), "bias_mant": (-4095, 4095), "bias_exp": (0, 7), "dv": (0, 4096), "du": (4095, 4095)}
    found = {field: population.constant(field) for field in limits}
    held = {field: found[field].clip(least, most) for field, (least, most) in limits.items()}
    place, channels = f"population '{population.name}'", population.channels.tolist()
    yield from differences(place, "the register holds", found, held, channels)


def format_problems(block: Block) -> Iterator[Problem]:
    """Where the two statements of a weight part: code * 2^exponent, and a mantissa of so many bits * 2^weight_exp."""
    bits, mode, exponent = block.entry["num_weight_bits"], block.entry["sign_mode"], block.entry["exponent"]
    mixed, low, high = mode == "mixed", block.kernels.min(initial=0), block.kernels.max(initial=0)
    top = 2 ** (bits - mixed) - 1
    least, most = {"excitatory": (0, top), "inhibitory": (-top, 0), "mixed": (-top - 1, top)}[mode]
    known = bits <= 24 and exponent in range(39)  # weights below 2^62
    found = {"exponent": exponent, "codes": [int(end) >> max(0, exponent) for end in (low, high)]}
    held = {"codes": np.clip(found["codes"], least, most).tolist()}
    held["exponent"] = block.entry["weight_exp"] + 8 - bits + mixed if known else None
    yield from differences(f"block '{block.name}'", f"its format, {mode} of {bits} bits, holds", found, held)
