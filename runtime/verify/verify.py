"""Running engines side by side, a chunk of samples at a time, and gathering what they agree on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.compiler.costs import Activity, input_events
from litesnn.compiler.graph import Graph
from litesnn.compiler.report.document import present
from litesnn.compiler.report.sections.core_cycles import CyclesSection
from litesnn.compiler.report.sections.verification import VerificationSection
from litesnn.runtime.card import verification_card
from litesnn.runtime.trace import Trace
from litesnn.runtime.verify.chunks import chunk_size
from litesnn.runtime.verify.compare import Comparison, Observed, not_compared, spike_counts

Inputs = npt.NDArray[np.int16]
# Bytes that recorded spikes and membranes of one chunk may take; the chunk size follows from it.
ACTIVITY_ENGINE = "exact"


@dataclass(frozen=True)
class Engine:
    """One way to run the network: a name, `run(inputs) -> Observed` with all spikes recorded, and how many samples it gets."""

    name: str
    run: Callable[[Inputs], Observed]
    samples: int


@dataclass(repr=False)
class Verification(Shown):
    """What the engines agreed on. Equality is a claim about comparisons: where none was made, none is claimed.

    Attributes
    ----------
    reference : the engine that the others are held against
    comparisons : each engine after the first against the first, by name of the engine
    accuracy : engine -> fraction of its samples classified right, empty without labels
    common_samples, common_accuracy : the first samples, which every engine saw, and each engine's accuracy on just these
    spike_counts : engine -> population -> spikes over its samples
    samples : engine -> number of samples
    not_compared : population -> neurons that were removed because nothing reads them; what they would send is not compared
    registers : population -> register -> values that left it in the exact simulator, as `Trace.registers`
    activity : events per neuron of the graph over the samples of the exact simulator, for costs and placement
    hits : engine -> (N,) which of its samples it classified right; empty without labels
    cycles : clock cycles of the SystemVerilog cores, None where they did not run
    """

    reference: str = ""
    comparisons: dict[str, Comparison] = field(default_factory=dict)
    accuracy: dict[str, float] = field(default_factory=dict)
    common_samples: int = 0
    common_accuracy: dict[str, float] = field(default_factory=dict)
    spike_counts: dict[str, dict[str, int]] = field(default_factory=dict)
    samples: dict[str, int] = field(default_factory=dict)
    not_compared: dict[str, int] = field(default_factory=dict)
    registers: dict[str, dict[str, int]] = field(default_factory=dict)
    activity: Activity | None = None
    note: str = ""
    hits: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict, repr=False)
    cycles: CyclesSection | None = None

    def card(self) -> Card:
        """See `Shown`: whether the engines agree, and on how much."""
        return verification_card(self)

    @property
    def exact_comparisons(self) -> list[Comparison]:
        """The comparisons that must agree to the last spike (`float` is there to show what fixed point costs)."""
        return [comparison for comparison in self.comparisons.values() if comparison.must_agree]

    @property
    def mismatching_spikes(self) -> int | None:
        """Over all engines that must agree, 0 expected; None where no spikes were compared."""
        return _total(comparison.mismatching_spikes for comparison in self.exact_comparisons)

    @property
    def mismatching_readouts(self) -> int | None:
        """Over all engines that must agree, 0 expected; None where no readouts were compared."""
        return _total(comparison.readouts for comparison in self.exact_comparisons)

    @property
    def compared_spikes(self) -> int:
        """Spikes of the reference that were held against another engine's, once per engine that must agree."""
        return sum(comparison.compared_spikes for comparison in self.exact_comparisons)

    @property
    def compared_readouts(self) -> int:
        """Readouts that were held against the reference's, over all engines that must agree."""
        return sum(comparison.samples for comparison in self.exact_comparisons)

    @property
    def silent_populations(self) -> list[str]:
        """Populations without a spike in any sample of the reference: that engines agree on them shows little."""
        return [name for name, count in self.spike_counts.get(self.reference, {}).items() if count == 0]

    @property
    def equal(self) -> bool | None:
        """Whether all engines that must agree do, spikes and readouts; None where nothing was compared."""
        found = [comparison.equal for comparison in self.exact_comparisons if comparison.equal is not None]
        return all(found) if found else None

    def document(self) -> VerificationSection:
        """As a report holds it."""
        return VerificationSection(
            mismatching_spikes=self.mismatching_spikes,
            mismatching_readouts=self.mismatching_readouts,
            compared_spikes=self.compared_spikes,
            compared_readouts=self.compared_readouts,
            silent_populations=tuple(self.silent_populations),
            samples=self.samples,
            accuracy={name: round(value, 6) for name, value in self.accuracy.items()},
            common_samples=self.common_samples,
            common_accuracy={name: round(value, 6) for name, value in self.common_accuracy.items()},
            spike_counts=self.spike_counts,
            not_compared=self.not_compared,
            registers={name: counts for name, counts in self.registers.items() if any(counts.values())},
            comparisons=tuple(comparison.document() for comparison in self.comparisons.values()),
            note=self.note,
            **present(cycles=self.cycles),
        )


