"""A genotype as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from rich import box
from rich.table import Table

from litesnn.base.terminal import Terminal, assembled
from litesnn.compiler.accounting import paper_counts
from litesnn.compiler.genotype import EdgePlan, LoadedGenotype, NeedRecord
from litesnn.compiler.report.panels.costs import paper_rows
from litesnn.compiler.report.panels.pruning import PruningEntry, PruningPanel
from litesnn.display.by_need import need_summary


def genotype_document(loaded: LoadedGenotype) -> dict[str, Any]:
    """What `litesnn info GENOTYPE --json` prints."""
    spec = loaded.spec
    return {
        "format": spec.format,
        "name": spec.name,
        "input": spec.input.model_dump(mode="json"),
        "timesteps": spec.timesteps,
        "norm": spec.norm,
        "trained": loaded.tensors is not None,
        "populations": [
            {
                "name": node.name,
                "shape": list(node.shape),
                "edges": [_edge(loaded, edge) for edge in node.edges],
            }
            for node in loaded.topology.nodes
        ],
        "readout": _edge(loaded, loaded.topology.readout),
        "accounting": paper_counts(loaded).document(),
        "data": spec.data.model_dump(mode="json", exclude_none=True) if spec.data else None,
        "plugins": [record.model_dump(mode="json", exclude_none=True) for record in spec.plugins or ()],
        "training": spec.training.model_dump(mode="json") if spec.training else None,
        "search": spec.search.model_dump(mode="json") if spec.search else None,
        "pruning": [record.model_dump(mode="json") for record in spec.pruning or ()],
        "lowered_bits": [record.model_dump(mode="json") for record in spec.lowered_bits or ()],
    }


def _edge(loaded: LoadedGenotype, edge: EdgePlan) -> dict[str, Any]:
    document: dict[str, Any] = {"op": edge.op, "sources": list(edge.sources), "stride": edge.stride}
    if edge.distance:
        document["distance"] = edge.distance
    if edge.weighted:
        document |= {"bits": edge.bits, "weights": int(np.prod(edge.weight_shape)), "keep": edge.keep}
        if loaded.tensors is not None:
            document["kept"] = int(np.count_nonzero(loaded.tensors[f"{edge.name}.mask"]))
    return document


def show_genotype(console: Terminal, document: Mapping[str, Any]) -> None:
    """Draw a genotype document."""
    shape = "×".join(map(str, document["input"]["shape"]))
    trained = "trained" if document["trained"] else "untrained"
    said = f"  genotype, input {shape} {document['input']['encoding']}, T = {document['timesteps']}, norm per {document['norm']}, {trained}"
    console.print(assembled((document["name"], "bold"), said))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("population", "shape C×H×W", "inputs", "bits", "weights kept"):
        table.add_column(column, justify="right" if column == "weights kept" else "left")
    nodes = [*document["populations"], {"name": "readout", "shape": [], "edges": [document["readout"]]}]
    for node in nodes:
        for i, edge in enumerate(node["edges"]):
            table.add_row(
                node["name"] if i == 0 else "",
                "×".join(map(str, node["shape"])) if i == 0 else "",
                _edge_text(edge),
                str(edge.get("bits", "")),
                _kept(edge),
            )
    console.print(table)
    counts = dict(paper_rows(document["accounting"]))
    console.print("as papers count: " + ", ".join(f"{name} {value}" for name, value in counts.items()))
    if document["pruning"]:
        pruning = PruningPanel.of_records([PruningEntry(**record) for record in document["pruning"]])
        console.print(f"pruned by {', '.join(pruning.methods)}: {pruning.summary}")
    for record in document["pruning"]:
        if record["need"] is not None:
            console.print(f"channels chosen by need: {need_summary(NeedRecord(**record['need']))}")
    for record in document["lowered_bits"]:
        edges = "1 edge" if len(record["bits"]) == 1 else f"{len(record['bits'])} edges"
        console.print(f"bits of {edges} lowered by need: {need_summary(NeedRecord(**record['need']))}")
    if document["data"] is not None:
        own = document["data"]
        train, test = own["samples"]
        console.print(
            f"made for the user's data '{own['name']}' ({own['kind']}), {train:,} + {test:,} samples, sha256 {own['sha256'][:12]}...; "
            "commands find them again by --dataset",
            markup=False,
        )
    for plugin in document["plugins"]:
        console.print(f"needs the plugin '{plugin['name']}' {plugin['version']}", markup=False)
    training = document["training"]
    if training and training.get("accuracy_fixed") is not None:
        console.print(
            f"trained on {training['dataset']} (seed {training['seed']}, {training['epochs']} epochs): test accuracy "
            f"{training['accuracy_fixed']:.2%} fixed, {training['accuracy_float']:.2%} float on {training['test_samples']} samples"
        )


def _edge_text(edge: Mapping[str, Any]) -> str:
    stride = f"/{edge['stride']}" if edge["stride"] > 1 else ""
    feedback = ", a step later" if "distance" in edge else ""
    return f"{edge['op']}{stride} of {' + '.join(edge['sources'])}{feedback}"


def _kept(edge: Mapping[str, Any]) -> str:
    if "weights" not in edge:
        return ""
    if "kept" in edge:
        return f"{edge['kept']:,} of {edge['weights']:,} ({edge['kept'] / edge['weights']:.0%})"
    return f"{edge['keep']:.0%} of {edge['weights']:,}"
