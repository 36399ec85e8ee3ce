"""report.json: what a deployment is and costs, as plain numbers with names people in the field use."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from litesnn.compiler.accounting import paper_counts
from litesnn.compiler.costs import Activity, cost_document, mean_spikes
from litesnn.compiler.frontends.imported import SourceFile
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Graph, Membranes, Schedule
from litesnn.compiler.mapping import Mapping as CoreMapping
from litesnn.compiler.mapping import mapping_summary
from litesnn.compiler.mapping.memory_image import encoded_memory
from litesnn.compiler.profile import Profile
from litesnn.compiler.report.provenance import provenance
from litesnn.compiler.rules import Finding
from litesnn.compiler.weight_facts import Origin, WeightFacts, origin_name, weight_facts


def build_report(
    graph: Graph,
    origin: Origin,
    profile: Profile,
    findings: Sequence[Finding],
    verification: Mapping[str, Any] | None,
    command: str | None = None,
    *,
    mapping: CoreMapping | None = None,
    activity: Activity | None = None,
) -> dict[str, Any]:
    """The report of a compiled graph.

    Parameters
    ----------
    origin : the genotype, or the file from elsewhere, that the graph came from
    verification : a `Verification.document()`, or None where it was not verified
    command : the command line that made it, for the provenance; None leaves the provenance out
    mapping : the cores, where there are some
    activity : simulated events, for the costs of running
    """
    weights = weight_facts(graph, origin)
    sections: dict[str, Any] = {}
    if isinstance(origin, LoadedGenotype) and origin.spec.pruning is not None:
        sections["pruning"] = [record.model_dump(mode="json") for record in origin.spec.pruning]
    if mapping is not None:
        sections["mapping"] = mapping_summary(mapping, profile, simulated=activity is not None)
        sections["encoding"] = encoded_memory(graph, mapping, profile)
    if activity is not None:
        sections["costs"] = cost_document(graph, weights, activity, profile, mapping)
        if isinstance(origin, LoadedGenotype):
            sections["costs"]["paper"] = paper_counts(origin, mean_spikes(graph, activity)).document()
        if "encoding" in sections:
            # NeuroBench's footprint, in bytes: here the synapse memory of all cores as encoded.
            sections["costs"]["metrics"]["footprint"] = sections["encoding"]["total"]["encoded_bits"] // 8
    return {
        **sections,
        "format": "litesnn.report",
        "version": 1,
        "name": origin_name(origin),
        "profile": profile.name,
        "network": network_summary(graph, weights),
        "memory": memory_summary(graph),
        "populations": [_population(graph, population, weights.by_population) for population in graph.membranes],
        "schedule": None if graph.schedule is None else schedule_summary(graph, graph.schedule),
        "certificate": certificate(graph),
        "removals": [asdict(removal) for removal in graph.removals],
        "ranges": [{**asdict(proof), "proved": proof.proved} for proof in graph.ranges],
        "fidelity": [asdict(label) for label in graph.labels],
        "findings": [finding.document() for finding in findings],
        "verification": verification,
        "imported": _imported(origin) if isinstance(origin, SourceFile) else None,
        "provenance": None if command is None else provenance(command),
    }


def network_summary(graph: Graph, weights: WeightFacts) -> dict[str, Any]:
    """Size and sparsity of the network; `connection_sparsity` is NeuroBench's: the fraction of weights that are zero."""
    return {
        "timesteps": graph.timesteps,
        "isolated": graph.isolated,
        "weights": weights.weights,
        "kept_weights": weights.kept,
        "connection_sparsity": round(weights.connection_sparsity, 6),
        "weights_by_bits": weights.by_bits,
        "populations": len(graph.membranes),
        "blocks": len(graph.blocks),
        "neurons": sum(population.size for population in graph.membranes),
        "neurons_on_host": sum(population.size for population in graph.membranes if population.on_host),
        "synapses": sum(_synapses(graph, population) for population in graph.membranes),
    }


