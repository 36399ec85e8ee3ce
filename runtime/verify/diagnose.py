"""Why two engines part: the program's integers at the first diverging population, held against the reference's own.

The reference parameters come from the PyTorch model, which derives them without the compiler. All sources of the first
diverging population agree, so what differs lies in the population itself: its synapses, neuron constants, timing, or range. What a
program shows without a reference stands in `own_faults.py`, the weights of edges in `weight_faults.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import Topology
from litesnn.compiler.graph import Graph, Membranes, ProgrammedLif
from litesnn.runtime.verify.compare import Comparison
from litesnn.runtime.verify.own_faults import overflow, unheld_weights, wrong_timing
from litesnn.runtime.verify.weight_faults import wrong_weights

Ints = npt.NDArray[np.int64]


class ReferenceParameters(Protocol):
    """Integers of one population as the reference has them; arrays per genotype channel, see `docs/numbers.md`."""

    @property
    def decay_mantissa(self) -> int:
        """4096 times the membrane's decay."""

    @property
    def reset(self) -> str:
        """What a spike does to the membrane, as `ProgrammedLif` calls it; `zero` where nothing spikes."""

    @property
    def threshold(self) -> Ints | None:
        """(C,) in membrane units, above which a membrane spikes; None for the readout."""

    @property
    def bias_mant(self) -> Ints:
        """(C,)."""

    @property
    def bias_exp(self) -> Ints:
        """(C,)."""

    @property
    def weights(self) -> Mapping[str, Ints]:
        """Edge -> (C_out, C_in, k, k), (C_out, C_in * H * W) for dense, or depthwise (C, 1, k, k) for the pool and maxima, whose one
        edge is called as they are.
        """


@dataclass(frozen=True)
class Model:
    """The PyTorch model: the wiring of its genotype, and its integers by population."""

    topology: Topology
    parameters: Mapping[str, ReferenceParameters]


def diagnose(graph: Graph, name: str, overflows: int, model: Model | None = None) -> tuple[str, ...]:
    """Likely causes of a divergence at population `name` from a reference, most telling first; never none.

    Parameters
    ----------
    overflows : values of the population that left a register
    model : the reference; None where it runs the program's own parameters, as the exact simulator does
    """
    population = graph[name]
    assert isinstance(population, Membranes)
    causes, held = list(wrong_timing(graph, population)), " both engines run the same parameters,"
    if model is not None:
        reference, held = model.parameters.get(name), ""
        if reference is not None:
            held = " its weights, decay, thresholds and biases are PyTorch's,"
            causes += wrong_weights(graph, model.topology, population, reference.weights)
            causes += _constants(population, reference)
    causes += [*unheld_weights(graph, population), *overflow(name, overflows)]
    return tuple(causes) or (_unknown(name, held),)


def silence(comparison: Comparison) -> Iterator[str]:
    """Says so where an engine sent nothing at all and the other did: its network, or a part of it, may not have run."""
    expected = sum(population.expected_spikes for population in comparison.populations.values())
    if expected and not any(population.found_spikes for population in comparison.populations.values()):
        yield (
            f"nothing was sent by any of {len(comparison.populations)} populations in {comparison.found}, {expected:,} spikes in "
            f"{comparison.expected}: parts of the network may not have run"
        )


def _unknown(name: str, held: str) -> str:
    """What to say where nothing was found: what was looked at."""
    return (
        f"cause unknown. Ruled out for '{name}':{held} its delays and resets fit the schedule, its weights fit their formats, no register "
        "overflowed, and all that it reads agrees. The engines compute the same integers differently, which is a bug: please report it"
    )


def _constants(population: Membranes, reference: ReferenceParameters) -> Iterator[str]:
    channels = list(population.channels)
    if not population.trained:
        return
    decays = np.broadcast_to(population.decay_mantissa, len(channels))
    yield from _differs("wrong decay (of 4096 per step)", population, decays, reference.decay_mantissa)
    if population.threshold is not None and reference.threshold is not None:
        expected = reference.threshold[channels]
        yield from _differs("wrong threshold (membrane units)", population, population.threshold, expected)
    reset = population.reset if isinstance(population, ProgrammedLif) else "zero"
    if reset != reference.reset:
        yield f"wrong reset: the program's is '{reset}', PyTorch's '{reference.reset}'"
    bias = reference.bias_mant[channels] << reference.bias_exp[channels]
    yield from _differs("wrong bias", population, population.bias, bias)


def _differs(what: str, population: Membranes, found: Ints, expected: Ints | int) -> Iterator[str]:
    expected = np.broadcast_to(expected, found.shape)
    wrong = np.flatnonzero(found != expected)
    if len(wrong):
        first = int(wrong[0])
        yield (
            f"{what}: {len(wrong)} of {len(found)} channels, first channel {population.channels[first]}: the program has "
            f"{found[first]}, PyTorch {expected[first]}"
        )
