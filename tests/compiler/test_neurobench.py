"""Our metrics against NeuroBench's own: its metric classes run on the trained network as PyTorch layers.

NeuroBench counts `Linear` and `Conv` layers, so the networks here have no other edges; and dead channels, which the compiler
removes, are in none of them.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from random_networks import random_input, random_trained_genotype
from torch import nn

from litesnn.compiler.costs import Activity, cost_document, input_events
from litesnn.compiler.genotype import EdgePlan, LoadedGenotype
from litesnn.compiler.graph import Spiking
from litesnn.compiler.image import build_image
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.origin.facts import genotype_facts
from litesnn.compiler.profile import load_profile
from litesnn.compiler.report.sections.encoding import EncodingSection
from litesnn.search.model.reference import run_reference
from litesnn.search.model.spiking_model import SpikingModel

LOIHI2 = load_profile("loihi2")
SAMPLES = 3
WEIGHTED = {"ops": ["conv1x1", "conv3x3"], "pool": "none", "cells": 1, "nodes": 2, "decay": 1.0, "timesteps": 3}
SEEDS = [(seed, encoding) for encoding in ("direct", "spikes") for seed in range(8)]


@pytest.fixture(scope="module")
def neurobench() -> ModuleType:
    return pytest.importorskip("neurobench.metrics", reason="neurobench is in the dev group")


class Spikes(nn.Identity):
    """A population: what it is given are its spikes."""


class Layers(nn.Module):
    """A trained network as plain layers, one call per time step; the spikes come from its PyTorch model."""

    def __init__(self, loaded: LoadedGenotype, inputs: np.ndarray) -> None:
        super().__init__()
        model = SpikingModel.from_genotype(loaded)
        self.edges = [edge.plan for edge in model.edge_list()]
        self.connections = nn.ModuleList(_layer(edge.plan, edge.codes()) for edge in model.edge_list())
        recorded = run_reference(loaded, inputs, "fixed").spikes
        self.spikes = {name: torch.from_numpy(spikes.astype(np.float32)) for name, spikes in recorded.items()}
        self.populations = nn.ModuleDict({name.replace(".", "_"): Spikes() for name in self.spikes})
        steps = loaded.spec.timesteps
        held = np.repeat(inputs[:, None], steps, axis=1) if inputs.ndim == 4 else inputs
        self.signals = {**self.spikes, "input": torch.from_numpy(held.astype(np.float32))}

    def forward(self, step: int) -> None:
        for name, spikes in self.spikes.items():
            self.populations[name.replace(".", "_")](spikes[:, step])
        for edge, layer in zip(self.edges, self.connections, strict=True):
            read = torch.cat([self.signals[name][:, step] for name in edge.sources], dim=1)
            layer(read.flatten(1) if edge.op == "dense" else read)


def _layer(edge: EdgePlan, codes: torch.Tensor) -> nn.Module:
    if edge.op == "dense":
        layer: nn.Module = nn.Linear(codes.shape[1], codes.shape[0], bias=False)
    else:
        sizes = (codes.shape[1], codes.shape[0], edge.kernel, edge.stride, edge.padding, edge.dilation)
        layer = nn.Conv2d(*sizes, bias=False)
    layer.weight.data = codes.detach().float()  # type: ignore[assignment]
    return layer


def measured(loaded: LoadedGenotype, inputs: np.ndarray) -> dict[str, Any]:
    """What NeuroBench's metrics say."""
    from neurobench.metrics.static import ConnectionSparsity
    from neurobench.metrics.workload import ActivationSparsity, SynapticOperations
    from neurobench.models import TorchModel

    layers = Layers(loaded, inputs)
    model = TorchModel(layers)
    model.add_activation_module(Spikes)
    model.register_hooks()
    with torch.no_grad():
        for step in range(loaded.spec.timesteps):
            layers(step)
    data = (torch.from_numpy(inputs), torch.zeros(len(inputs)))
    operations = SynapticOperations()(model, None, data)
    found = {
        "connection_sparsity": ConnectionSparsity()(model),
        "activation_sparsity": ActivationSparsity()(model, None, data),
        "synaptic_operations": operations,
    }
    model.cleanup_hooks()
    return found


def ours(loaded: LoadedGenotype, inputs: np.ndarray) -> dict[str, Any] | None:
    """The report's metrics; None where dead structure was removed."""
    graph = compile_graph(loaded, LOIHI2)
    if graph.removals:
        return None
    recorded = run_reference(loaded, inputs, "fixed").spikes
    names = [p.name for p in graph.membranes if isinstance(p, Spiking)]
    events = input_events(graph, {"input": inputs})
    events |= {name: recorded[name].sum(axis=(0, 1), dtype=np.int64) for name in names}
    document = cost_document(graph, genotype_facts(loaded), Activity(len(inputs), events), LOIHI2, None)
    metrics: dict[str, Any] = document["metrics"]
    return metrics


def test_metrics_are_neurobenchs(neurobench: ModuleType) -> None:
    compared = set()
    for seed, encoding in SEEDS:
        loaded = random_trained_genotype(seed, encoding=encoding, **WEIGHTED)
        inputs = random_input(loaded, SAMPLES, seed)
        mine = ours(loaded, inputs)
        if mine is None:
            continue
        theirs = measured(loaded, inputs)
        # Rounded to four decimals there.
        assert mine["connection_sparsity"] == pytest.approx(theirs["connection_sparsity"], abs=1e-4)
        assert mine["activation_sparsity"] == pytest.approx(theirs["activation_sparsity"])
        assert mine["synaptic_operations"] == pytest.approx(theirs["synaptic_operations"])
        compared.add(encoding)
    assert compared == {"direct", "spikes"}


def test_the_footprint_is_the_bytes_of_the_words_on_the_cores(neurobench: ModuleType) -> None:
    from neurobench.metrics.static import Footprint
    from neurobench.models import TorchModel

    loaded = random_trained_genotype(3)
    graph = compile_graph(loaded, LOIHI2)
    mapping = map_graph(graph, LOIHI2)
    memory = nn.Module()
    for number, core in enumerate(build_image(graph, mapping, LOIHI2, "net").cores):
        words = core.memory.words
        memory.register_buffer(f"words{number}", torch.from_numpy(words.view(np.int64)))
    found = Footprint()(TorchModel(memory))
    assert found == EncodingSection.of(graph, mapping, LOIHI2).total.encoded_bits // 8
    assert found > 0