def schedule_summary(graph: Graph, schedule: Schedule) -> dict[str, Any]:
    """What a sample costs in time and in delayed spikes, and the loops that say why a step of it may take several of the chip."""
    loops = [{**asdict(loop), "latency": loop.latency, "interval": loop.interval} for loop in schedule.loops]
    pace = schedule.pace
    return {
        **asdict(schedule),
        "slots": pace.slots,
        "loops": loops,
        "period": pace.period,
        "idle_steps": pace.idle,
        "feedback_delay_slots": sum(_feedback_slots(graph, population) for population in graph.membranes),
        "latency": schedule.latency,
    }


def _feedback_slots(graph: Graph, population: Membranes) -> int:
    """Delay slots of a population's neurons that only feedback needs."""
    delays = [(block.delay, block.distance) for block in graph.into(population.name)]
    forward = max((delay for delay, distance in delays if not distance), default=0)
    return population.size * (max((delay for delay, _ in delays), default=0) - forward)


def memory_summary(graph: Graph) -> dict[str, int]:
    """Weight memory in bits.

    `ideal_bits`: stored weights times their width, what a search counts. `unrolled_bits`: the same for every synapse, as a
    chip without shared kernels stores them. Neither has index, header or padding bits.
    """
    ideal = unrolled = 0
    for block in graph.blocks:
        assert block.format is not None
        ideal += block.geometry.nnz * block.format.num_weight_bits
        unrolled += int(graph.fan_out(block).sum()) * block.format.num_weight_bits
    return {"ideal_bits": ideal, "unrolled_bits": unrolled}


def certificate(graph: Graph) -> list[dict[str, Any]]:
    """The table of arrival times: for each population when it computes, when it resets and how its inputs meet."""
    rows = []
    for population in graph.membranes:
        inputs: dict[tuple[str, int, int], list[str]] = {}
        for block in graph.into(population.name):
            inputs.setdefault((block.source, block.delay, block.distance), []).append(block.name)
        rows.append(
            {
                "population": population.name,
                "arrival": population.arrival,
                "reset_interval": population.reset_interval,
                "reset_offset": population.reset_offset,
                "initiation_interval": population.initiation_interval,
                "phase": population.phase,
                "inputs": [
                    {
                        "source": source,
                        "source_arrival": graph[source].arrival,
                        "delay": delay,
                        "distance": distance,
                        "blocks": len(blocks),
                    }
                    for (source, delay, distance), blocks in sorted(inputs.items())
                ],
            }
        )
    return rows


def _population(graph: Graph, population: Membranes, weights: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    blocks = graph.into(population.name)
    genotype_weights, kept_weights = weights.get(population.name, (0, 0))
    bits = sorted({block.format.num_weight_bits for block in blocks if block.format is not None})
    return {
        "name": population.name,
        "kind": population.kind,
        "shape": list(population.shape),
        "genotype_channels": population.genotype_channels,
        "neurons": population.size,
        "on_host": population.on_host,
        "blocks": len(blocks),
        "num_weight_bits": bits,
        "sign_modes": sorted({block.format.sign_mode for block in blocks if block.format is not None}),
        "genotype_weights": genotype_weights,
        "kept_weights": kept_weights,
        "stored_weights": sum(block.geometry.nnz for block in blocks),
        "synapses": _synapses(graph, population),
        "arrival": population.arrival,
        "readout": population.name == graph.output.name,
    }


def _imported(source: SourceFile) -> dict[str, Any]:
    """Where an imported network came from: its file's format and hash, layer by layer what became of it, how to feed it."""
    return {
        "format": source.source_format,
        "sha256": hashlib.sha256(source.document).hexdigest(),
        "layers": [asdict(layer) for layer in source.layers],
        "input": source.input_note,
        "transform": None if source.transform is None else asdict(source.transform),
        "record": source.record,
    }


def _synapses(graph: Graph, population: Membranes) -> int:
    return sum(int(graph.fan_out(block).sum()) for block in graph.into(population.name))
