"""report.json: what a deployment is and costs, as plain numbers with names people in the field use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from litesnn.compiler.costs import Activity, cost_document
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Graph, Membranes, Neurons, Readout
from litesnn.compiler.mapping import Mapping as CoreMapping
from litesnn.compiler.mapping import mapping_summary
from litesnn.compiler.mapping.memory_image import encoded_memory
from litesnn.compiler.profile import Profile
from litesnn.compiler.report.provenance import provenance
from litesnn.compiler.rules import Finding


def build_report(
    graph: Graph,
    loaded: LoadedGenotype,
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
    verification : a `Verification.document()`, or None where it was not verified
    command : the command line that made it, for the provenance; None leaves the provenance out
    mapping : the cores, where there are some
    activity : simulated events, for the costs of running
    """
    weights = _weights_by_population(loaded)
    sections: dict[str, Any] = {}
    if mapping is not None:
        sections["mapping"] = mapping_summary(mapping, profile)
        sections["encoding"] = encoded_memory(graph, mapping, profile)
    if activity is not None:
        sections["costs"] = cost_document(graph, loaded, activity, profile, mapping)
        if "encoding" in sections:
            # NeuroBench's footprint, in bytes: here the synapse memory of all cores as encoded.
            sections["costs"]["metrics"]["footprint"] = sections["encoding"]["total"]["encoded_bits"] // 8
    return {
        **sections,
        "format": "litesnn.report",
        "version": 1,
        "name": loaded.spec.name,
        "profile": profile.name,
        "network": network_summary(graph, loaded),
        "memory": memory_summary(graph),
        "populations": [_population(graph, population, weights) for population in graph.membranes],
        "schedule": None if graph.schedule is None else {**asdict(graph.schedule), "latency": graph.schedule.latency},
        "certificate": certificate(graph),
        "removals": [asdict(removal) for removal in graph.removals],
        "ranges": [{**asdict(proof), "proved": proof.proved} for proof in graph.ranges],
        "fidelity": [asdict(label) for label in graph.labels],
        "findings": [finding.document() for finding in findings],
        "verification": verification,
        "provenance": None if command is None else provenance(command),
    }


def network_summary(graph: Graph, loaded: LoadedGenotype) -> dict[str, Any]:
    """Size and sparsity of the network; `connection_sparsity` is NeuroBench's: the fraction of weights that are zero."""
    total = kept = 0
    by_bits: dict[str, dict[str, int]] = {}
    for edge in loaded.topology.edges():
        if edge.weighted:
            mask = loaded.trained[f"{edge.name}.mask"]
            total += mask.size
            kept += int(np.count_nonzero(mask))
            entry = by_bits.setdefault(str(edge.bits), {"weights": 0, "kept": 0})
            entry["weights"] += mask.size
            entry["kept"] += int(np.count_nonzero(mask))
    return {
        "timesteps": graph.timesteps,
        "weights": total,
        "kept_weights": kept,
        "connection_sparsity": round(1 - kept / total, 6) if total else 0.0,
        "weights_by_bits": dict(sorted(by_bits.items())),
        "populations": len(graph.membranes),
        "blocks": len(graph.blocks),
        "neurons": sum(population.size for population in graph.membranes),
        "neurons_on_host": sum(population.size for population in graph.membranes if population.on_host),
        "synapses": sum(_synapses(graph, population) for population in graph.membranes),
    }


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
        inputs: dict[tuple[str, int], list[str]] = {}
        for block in graph.into(population.name):
            inputs.setdefault((block.source, block.delay), []).append(block.name)
        rows.append(
            {
                "population": population.name,
                "arrival": population.arrival,
                "reset_interval": population.reset_interval,
                "reset_offset": population.reset_offset,
                "inputs": [
                    {"source": source, "source_arrival": graph[source].arrival, "delay": delay, "blocks": len(blocks)}
                    for (source, delay), blocks in sorted(inputs.items())
                ],
            }
        )
    return rows


def _weights_by_population(loaded: LoadedGenotype) -> dict[str, tuple[int, int]]:
    """Population -> (weights, kept weights) of the genotype; populations without trained weights are missing."""
    owners = [(node.name, edge) for node in loaded.topology.nodes for edge in node.edges]
    counts: dict[str, tuple[int, int]] = {}
    for owner, edge in [*owners, ("readout", loaded.topology.readout)]:
        if edge.weighted:
            mask = loaded.trained[f"{edge.name}.mask"]
            total, kept = counts.get(owner, (0, 0))
            counts[owner] = (total + mask.size, kept + int(np.count_nonzero(mask)))
    return counts


def _population(graph: Graph, population: Membranes, weights: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    blocks = graph.into(population.name)
    genotype_weights, kept_weights = weights.get(population.name, (0, 0))
    bits = sorted({block.format.num_weight_bits for block in blocks if block.format is not None})
    return {
        "name": population.name,
        "kind": population.role if isinstance(population, Neurons) else "readout",
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
        "readout": isinstance(population, Readout),
    }


def _synapses(graph: Graph, population: Membranes) -> int:
    return sum(int(graph.fan_out(block).sum()) for block in graph.into(population.name))
