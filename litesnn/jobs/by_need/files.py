"""Weight bits, and scales per channel, of a file of another tool by measured need.

Every weight node begins at the widest bits, each output channel with a step of its own where that rounds less. A node whose channels'
own steps change something may give them up for one of the whole layer: small channels then hold more zeros, which take no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import NeedError
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.weight_options import BITS_MAX, BITS_MIN, ScalePer, WeightBits, WeightScales
from litesnn.compiler.need import Need
from litesnn.compiler.origin import SourceFile
from litesnn.compiler.origin.formats import read_network
from litesnn.compiler.profile import Profile
from litesnn.jobs.by_need.choose import Chosen, Levels, Steps, choose
from litesnn.jobs.by_need.halves import halved, tried_with
from litesnn.jobs.by_need.measured import Choice, Level, Measured
from litesnn.jobs.by_need.trials import Trials
from litesnn.jobs.float_comparison import float_classes
from litesnn.jobs.samples import SampleChoice, Samples
from litesnn.jobs.testbench.base import testbench

CHANNEL: ScalePer = "channel"
LAYER: ScalePer = "layer"


@dataclass(frozen=True)
class WeightChoice:
    """What is chosen by weight node: widths, the widest elsewhere, and which nodes have one step a layer, beside those of the reader."""

    bits: Mapping[str, int]
    layered: Collection[str] = ()


Read = Callable[[WeightChoice], SourceFile]


def read_by_need(
    file: Path,
    options: RealOptions,
    profile: Profile,
    choice: SampleChoice | None,
    step: Steps = lambda said: None,
    kept: Path | None = None,
    resume: bool = False,
) -> SourceFile:
    """Read a file at widths and scales chosen on samples; what was chosen is in its record, under `bits_by_need`.

    Parameters
    ----------
    kept : where trials are kept until the choice is made
    resume : go on from those that an earlier run left there

    Raises
    ------
    NeedError
        Without samples of the user's, with too few, where the drop cannot be kept, or for trials of something else.
    """
    if choice is None or choice.input_path is None:
        raise NeedError(
            "--bits auto measures what bits cost; give samples with --input (and --labels, if there are any)"
        )

    def read(chosen: WeightChoice) -> SourceFile:
        bits, given = WeightBits(chosen.bits, BITS_MAX), options.scale_per
        scales = WeightScales({**given.named, **dict.fromkeys(chosen.layered, LAYER)}, given.default)
        return read_network(file, replace(options, bits=bits, scale_per=scales, need=Need()))

    widest = read(WeightChoice({}))
    samples = testbench(widest).samples(choice, lambda: widest.pipeline(profile).run())
    chosen, found = choose_weights(read, profile, samples, options.need, step, kept, resume)
    return read(chosen).recording(bits_by_need=_document(found, chosen))


def choose_weights(
    read: Read,
    profile: Profile,
    samples: Samples,
    need: Need,
    step: Steps = lambda said: None,
    kept: Path | None = None,
    resume: bool = False,
) -> tuple[WeightChoice, Chosen]:
    """Choose widths and scales; `read` gives the network at a choice, at its fullest where that is empty.

    Raises
    ------
    NeedError
        For too few samples, networks of integers, and where the drop cannot be kept.
    """
    halves = halved(samples)
    widest = read(WeightChoice({}))
    if widest.float_reference is None:
        raise NeedError(f"--bits auto: '{widest.name}' holds integers; there is nothing to choose")
    graph = widest.pipeline(profile).run()
    floating = float_classes(widest.float_reference, graph, samples.inputs)
    edges = {block.edge for block in graph.blocks}
    nodes = [layer.name for layer in widest.layers if layer.name in edges and layer.population is None]
    levels = _levels(read, nodes)

    def chosen(choice: Choice) -> WeightChoice:
        full = {node: choice.get(node, ways[0]) for node, ways in levels.items()}
        layered = [node for node, (bits, own) in full.items() if not own and (bits, 1) in levels[node]]
        return WeightChoice({node: bits for node, (bits, _) in full.items()}, layered)

    trials = None if kept is None else Trials.kept(kept, tried_with(widest, profile, halves), resume)
    network = Measured(
        lambda choice: read(chosen(choice)).pipeline(profile).run(), profile, halves, floating, trials=trials
    )
    found = choose(network, levels, need, lambda node, level: f"{node} at {_words(level)}", step)
    network.trials.remove()
    return chosen(found.choice), found


def _levels(read: Read, nodes: list[str]) -> Levels:
    """(width, whether channels have their own steps): every width, both ways where the two are not the same integers."""
    levels: dict[str, list[Level]] = {node: [] for node in nodes}
    for bits in range(BITS_MAX, BITS_MIN - 1, -1):
        all_alike = dict.fromkeys(nodes, bits)
        own, layered = (_codes(read(WeightChoice(all_alike, which))) for which in ((), nodes))
        for node in nodes:
            same = node in layered and np.array_equal(own[node], layered[node])
            levels[node] += [(bits, 0)] if same else [(bits, 1), (bits, 0)]
    return levels


def _codes(network: SourceFile) -> dict[str, npt.NDArray[np.int32]]:
    return {block.edge: block.geometry.codes for block in network.read_graph.blocks}


def _document(found: Chosen, chosen: WeightChoice) -> dict[str, Any]:
    """What the report keeps: of 1 on the reporting half in floating point, at the widest bits, and as chosen; memory in words."""
    return {
        "bits": chosen.bits,
        "scale_per": {node: CHANNEL if level[1] else LAYER for node, level in found.choice.items()},
        "score": found.score,
        "floating": found.before,
        "widest": found.full,
        "chosen": found.after,
        "words_widest": found.words[0],
        "words_chosen": found.words[1],
        "max_drop": found.need.max_drop,
        "in_time": found.in_time,
        "samples": found.samples[1],
        "alone": {
            node: {_key(level): asdict(trial) for level, trial in trials.items()}
            for node, trials in found.alone.items()
        },
    }


def _key(level: Level) -> str:
    bits, own_steps = level
    return f"{bits} {CHANNEL}" if own_steps else f"{bits}"


def _words(level: Level) -> str:
    bits, own_steps = level
    return f"{bits} bits" + (", a step for each channel" if own_steps else "")
