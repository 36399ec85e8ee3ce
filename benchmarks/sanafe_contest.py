"""SANA-FE's mapping contest: its DVS gesture network mapped by us, exported, and run in SANA-FE on its Loihi: energy times delay.

    python benchmarks/sanafe_contest.py DVS_CHALLENGE.npz [--seconds 150] [--boxes 1,2,7/4,5,1/16,1,2/32,1,1/11,1,2/4,1,1]

Needs `sanafe` 2.2.9 beside LiteSNN. Each layer is cut into boxes of channels, rows and columns, one to a core. How many along each axis is
searched for with the times and energies of SANA-FE's loihi.yaml on our own spikes: a core receives its messages and their synapses
one after the other, and updates its neurons and sends their spikes one after the other; a step lasts as long as the slowest of either.
The first lines tell the other end: the fewest cores within the limits of loihi1, where -289 takes two bytes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sanafe_gesture import STRIDES, ours

import litesnn
from litesnn.compiler.export.sanafe import export_sanafe
from litesnn.compiler.mapping import Core, Slice
from litesnn.compiler.origin.formats import read_network
from litesnn.compiler.program import Program

STEPS, CORES, KERNEL = 1_000, 128, 3
KNOWN = 7.13e-5
MESSAGE_IN, SYNAPSE, NEURON, SPIKE, MESSAGE_OUT, SYNC = 16e-9, 3.8e-9, 9.7e-9, 30e-9, 5.1e-9, 1.8e-6
"""Seconds: of loihi.yaml, what the model of a step is made of."""
FIXED_ENERGY, MESSAGE_ENERGY = 3.147e-3, 125e-12
"""Joule: synapses and neurons, which no mapping changes, and a message with its hops."""
UNITS = (("loihi_lif", "lif"), ("loihi_dendrites\n", "delays\n"), ("loihi_dense_synapse", "synapses"))
"""Units of loihi.yaml, and what an exported network calls them; like the tutorial it has the first synapse unit everywhere."""
Parts = tuple[int, int, int]
Floats = npt.NDArray[np.float64]
START: tuple[Parts, ...] = ((1, 2, 4), (16, 2, 1), (24, 1, 1), (32, 1, 1), (11, 1, 1), (1, 1, 1))


class Load:
    """What each core of a layer does in each step, from recorded spikes; `shapes` (C, H, W) of the layers."""

    def __init__(self, spikes: list[npt.NDArray[np.uint8]], shapes: list[Parts]) -> None:
        self.shapes = shapes
        self.spikes = [s.reshape(STEPS, *shape).astype(np.float64) for s, shape in zip(spikes, shapes, strict=True)]
        self.receiving, self.sending = cache(self._receiving), cache(self._sending)

    def boxes(self, layer: int, parts: Parts) -> list[tuple[tuple[int, int], ...]]:
        """The boxes of a layer: intervals of channels, rows and columns."""
        edges = [
            np.linspace(0, n, k + 1).round().astype(int).tolist()
            for n, k in zip(self.shapes[layer], parts, strict=True)
        ]
        return list(product(*(list(pairwise(cuts)) for cuts in edges)))

    def reads(self, layer: int, interval: tuple[int, int], axis: int) -> Floats:
        """How often an interval of a layer reads each row or column (axis 1, 2) of the layer before."""
        size = self.shapes[layer - 1][axis]
        if layer == len(self.shapes) - 1:
            return np.ones(size)
        found, stride = np.zeros(size), STRIDES[layer - 1]
        for place in range(*interval):
            found[place * stride : place * stride + KERNEL] += 1
        return found

    def _receiving(self, layer: int, parts: Parts) -> tuple[Floats, float]:
        """Seconds of the slowest core in each step, and all messages."""
        worst, messages, sent = np.zeros(STEPS), 0.0, self.spikes[layer - 1].sum(axis=1)
        for channels, rows, columns in self.boxes(layer, parts):
            down, across = self.reads(layer, rows, 1), self.reads(layer, columns, 2)
            count = np.einsum("tyx,y,x->t", sent, (down > 0).astype(float), (across > 0).astype(float))
            events = np.einsum("tyx,y,x->t", sent, down, across) * (channels[1] - channels[0])
            worst, messages = np.maximum(worst, count * MESSAGE_IN + events * SYNAPSE), messages + float(count.sum())
        return worst, messages

    def _sending(self, layer: int, parts: Parts, after: Parts) -> Floats:
        """Seconds of the slowest core in each step; `after` cuts the layer that reads this one."""
        cost = np.full(self.shapes[layer][1:], SPIKE)
        if layer + 1 < len(self.shapes):
            for _, rows, columns in self.boxes(layer + 1, after):
                cost += MESSAGE_OUT * np.outer(
                    self.reads(layer + 1, rows, 1) > 0, self.reads(layer + 1, columns, 2) > 0
                )
        worst = np.zeros(STEPS)
        for channels, rows, columns in self.boxes(layer, parts):
            neurons = int(np.prod([b - a for a, b in (channels, rows, columns)]))
            sent = self.spikes[layer][:, slice(*channels), slice(*rows), slice(*columns)].sum(axis=1)
            time_sent = np.einsum("tyx,yx->t", sent, cost[slice(*rows), slice(*columns)])
            worst = np.maximum(worst, neurons * NEURON + time_sent)
        return worst

    def product(self, parts: tuple[Parts, ...]) -> float:
        """Energy times delay of a mapping, J s."""
        worst, messages = np.zeros(STEPS), 0.0
        for layer, own in enumerate(parts):
            if layer:
                received, count = self.receiving(layer, own)
                worst, messages = np.maximum(worst, received), messages + count
            worst = np.maximum(worst, self.sending(layer, own, parts[layer + 1] if layer + 1 < len(parts) else own))
        return (FIXED_ENERGY + MESSAGE_ENERGY * messages) * (float(worst.sum()) + SYNC * STEPS)


def cores(parts: tuple[Parts, ...]) -> int:
    """Cores of a mapping."""
    return sum(int(np.prod(own)) for own in parts)


def search(load: Load, seconds: float) -> tuple[Parts, ...]:
    """The best mapping found by changing one or two layers at a time."""
    rng, end = np.random.default_rng(0), time.monotonic() + seconds
    best, least = START, load.product(START)
    while time.monotonic() < end:
        layers = rng.choice(len(best), rng.integers(1, 3), replace=False)
        tried = list(best)
        for layer in layers.tolist():
            tried[layer] = _other(rng, tried[layer], load.shapes[layer])
        found = tuple(tried)
        if cores(found) <= CORES and (value := load.product(found)) < least:
            best, least = found, value
    return best


def _other(rng: np.random.Generator, parts: Parts, shape: Parts) -> Parts:
    changed = list(parts)
    for axis in rng.choice(3, rng.integers(1, 3), replace=False).tolist():
        step = (
            changed[axis] + 1,
            changed[axis] - 1,
            changed[axis] * 2,
            changed[axis] // 2,
            int(rng.integers(1, shape[axis] + 1)),
        )
        changed[axis] = int(np.clip(step[rng.integers(len(step))], 1, shape[axis]))
    return (changed[0], changed[1], changed[2])


def mapped(program: Program, load: Load, names: list[str], parts: tuple[Parts, ...]) -> Program:
    """The program with a box on every core, in the order of SANA-FE's tiles."""
    assert program.mapping is not None
    mesh = program.mapping.mesh
    slices = [
        Slice(name, *box)
        for layer, (name, own) in enumerate(zip(names, parts, strict=True))
        for box in load.boxes(layer, own)
    ]
    placed = []
    for number, part in enumerate(slices):
        tile, slot = divmod(number, mesh.cores_per_router)
        placed.append(Core(slices=(part,), usage={}, chip=0, router=divmod(tile, mesh.rows), slot=slot))
    return replace(program, mapping=replace(program.mapping, cores=tuple(placed), chips=1, links=(), placements={}))


