"""The pipeline as a whole: what it refuses, what runs on the host, and that every pass is followed by validation."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from random_networks import random_input, random_trained_genotype
from small_graphs import LOIHI1, LOIHI2
from written_genotypes import document, lightsnn_cells, loaded, parsed, resnet, vgg

from litesnn.base.errors import CompileError, GenotypeError, GraphError
from litesnn.compiler.genotype import load_genotype, save_genotype
from litesnn.compiler.graph import Graph, Spiking
from litesnn.compiler.origin import GenotypeOrigin, compile_graph
from litesnn.compiler.passes import Pass
from litesnn.compiler.rules.graph_rules import graded_input_enters
from litesnn.runtime.exact import simulate
from litesnn.search.model.reference import run_reference


@pytest.mark.parametrize("family", [document, vgg, resnet, lightsnn_cells])
def test_written_families_compile_and_compute_what_pytorch_does(family, tmp_path: Path) -> None:
    genotype = loaded(family(), tmp_path)
    compiled = compile_graph(genotype, LOIHI2)
    inputs = random_input(genotype, 3, 0)
    np.testing.assert_array_equal(simulate(compiled, inputs).readout, run_reference(genotype, inputs, "fixed").readout)


def test_fixed_neurons_refuse_long_loops_by_their_backward_edges(tmp_path: Path) -> None:
    with pytest.raises(CompileError, match=r"loops of several synapses(.|\n)*drop cell0\.backward0"):
        compile_graph(loaded(lightsnn_cells(), tmp_path), LOIHI1)


def test_untrained_genotypes_are_refused(tmp_path: Path) -> None:
    save_genotype(parsed(document()), None, tmp_path / "net.json")
    with pytest.raises(GenotypeError, match="has no weights yet"):
        compile_graph(load_genotype(tmp_path / "net.json"), LOIHI2)


def test_a_pass_that_breaks_the_graph_is_named(tmp_path: Path) -> None:
    class LosesTheReadout(Pass):
        name = "loses-the-readout"

        def apply(self, graph: Graph) -> Graph:
            kept = [p for p in graph.populations if p.name != "readout"]
            return graph.rebuild(kept, [b for b in graph.blocks if b.target != "readout"])

    whole = GenotypeOrigin(loaded(document(), tmp_path)).pipeline(LOIHI2)
    broken = replace(whole, passes=[whole.passes[0], LosesTheReadout()])
    with pytest.raises(GraphError, match="after pass 'loses-the-readout': a graph has exactly one output"):
        broken.run()


def test_a_pipeline_can_be_listed_watched_stopped_and_shortened(tmp_path: Path) -> None:
    pipeline = GenotypeOrigin(loaded(document(), tmp_path)).pipeline(LOIHI2)
    assert len(set(pipeline.names)) == len(pipeline.names)
    assert (pipeline.names[0], pipeline.names[-1]) == ("lower", "prove-ranges")
    seen: list[str] = []
    graph = pipeline.up_to("assign-formats").run(watch=lambda name, graph: seen.append(name))
    assert seen == list(pipeline.names[: len(seen)])
    assert seen[-1] == "assign-formats"
    assert graph.schedule is None
    assert pipeline.up_to("lower").passes == ()
    assert "remove-dead-structure" not in pipeline.without("remove-dead-structure").names
    with pytest.raises(CompileError, match="found 'folding'; this network's: lower, fold-normalization, "):
        pipeline.up_to("folding")


def test_without_graded_spikes_the_first_layer_runs_on_the_host(tmp_path: Path) -> None:
    genotype = loaded(document(), tmp_path)
    on_host = {p.name for p in compile_graph(genotype, LOIHI1).membranes if p.on_host}
    assert on_host == {"stem"}
    assert not any(p.on_host for p in compile_graph(genotype, LOIHI2).membranes)
    label = next(label for label in compile_graph(genotype, LOIHI1).labels if label.step == "first layer on the host")
    assert label.status == "exact"


def test_a_node_that_reads_graded_input_and_spikes_needs_graded_spikes(tmp_path: Path) -> None:
    nodes = [
        {"inputs": [{"source": "s1", "op": "conv3x3"}]},
        {"inputs": [{"source": "s1", "op": "conv3x3"}, {"source": "n0", "op": "skip"}]},
    ]
    genotype = loaded(document(stem=None, cells=[{"channels": 2, "nodes": nodes}]), tmp_path)
    graph = compile_graph(genotype, LOIHI1)
    assert {p.name for p in graph.membranes if p.on_host} == {"cell0.node0"}
    (finding,) = (f for f in graded_input_enters(graph, LOIHI1) if f.severity == "error")
    assert finding.place == "cells[0].nodes[1]"
    assert all(f.severity == "ok" for f in graded_input_enters(compile_graph(genotype, LOIHI2), LOIHI2))


@pytest.mark.parametrize("seed", range(4))
def test_profiles_differ_in_formats_but_not_in_what_is_computed(seed: int) -> None:
    genotype = random_trained_genotype(seed, stem=True)
    inputs = random_input(genotype, 4, seed)
    graphs = [compile_graph(genotype, p, sign) for p in (LOIHI1, LOIHI2) for sign in ("auto", "split")]
    names = [p.name for p in graphs[0].membranes if isinstance(p, Spiking)]
    first, *others = (simulate(g, inputs, record=names) for g in graphs)
    for other in others:
        np.testing.assert_array_equal(other.readout, first.readout)
        for name in names:
            np.testing.assert_array_equal(other.spikes[name], first.spikes[name])
