"""What running a network costs, counted from simulated spikes: operations, packets, and energy where a source gives figures.

Metric names are NeuroBench's (https://neurobench.readthedocs.io): `connection_sparsity` and `activation_sparsity` are fractions
from 0 to 1 where 1 is fully sparse; `synaptic_operations` are per sample, `Effective_ACs` for binary and `Effective_MACs` for
graded inputs, `Dense` as if every weight and activation were non-zero. Nothing is invented where no source gives a figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.shown import Brief
from litesnn.compiler.energy import energy_rows, time_rows
from litesnn.compiler.gap_costs import GapCosts, count_gaps
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping import Mapping as CoreMapping
from litesnn.compiler.mapping.compartments import compartments, with_own_synapses
from litesnn.compiler.origin.facts import WeightFacts
from litesnn.compiler.profile import Profile

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Activity(Brief):
    """Events of simulated samples.

    Attributes
    ----------
    samples : how many samples were simulated
    events : population or source -> events per neuron over all samples and steps, (C, H, W); an event is a spike, or a
        non-zero graded value sent in one step
    """

    samples: int
    events: dict[str, Counts]


@dataclass(frozen=True)
class Operations:
    """Per sample, of one population: operations into it, its updates and its spikes."""

    synaptic_operations: float
    neuron_updates: int
    spikes: float


def count_operations(graph: Graph, activity: Activity, profile: Profile | None = None) -> dict[str, Operations]:
    """Synaptic operations (one per event and existing synapse), neuron updates (one per neuron and step), spikes; per sample.

    On a chip where neurons take two compartments, each is updated, and their own synapses operate.
    """
    if profile is not None:
        graph = with_own_synapses(graph, profile)
    result = {}
    for population in graph.membranes:
        events = 0
        for block in graph.into(population.name):
            events += int((activity.events[block.source] * graph.fan_out(block)).sum())
        updated = population.size * (1 if profile is None else compartments(population, profile.neuron))
        spikes = 0 if population.sends == "nothing" else int(activity.events[population.name].sum())
        result[population.name] = Operations(
            events / activity.samples, updated * graph.timesteps, spikes / activity.samples
        )
    return result


def cost_document(
    graph: Graph, weights: WeightFacts, activity: Activity, profile: Profile, mapping: CoreMapping | None
) -> dict[str, Any]:
    """`report["costs"]`: per sample, per population, NeuroBench's metrics, and energy and time with their sources.

    `neuron_steps_at_rest`: steps in which gated neurons compute nothing, which is what a loop costs besides time.
    `reset_operations`: of the synaptic operations, those by which neurons of two compartments reset; metrics leave them out.
    `gap_operations`, `gap_updates`: besides all others, what lists lead into gaps between neurons; in the energy, not in metrics.
    """
    operations = count_operations(graph, activity, profile)
    total = sum(o.synaptic_operations for o in operations.values())
    resets = total - sum(o.synaptic_operations for o in count_operations(graph, activity).values())
    graded = _graded_operations(graph, activity)
    updates = sum(o.neuron_updates for o in operations.values())
    resting = sum(population.size for population in graph.membranes if population.gated) * graph.pace.idle
    traffic = mapping.placements["litesnn"] if mapping is not None else None
    gaps = GapCosts(0, 0) if mapping is None else count_gaps(graph, mapping, activity.events, activity.samples)
    spent, updated = total + gaps.operations, updates + gaps.compartments * graph.timesteps
    return {
        "samples": activity.samples,
        "per_sample": {
            "synaptic_operations": total,
            "neuron_updates": updates,
            **({"reset_operations": resets} if resets else {}),
            **({"neuron_steps_at_rest": resting} if resting else {}),
            **({"gap_operations": gaps.operations} if gaps.operations else {}),
            **({"gap_updates": gaps.compartments * graph.timesteps} if gaps.compartments else {}),
            **({} if traffic is None else {"packets": traffic.packets, "hops": traffic.hop_weighted}),
            "spikes": sum(o.spikes for o in operations.values()),
        },
        "populations": {name: asdict(operation) for name, operation in operations.items()},
        "metrics": {
            "connection_sparsity": weights.connection_sparsity,
            "activation_sparsity": activation_sparsity(graph, activity),
            "synaptic_operations": {
                "Effective_ACs": total - resets - graded,
                "Effective_MACs": graded,
                "Dense": weights.dense_operations,
            },
        },
        "energy": energy_rows(profile, spent, graded, updated, resting, graph.pace.period, traffic),
        "time": time_rows(profile, graph),
    }


def mean_spikes(graph: Graph, activity: Activity) -> dict[str, float]:
    """Population -> spikes of a neuron per sample, meaned over its neurons as the genotype has them (dead ones are silent)."""
    result = {}
    for population in (*graph.membranes, *graph.sources):
        if population.name not in activity.events:
            continue
        channels = getattr(population, "genotype_channels", None) or population.shape[0]
        neurons = channels * population.shape[1] * population.shape[2]
        result[population.name] = float(activity.events[population.name].sum()) / activity.samples / neurons
    return result


def activation_sparsity(graph: Graph, activity: Activity) -> float:
    """Fraction of neuron-steps without a spike or message, over all populations of the graph that send."""
    neurons = [population for population in graph.membranes if population.sends != "nothing"]
    steps = sum(population.size for population in neurons) * graph.timesteps * activity.samples
    return 1 - sum(int(activity.events[population.name].sum()) for population in neurons) / steps if steps else 1.0


def _graded_operations(graph: Graph, activity: Activity) -> float:
    """Operations per sample whose input carries a value: multiply and add."""
    total = 0
    for source in graph.populations:
        if source.sent != (0, 1):
            for block in graph.out_of(source.name):
                total += int((activity.events[source.name] * graph.fan_out(block)).sum())
    return total / activity.samples


def input_events(graph: Graph, inputs: Mapping[str, npt.NDArray[np.generic]]) -> dict[str, Counts]:
    """Events per source neuron (C, H, W): spikes, or non-zero graded values times the T steps they are held."""
    events = {}
    for name, values in inputs.items():
        active = (values != 0).sum(axis=0, dtype=np.int64)
        events[name] = active * graph.timesteps if active.ndim == 3 else active.sum(axis=0)
    return events
