"""Wrong synapses, tried on the currents of another simulator: a block that is missing, late, flipped, or read in another order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import WEIGHT_SHIFT, Conv2d, Dense, SynapseBlock
from litesnn.compiler.graph.kinds.leaky import decayed
from litesnn.runtime.traces.evidence import Evidence

Ints = npt.NDArray[np.int64]
SYNAPSES_MAX = 50_000_000
"""That are unrolled for the one sample in which traces part."""


def wrong_synapses(evidence: Evidence) -> Iterator[tuple[str, Ints]]:
    """What would be wrong, and the current that it gives, (T, C, H, W); nothing where our own sums cannot be made up from blocks."""
    graph, target = evidence.graph, evidence.population
    blocks = graph.into(target.name)
    if sum(int(graph.fan_out(block).sum()) for block in blocks) > SYNAPSES_MAX:
        return
    parts = {block.name: _contribution(evidence, block) for block in blocks}
    total = sum(parts.values(), np.zeros_like(evidence.arriving))
    if not np.array_equal(total, evidence.arriving):
        return  # loops that begin before the sample's first step, sums that wrapped

    def current(changed: Ints) -> Ints:
        return decayed(evidence.before("u"), evidence.current_decay) + total + changed

    for block in blocks:
        part, name = parts[block.name], f"block '{block.name}'"
        yield f"{name} is missing", current(-part)
        yield f"{name} counts twice", current(part)
        yield f"the weights of {name} have the wrong sign", current(-2 * part)
        yield f"{name} arrives one step late", current(_contribution(evidence, block, 1) - part)
        yield f"{name} arrives one step early", current(_contribution(evidence, block, -1) - part)
        if block.exponent:
            yield (
                f"{name} lacks its exponent: codes instead of codes * 2^{block.exponent}",
                current((part >> block.exponent) - part),
            )
        for text, changed in _laid_out(evidence, block):
            yield f"{text} in {name}", current(changed - part)


def _contribution(evidence: Evidence, block: SynapseBlock, late: int = 0, sent: Ints | None = None) -> Ints:
    """What a block brings in each step of the sample, in membrane units."""
    graph, target = evidence.graph, evidence.population
    source = graph[block.source]
    values = _sent(evidence, block.source) if sent is None else sent
    shift = block.distance
    if graph.isolated:
        shift = (source.arrival or 0) + block.latency - (target.arrival or 0)
    moved = np.zeros_like(values)
    first = shift + late
    steps = len(values)
    for step in range(steps):
        if 0 <= step - first < steps:
            moved[step] = values[step - first]
    sums = block.weights(source.shape, target.shape) @ moved.reshape(steps, -1).T
    result: Ints = sums.T.reshape(steps, *target.shape).astype(np.int64) << WEIGHT_SHIFT
    return result


def _sent(evidence: Evidence, name: str) -> Ints:
    """What a population or the source sent in each step, (T, C, H, W)."""
    if name in evidence.trace.spikes:
        sent: Ints = evidence.trace.recorded(name, "spikes")[0]
        return sent
    inputs = evidence.inputs[0].astype(np.int64)
    steps = len(evidence.ours("u"))
    held: Ints = np.broadcast_to(inputs, (steps, *inputs.shape)) if inputs.ndim == 3 else inputs
    return held


def _laid_out(evidence: Evidence, block: SynapseBlock) -> Iterator[tuple[str, Ints]]:
    """The same block with its weights or its source in another layout."""
    geometry = block.geometry
    if isinstance(geometry, Conv2d) and geometry.codes.shape[2:] != (1, 1):
        flipped = replace(
            block, geometry=replace(geometry, codes=np.ascontiguousarray(geometry.codes[:, :, ::-1, ::-1]))
        )
        yield (
            "the kernel is rotated by 180 degrees (convolution instead of cross-correlation)",
            _contribution(evidence, flipped),
        )
        if geometry.codes.shape[2] == geometry.codes.shape[3]:
            turned = replace(geometry, codes=np.ascontiguousarray(geometry.codes.swapaxes(2, 3)))
            yield "height and width of the kernel are swapped", _contribution(evidence, replace(block, geometry=turned))
    shape = evidence.graph[block.source].shape
    if isinstance(geometry, Dense) and shape[0] > 1 and shape[1] * shape[2] > 1:
        sent = _sent(evidence, block.source)
        last = sent.transpose(0, 2, 3, 1).reshape(sent.shape)
        yield (
            "the source is flattened channels last, (H, W, C) instead of (C, H, W)",
            _contribution(evidence, block, sent=last),
        )