def run(program: Program, sample: npt.NDArray[np.int16]) -> dict[str, Any]:
    """What SANA-FE says of an exported program on its own Loihi."""
    import sanafe

    chip_text = (Path(sanafe.__file__).parent / "examples" / "loihi.yaml").read_text()
    for name, new in UNITS:
        chip_text = chip_text.replace(name, new)
    with tempfile.TemporaryDirectory() as folder:
        chip_path, network_path = Path(folder) / "loihi.yaml", Path(folder) / "network.yaml"
        chip_path.write_text(chip_text)
        network_path.write_bytes(export_sanafe(program, sample, "its own").files["network.yaml"])
        architecture = sanafe.load_arch(str(chip_path))
        chip = sanafe.SpikingChip(architecture)
        chip.load(sanafe.load_net(str(network_path), architecture))
    found: dict[str, Any] = chip.sim(STEPS)
    return found


def main() -> None:
    """Both ends of the contest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--seconds", type=float, default=150.0, help="of the search")
    parser.add_argument("--boxes", help="channels,rows,columns of each layer, / between layers, instead of the search")
    given = parser.parse_args()
    origin = read_network(given.archive, timesteps=STEPS, strides=STRIDES)
    assert origin.own_input is not None
    program = None
    for where, figures in (("on the host", {}), ("on the chip", {"graded_payload_bits": "8"})):
        profile = litesnn.load_profile("loihi1", overrides=figures)
        result = litesnn.compile(origin, profile, lava_samples=0, samples=None)
        program = result.program
        count = len(program.mapping.cores) if program.mapping is not None else 0
        print(
            f"fewest cores within loihi1's limits, the input's neurons {where}: {count}; all rules hold: {result.fits}"
        )
    assert program is not None
    found = ours(given.archive, STEPS, "loihi2")
    names = list(found)
    shapes = [program.graph[name].shape for name in names]
    load = Load(list(found.values()), shapes)
    if given.boxes:
        parts = tuple((int(c), int(h), int(w)) for c, h, w in (layer.split(",") for layer in given.boxes.split("/")))
    else:
        parts = search(load, given.seconds)
    print(
        f"boxes of channels, rows, columns: {'/'.join(','.join(map(str, own)) for own in parts)}, {cores(parts)} cores"
    )
    print(f"expected energy x delay: {load.product(parts):.3g} J s", flush=True)
    result = run(mapped(program, load, names, parts), origin.own_input)
    energy, delay = result["energy"]["total"], result["sim_time"]
    print(
        f"SANA-FE: {result['neurons_fired']:,} firings, {energy:.4g} J, {delay:.4g} s, {energy * delay:.3g} J s (known: {KNOWN:.3g})"
    )


if __name__ == "__main__":
    main()
