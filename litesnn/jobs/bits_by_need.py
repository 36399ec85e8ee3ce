"""Weight bits by measured need: the least encoded memory at which a network from elsewhere keeps its accuracy.

Every weight node is tried alone at every width, the others at the widest; then widths are lowered together, what saves most memory
for the least loss first, and each step is kept only if it is measured to stay within the drop. Widths are chosen on one half of the
samples and reported on the other, which had no part in the choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError, ImportFileError
from litesnn.compiler.frontends.real.options import BITS_MAX, BITS_MIN, RealOptions, WeightBits
from litesnn.compiler.graph import Graph
from litesnn.compiler.origin import SourceFile
from litesnn.compiler.origin.formats import read_network
from litesnn.compiler.profile import Profile
from litesnn.jobs.fitting_input import Inputs
from litesnn.jobs.float_comparison import float_classes
from litesnn.jobs.samples import SampleChoice, Samples
from litesnn.jobs.testbench.base import testbench

Bits = Mapping[str, int]
Classes = npt.NDArray[np.int64]
Steps = Callable[[str], None]
LEAST_SAMPLES = 16  # of both halves together
LEAST_LOSS = 1e-4  # what a width that costs nothing is taken to cost, so that memory decides


@dataclass(frozen=True)
class Trial:
    """One choice of widths: its synapse memory in words as encoded, and on the choosing half what it scores, of 1."""

    words: int
    score: float


@dataclass(frozen=True)
class BitsByNeed:
    """What was chosen, and what it was chosen from.

    Attributes
    ----------
    bits : weight node -> width
    score : `accuracy`, or `agreement` with the network in floating point where there are no labels
    floating, widest, chosen : that score, of 1, on the half that had no part in the choice: in floating point, at the widest bits,
        and as chosen
    words_widest, words_chosen : synapse memory as encoded, 64-bit words
    max_drop : percentage points below floating point that were allowed
    within : whether the choosing half stays within them
    alone : weight node -> width -> the trial of it alone
    """

    bits: Bits
    score: str
    floating: float
    widest: float
    chosen: float
    words_widest: int
    words_chosen: int
    max_drop: float
    within: bool
    samples: int
    alone: Mapping[str, Mapping[int, Trial]]


def read_by_need(
    file: Path, options: RealOptions, profile: Profile, choice: SampleChoice | None, step: Steps = lambda said: None
) -> SourceFile:
    """Read a file at widths chosen on samples; what was chosen is in its record, under `bits_by_need`.

    Raises
    ------
    ImportFileError
        Without samples of the user's, or with too few.
    """
    if choice is None or choice.input_path is None:
        raise ImportFileError(
            "--bits auto measures what bits cost; give samples with --input (and --labels, if there are any)"
        )
    widest = _read(file, options, {})
    bench = testbench(widest)
    samples = bench.samples(choice, lambda: widest.pipeline(profile).run())
    found = choose_bits(lambda bits: _read(file, options, bits), profile, samples, options.max_drop, step)
    return _read(file, options, found.bits).recording(bits_by_need=asdict(found))


def choose_bits(
    read: Callable[[Bits], SourceFile],
    profile: Profile,
    samples: Samples,
    max_drop: float,
    step: Steps = lambda said: None,
) -> BitsByNeed:
    """Choose widths.

    Parameters
    ----------
    read : the network at given widths by weight node, at the widest where none is given
    max_drop : percentage points that the score may lose against floating point

    Raises
    ------
    ImportFileError
        For fewer than `LEAST_SAMPLES` samples, and networks without a run in floating point.
    """
    if len(samples.inputs) < LEAST_SAMPLES:
        raise ImportFileError(
            f"--bits auto: found {len(samples.inputs)} samples; allowed: {LEAST_SAMPLES} or more, half to choose on and half to report"
        )
    network = _Measured(read, profile, samples)
    nodes = network.nodes
    alone: dict[str, dict[int, Trial]] = {node: {} for node in nodes}
    for node in nodes:
        for width in range(BITS_MAX - 1, BITS_MIN - 1, -1):
            step(f"{node} at {width} bits")
            alone[node][width] = network.trial({node: width})
    floor = network.floating(choosing=True) - max_drop / 100
    bits = _lowered(network, alone, floor, step)
    return BitsByNeed(
        bits={node: bits.get(node, BITS_MAX) for node in nodes},
        score=network.score_name,
        floating=network.floating(choosing=False),
        widest=network.reported({}),
        chosen=network.reported(bits),
        words_widest=network.trial({}).words,
        words_chosen=network.trial(bits).words,
        max_drop=max_drop,
        within=network.trial(bits).score >= floor,
        samples=len(samples.inputs) - len(samples.inputs) // 2,
        alone=alone,
    )


def _lowered(network: _Measured, alone: Mapping[str, Mapping[int, Trial]], floor: float, step: Steps) -> Bits:
    """Widths lowered together as far as the choosing half allows."""
    widest = network.trial({})
    bits: dict[str, int] = {}
    if widest.score < floor:
        return bits
    refused: set[tuple[str, int]] = set()

    def worth(node: str, width: int) -> tuple[float, int]:
        """Words saved per loss; what saves nothing is worth something only where nothing is lost either."""
        now = alone[node].get(bits.get(node, BITS_MAX), widest)
        saved, lost = now.words - alone[node][width].words, now.score - alone[node][width].score
        return saved / max(lost, LEAST_LOSS) if saved or lost > 0 else LEAST_LOSS, -width

    while True:
        ways = [
            (worth(node, width), node, width)
            for node, trials in alone.items()
            for width in trials
            if width < bits.get(node, BITS_MAX) and (node, width) not in refused
        ]
        best = max(ways, default=None)
        if best is None or best[0][0] <= 0:
            return bits
        (_, node, width) = best
        step(f"{node} at {width} bits beside the others")
        if network.trial({**bits, node: width}).score >= floor:
            bits[node] = width
        else:
            refused |= {(node, lower) for lower in alone[node] if lower <= width}


class _Measured:
    """A network at any widths, measured once each."""

    def __init__(self, read: Callable[[Bits], SourceFile], profile: Profile, samples: Samples) -> None:
        self._read, self._profile = read, profile
        half = len(samples.inputs) // 2
        self._halves = {True: slice(0, half), False: slice(half, None)}
        self._inputs: Inputs = samples.inputs
        origin = read({})
        graph = origin.pipeline(profile).run()
        if origin.float_reference is None:
            raise ImportFileError(f"--bits auto: '{origin.name}' holds integers; there is nothing to choose")
        self._float = float_classes(origin.float_reference, graph, samples.inputs)
        self._labels: Classes = self._float if samples.labels is None else samples.labels
        self.score_name = "agreement" if samples.labels is None else "accuracy"
        edges = {block.edge for block in graph.blocks}
        self.nodes = [layer.name for layer in origin.layers if layer.name in edges and layer.population is None]
        self._trials: dict[tuple[tuple[str, int], ...], Trial] = {}

    def trial(self, bits: Bits) -> Trial:
        """Memory, and score on the choosing half."""
        key = tuple(sorted(bits.items()))
        if key not in self._trials:
            graph = self._graph(bits)
            self._trials[key] = Trial(_words(graph, self._profile), self._score(graph, choosing=True))
        return self._trials[key]

    def reported(self, bits: Bits) -> float:
        """Score on the half that has no part in the choice."""
        return self._score(self._graph(bits), choosing=False)

    def floating(self, choosing: bool) -> float:
        """The score in floating point."""
        half = self._halves[choosing]
        return float((self._float[half] == self._labels[half]).mean())

    def _graph(self, bits: Bits) -> Graph:
        return self._read(bits).pipeline(self._profile).run()

    def _score(self, graph: Graph, choosing: bool) -> float:
        from litesnn.runtime.exact import simulate

        half = self._halves[choosing]
        return float((simulate(graph, self._inputs[half]).predictions == self._labels[half]).mean())


def _words(graph: Graph, profile: Profile) -> int:
    """Synapse memory over all cores, as encoded."""
    from litesnn.compiler.mapping import map_graph

    try:
        return map_graph(graph, profile).synapse_words
    except CompileError as error:
        raise ImportFileError(f"--bits auto: at these bits the network does not fit the chip: {error}") from error


def _read(file: Path, options: RealOptions, bits: Bits) -> SourceFile:
    return read_network(file, replace(options, bits=WeightBits(bits, BITS_MAX)))
