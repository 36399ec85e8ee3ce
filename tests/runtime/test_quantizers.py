"""Networks of every quantizer deploy exactly: PyTorch = exact simulator = Lava, with steps per channel at residual sums."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_input, random_trained_genotype

from litesnn.base.errors import CompileError, RegisterError
from litesnn.compiler.genotype import LoadedGenotype, NodePlan, QuantizerSpec
from litesnn.compiler.graph import Graph, Spiking
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.runtime.exact import simulate
from litesnn.runtime.lava import LavaSession
from litesnn.search.model.reference import run_reference

LOIHI2 = load_profile("loihi2")
RESIDUAL = ("conv3x3", "conv3x3", "conv1x1", "skip", "shortcut", "shortcut", "maxpool3x3")


def check_against_pytorch(loaded: LoadedGenotype, graph: Graph, inputs: np.ndarray) -> None:
    expected = run_reference(loaded, inputs, "fixed")
    names = [p.name for p in graph.membranes if isinstance(p, Spiking) and p.name in expected.spikes]
    found = simulate(graph, inputs, record=names, record_states=names)
    np.testing.assert_array_equal(found.readout, expected.readout)
    for name in names:
        kept = list(graph[name].channels)
        np.testing.assert_array_equal(found.spikes[name], expected.spikes[name][:, :, kept], err_msg=name)
        np.testing.assert_array_equal(found.potentials[name], expected.membranes[name][:, :, kept], err_msg=name)


@settings(max_examples=25)
@given(st.integers(0, 100_000), st.sampled_from(["node", "node", "edge"]), st.integers(1, 8))
def test_residual_networks_of_every_quantizer_equal_pytorch(seed: int, norm: str, bits: int) -> None:
    loaded = random_trained_genotype(
        seed, norm=norm, bits=bits, quantizer="any", ops=RESIDUAL, stem=True, cells=2, size=5, keep=1.0, timesteps=4
    )
    graph = compile_graph(loaded, LOIHI2)
    inputs = random_input(loaded, 3, seed)
    try:
        check_against_pytorch(loaded, graph, inputs)
    except RegisterError:
        with pytest.raises(RegisterError):
            run_reference(loaded, inputs, "fixed")
        with pytest.raises(RegisterError):
            simulate(graph, inputs)


def residual(seed: int, bits: int) -> LoadedGenotype:
    """A small residual network of QP-SNN's quantizer with its own scale in every channel."""
    return random_trained_genotype(
        seed,
        norm="node",
        encoding="spikes",
        bits=bits,
        keep=1.0,
        quantizer=QuantizerSpec(),
        ops=("conv3x3", "shortcut"),
        stem=True,
        cells=2,
        size=5,
        timesteps=3,
        pool="none",
    )


@pytest.mark.parametrize("seed", range(6))
def test_two_bit_codes_are_carried_in_two_bits(seed: int) -> None:
    """What is multiplied from channel to channel at a sum is the shortcut: its powers of two, not the weights."""
    loaded = residual(seed, 2)
    graph = compile_graph(loaded, LOIHI2, sign="split")
    sums = [node for node in loaded.topology.nodes if len(node.edges) > 1]
    first = {next(edge.name for edge in node.edges if edge.weighted) for node in sums if _weighted(node)}
    first |= {node.edges[0].name for node in loaded.topology.nodes if len(node.edges) == 1 and _weighted(node)}
    carried = {block.edge: block.format.num_weight_bits for block in graph.blocks if block.format is not None}
    assert all(carried[edge] == 2 for edge in first if edge in carried)
    assert any(edge in carried for edge in first)


def test_lava_runs_a_residual_network_with_a_scale_per_channel() -> None:
    pytest.importorskip("lava.magma")
    loaded = next(filter(_has_powers, (residual(seed, 2) for seed in range(50))))
    graph = compile_graph(loaded, LOIHI2)
    inputs = random_input(loaded, 2, 0)
    names = [p.name for p in graph.membranes if isinstance(p, Spiking)]
    expected = simulate(graph, inputs, record=names)
    check_against_pytorch(loaded, graph, inputs)
    with LavaSession() as lava:
        found = lava.run(graph, inputs, record=names, models="stock")
    np.testing.assert_array_equal(found.readout, expected.readout)
    for name in names:
        np.testing.assert_array_equal(found.spikes[name], expected.spikes[name], err_msg=name)


def _weighted(node: NodePlan) -> bool:
    return any(edge.weighted for edge in node.edges)


def _has_powers(loaded: LoadedGenotype) -> bool:
    """Whether some sum joins its edges by other powers of two in one channel than in another."""
    steps = [
        [loaded.trained[f"{edge.name}.step"] for edge in node.edges]
        for node in loaded.topology.nodes
        if len({edge.weighted for edge in node.edges}) == 2
    ]
    return any(len(np.unique(edges[0] / edge)) > 1 for edges in steps for edge in edges)


def test_floating_ends_are_refused_by_name() -> None:
    loaded = residual(0, 4)
    spec = loaded.spec.model_copy(update={"quantizer": QuantizerSpec(ends="float")})
    with pytest.raises(CompileError, match=r"quantizer.ends: found 'float': stem, head multiply in floating point"):
        compile_graph(replace(loaded, spec=spec), LOIHI2)


def test_the_report_says_what_snapping_made_of_a_shortcut() -> None:
    loaded = next(filter(_has_powers, (residual(seed, 2) for seed in range(50))))
    labels = [
        label for label in compile_graph(loaded, LOIHI2).labels if label.step == "scales snapped to powers of two"
    ]
    assert labels
    assert all(label.status == "exact" and "1 as published" in label.detail for label in labels)
