"""What might win accuracy back without training, tried: compiled, run, and its memory counted as the chip encodes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import LiteSNNError
from litesnn.base.settings.words import from_words, words
from litesnn.compiler.estimate import estimate_graph
from litesnn.compiler.frontends.real.options import InputCoding, RealOptions
from litesnn.compiler.frontends.real.weight_options import BITS_MAX, WeightBits
from litesnn.compiler.genotype.edit import edited, with_population
from litesnn.compiler.genotype.schema import MEMBRANE_EXP_MAX
from litesnn.compiler.graph import Graph
from litesnn.compiler.origin import GenotypeOrigin, Origin, SourceFile
from litesnn.compiler.origin.formats import format_named, read_with
from litesnn.compiler.profile import Profile
from litesnn.jobs.explain.measure import Data
from litesnn.jobs.explain.subject import Ints
from litesnn.runtime.exact import simulate

WORST_EDGES = 3


@dataclass(frozen=True, eq=False)
class Trial:
    """A change of the deployment, the words that ask for it, the network with it, and how samples enter that."""

    change: str
    option: str
    origin: Origin
    inputs: Ints


@dataclass(frozen=True)
class Outcome:
    """What a trial gave: classes per sample and words of synaptic memory; or why it cannot be had."""

    classes: npt.NDArray[np.int64] | None
    words: int | None
    problem: str | None = None


def tried(trial: Trial, profile: Profile) -> Outcome:
    """Compile a trial, count its memory and run it."""
    try:
        graph = trial.origin.pipeline(profile).run()
        words_taken = memory(graph, profile)
        return Outcome(simulate(graph, trial.inputs, progress=False).predictions, words_taken)
    except LiteSNNError as error:
        return Outcome(None, None, str(error).splitlines()[0])


def memory(graph: Graph, profile: Profile) -> int:
    """Words of synaptic memory over all cores, as encoded (`CompileError` where it does not fit)."""
    return estimate_graph(graph, profile).synapse_words


def trials_of(origin: Origin, data: Data, worst: Sequence[str]) -> Iterator[Trial]:
    """What is worth a try.

    Parameters
    ----------
    worst : edges whose integer weights cost something, the worst first
    """
    if isinstance(origin, SourceFile):
        yield from _of_file(origin, data, worst)
    elif isinstance(origin, GenotypeOrigin):
        yield from _of_genotype(origin, data)


def _of_file(origin: SourceFile, data: Data, worst: Sequence[str]) -> Iterator[Trial]:
    options: RealOptions = from_words(format_named(origin.source_format).options, origin.given)
    for change, chosen in (*_more_bits(options, worst), *_scales(options, worst), *_input_scales(options, data)):
        inputs = data.integers
        if data.real is not None:
            real = data.real * (options.input.scale / chosen.input.scale)
            inputs = np.clip(np.rint(real), chosen.input.range.low, chosen.input.range.high).astype(np.int16)
        given = " ".join(_new_words(options, chosen))
        yield Trial(change, given, read_with(origin, chosen), inputs)


def _new_words(before: RealOptions, after: RealOptions) -> list[str]:
    """The options that are others now, with their values."""
    old = _by_flag(words(before))
    return [word for flag, value in _by_flag(words(after)).items() if old.get(flag) != value for word in (flag, *value)]


def _by_flag(given: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in given:
        if word.startswith("--"):
            found[word] = []
        else:
            found[list(found)[-1]].append(word)
    return found


def _more_bits(options: RealOptions, worst: Sequence[str]) -> Iterator[tuple[str, RealOptions]]:
    def with_bits(named: dict[str, int]) -> RealOptions:
        bits = WeightBits({**options.bits.named, **named}, options.bits.default)
        return replace(options, bits=bits)

    narrow = [edge for edge in worst if options.bits.of(edge) < BITS_MAX]
    for number, edge in enumerate(narrow[:WORST_EDGES]):
        has = options.bits.of(edge)
        for bits in sorted({has + 1, has + 2, BITS_MAX} if number == 0 else {BITS_MAX}):
            if bits <= BITS_MAX:
                yield f"{bits} bits for '{edge}' instead of {has}", with_bits({edge: bits})
    if len(narrow) > 1:
        yield f"{BITS_MAX} bits for {len(narrow)} layers", with_bits(dict.fromkeys(narrow, BITS_MAX))


def _scales(options: RealOptions, worst: Sequence[str]) -> Iterator[tuple[str, RealOptions]]:
    if not worst:
        return
    if options.scale_rule != "mse":
        yield "weight steps of least squared error", replace(options, scale_rule="mse")
    for percentile in (99.9, 99.0):
        if (options.scale_rule, options.percentile) != ("percentile", percentile):
            yield (
                f"weight steps from the {percentile:g}th percentile",
                replace(options, scale_rule="percentile", percentile=percentile),
            )
    if options.scale_rule != "max":
        yield "weight steps from the largest weight", replace(options, scale_rule="max")


def _input_scales(options: RealOptions, data: Data) -> Iterator[tuple[str, RealOptions]]:
    """Of raw samples: the whole range of what arrives, and nearly all of it."""
    if data.real is None:
        return
    coding = options.input
    magnitudes = np.abs(data.real) * coding.scale
    for what, reach in (
        ("the largest value", magnitudes.max()),
        ("99.9 % of the values", np.percentile(magnitudes, 99.9)),
    ):
        high = max(coding.range.high, 1) if data.real.min() >= 0 else max(1, min(coding.range.high, -coding.range.low))
        scale = float(f"{float(reach) / high:.6g}")
        if scale > 0 and scale != coding.scale:
            changed = InputCoding(coding.encoding, coding.range, scale)
            yield f"an input scale for {what}", replace(options, input=changed)


def _of_genotype(origin: GenotypeOrigin, data: Data) -> Iterator[Trial]:
    loaded = origin.loaded
    spec, plans = loaded.spec, [*loaded.topology.nodes]
    for raised in (1, 2):
        changed: Any = spec
        for plan in plans:
            assert plan.membrane_exp is not None, "trained genotypes have it"
            changed = with_population(
                changed, plan.site, membrane_exp=min(plan.membrane_exp + raised, MEMBRANE_EXP_MAX)
            )
        yield Trial(
            f"membranes {2**raised} times as fine",
            f"membrane_exp + {raised}",
            GenotypeOrigin(edited(changed, loaded.trained), origin.file),
            data.integers,
        )
    if spec.norm == "edge":
        most = min(256, 4 * spec.multiplier_max)
        finer = spec.model_copy(update={"multiplier_max": most})
        yield Trial(
            "finer ratios of an edge's gain to another's",
            f"multiplier_max {most}",
            GenotypeOrigin(edited(finer, loaded.trained), origin.file),
            data.integers,
        )