def verify_engines(
    graph: Graph,
    inputs: Inputs,
    labels: npt.NDArray[np.int64] | None,
    reference: Engine,
    others: Mapping[str, tuple[Engine, bool]],
    explain: Callable[[Comparison, Inputs], None],
    progress: Callable[[str, int, int], None] | None = None,
) -> Verification:
    """Run all engines and compare each with the reference.

    Parameters
    ----------
    inputs : integers for the network, (N, C, H, W) or (N, T, C, H, W)
    labels : (N,) or None
    others : name -> (engine, must agree)
    explain : called for the first divergence of a comparison that must agree, to add membranes and causes to `comparison.first`
    progress : called with (engine, samples done, samples)
    """
    result = Verification(reference=reference.name, not_compared=not_compared(graph))
    right: dict[str, list[npt.NDArray[np.bool_]]] = {}
    engines = [reference, *(engine for engine, _ in others.values())]
    for name, (_, exact) in others.items():
        result.comparisons[name] = Comparison(reference.name, name, must_agree=exact)
    size = chunk_size(graph)
    for first in range(0, len(inputs), size):
        chunk = inputs[first : first + size]
        expected: Observed | None = None
        for engine in engines:
            part = chunk[: max(0, engine.samples - first)]
            if not len(part):
                continue
            observed = engine.run(part)
            done = first + len(part)
            result.samples[engine.name] = done
            counts = result.spike_counts.setdefault(engine.name, {})
            for population, count in spike_counts(graph, observed.spikes).items():
                counts[population] = counts.get(population, 0) + count
            if engine.name == ACTIVITY_ENGINE:
                result.activity = _add_activity(result.activity, graph, part, observed)
                _add_registers(result.registers, observed)
            if labels is not None:
                right.setdefault(engine.name, []).append(np.argmax(observed.readout, axis=1) == labels[first:done])
            if expected is None:
                expected = observed
            else:
                comparison = result.comparisons[engine.name]
                before = comparison.first
                comparison.add(graph, _cut(expected, len(part)), observed)
                if comparison.first is not before and comparison.must_agree:
                    explain(comparison, part)
            if progress:
                progress(engine.name, done, min(engine.samples, len(inputs)))
    set_accuracy(result, {name: np.concatenate(parts) for name, parts in right.items()})
    return result


def set_accuracy(result: Verification, hits: Mapping[str, npt.NDArray[np.bool_]]) -> None:
    """Say what of its samples each engine classified right, once all samples are counted."""
    result.common_samples = min(result.samples.values(), default=0)
    for name, right in hits.items():
        result.hits[name] = right
        result.accuracy[name] = float(right.mean())
        result.common_accuracy[name] = float(right[: result.common_samples].mean())


def _total(counts: Iterable[int | None]) -> int | None:
    """The sum of what was counted; None where nothing was."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _add_activity(before: Activity | None, graph: Graph, inputs: Inputs, observed: Observed) -> Activity:
    """Activity of one more chunk of samples."""
    events = input_events(graph, {source.name: inputs for source in graph.sources})
    events |= {name: np.count_nonzero(spikes, axis=(0, 1)) for name, spikes in observed.spikes.items()}
    if before is not None:
        events = {name: counts + before.events[name] for name, counts in events.items()}
    return Activity(len(inputs) + (before.samples if before else 0), events)


def _add_registers(before: dict[str, dict[str, int]], observed: Observed) -> None:
    if isinstance(observed, Trace):
        for name, counts in observed.registers.items():
            known = before.setdefault(name, {})
            for register, count in counts.items():
                known[register] = known.get(register, 0) + count


@dataclass(frozen=True)
class _Part:
    readout: npt.NDArray[np.generic]
    spikes: dict[str, npt.NDArray[np.integer[Any]]]


def _cut(observed: Observed, count: int) -> Observed:
    """The first samples of an observation, for engines that see fewer."""
    if len(observed.readout) == count:
        return observed
    return _Part(observed.readout[:count], {name: spikes[:count] for name, spikes in observed.spikes.items()})
