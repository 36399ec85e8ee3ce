"""Feedback: what a source spiked at step t - 1 reaches its target's membrane at step t, in and out of cycles."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_comparison import assert_equals_plain
from plain_network import PlainFloatNetwork
from random_networks import CONVS, random_input, random_trained_genotype
from written_genotypes import lightsnn_cells, parsed

from litesnn.compiler.genotype import CellSpec, EdgeSpec, LoadedGenotype, NodeSpec, resolve
from litesnn.compiler.genotype.edit import edited, with_edge
from litesnn.compiler.genotype.schema import BackwardEdgeSpec
from litesnn.compiler.genotype.tensors import code_value
from litesnn.search.model.reference import fixed_parameters, run_reference
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.model.stages import Stage, stages


def network(seed: int) -> LoadedGenotype:
    return random_trained_genotype(seed, feedback=1 + seed % 3, size=(4, 5, 6)[seed % 3])


@settings(deadline=None, max_examples=20, derandomize=True)
@given(st.integers(0, 10**6))
def test_fixed_equals_a_plain_integer_loop(seed: int) -> None:
    loaded = network(seed)
    inputs = random_input(loaded, 3, seed)
    assert_equals_plain(loaded, inputs)


def test_the_random_networks_have_every_kind_of_feedback() -> None:
    edges, kinds = [], set()
    for seed in range(24):
        loaded = network(seed)
        looped = {name for stage in stages(loaded.topology) if stage.loop for name in stage.nodes}
        for node in loaded.topology.nodes:
            for edge in (edge for edge in node.edges if edge.distance):
                edges.append(edge)
                kinds.add("self" if edge.sources == (node.name,) else "cycle" if node.name in looped else "no cycle")
    assert kinds == {"self", "cycle", "no cycle"}
    assert {"conv1x1", "conv3x3", "conv5x5", "skip", "shortcut", "maxpool3x3", "avgpool3x3"} <= {e.op for e in edges}


@pytest.mark.parametrize("seed", range(12))
def test_float_equals_a_plain_loop(seed: int) -> None:
    """Membranes of the first population that feedback reaches agree until float32 rounding tips a spike."""
    loaded = network(seed)
    inputs = random_input(loaded, 2, seed)
    trace = run_reference(loaded, inputs, "float")
    agree = []
    for n, sample in enumerate(inputs):
        plain = PlainFloatNetwork(loaded)
        plain.run(sample)
        agree += [float((trace.spikes[name][n] == np.stack(plain.spikes[name])).mean()) for name in plain.spikes]
    assert np.mean(agree) > 0.98


@pytest.mark.parametrize("seed", range(12))
def test_training_arithmetic_equals_the_exact_one(seed: int) -> None:
    loaded = network(seed)
    inputs = random_input(loaded, 3, seed)
    model = SpikingModel.from_genotype(loaded)
    model.evaluation = "fixed"
    model.train()
    trained = model.run(torch.from_numpy(inputs.astype(np.int32)))
    expected = run_reference(loaded, inputs, "fixed", record=False).readout
    np.testing.assert_array_equal(trained.detach().numpy(), expected)


def with_common_units(loaded: LoadedGenotype) -> LoadedGenotype:
    """The network (`norm: node`) with the step of every feedback edge so that leaving it out changes no unit."""
    spec = loaded.spec
    for node in loaded.topology.nodes:
        for edge in (edge for edge in node.edges if edge.distance):
            spec = with_edge(spec, edge.site, step=2 * float(code_value(spec, node.edges[0], loaded.trained)))
    return edited(spec, loaded.trained)


def forward_only(loaded: LoadedGenotype) -> LoadedGenotype:
    """The network without its backward edges."""
    cells = tuple(cell.model_copy(update={"backward": ()}) for cell in loaded.spec.cells)
    tensors = {name: value for name, value in loaded.trained.items() if ".backward" not in name}
    return edited(loaded.spec.model_copy(update={"cells": cells}), tensors)


@pytest.mark.parametrize("stem", [True, False])
def test_feedback_with_no_weights_left_is_no_feedback(stem: bool) -> None:
    """Bit for bit the forward network; with its weights, feedback changes what the network says."""
    changed = []
    for seed in range(8):
        drawn = random_trained_genotype(seed, feedback=2, norm="node", ops=CONVS, timesteps=5, keep=1.0, stem=stem)
        loaded = with_common_units(drawn)
        inputs = random_input(loaded, 4, seed)
        masks = {f"{edge.name}.mask" for edge in loaded.topology.edges() if edge.distance}
        tensors = {n: np.zeros_like(v) if n in masks else v for n, v in loaded.trained.items()}
        for evaluation in ("fixed", "float"):
            found = run_reference(replace(loaded, tensors=tensors), inputs, evaluation)
            wanted = run_reference(forward_only(loaded), inputs, evaluation)
            assert found.spikes.keys() == wanted.spikes.keys()
            for name in wanted.spikes:
                np.testing.assert_array_equal(found.spikes[name], wanted.spikes[name])
                if evaluation == "fixed":
                    np.testing.assert_array_equal(found.membranes[name], wanted.membranes[name])
        fed = run_reference(loaded, inputs, "float")
        changed.append(any((fed.spikes[name] != wanted.spikes[name]).any() for name in wanted.spikes))
        assert all((fed.spikes[name][:, 0] == wanted.spikes[name][:, 0]).all() for name in wanted.spikes)
    assert sum(changed) >= 6


def chain(*backward: tuple[str, str]) -> CellSpec:
    """s1 -> n0 -> n1 -> n2, and n0 -> n3, with feedback."""
    inputs = [EdgeSpec(source=source, op="skip") for source in ("s1", "n0", "n1", "n0")]
    edges = tuple(BackwardEdgeSpec(source=source, target=target, op="skip") for source, target in backward)
    return CellSpec(channels=6, nodes=tuple(NodeSpec(inputs=(edge,)) for edge in inputs), backward=edges, output="last")


def test_only_populations_on_a_cycle_are_walked_step_by_step() -> None:
    stem_and_cell = parsed(lightsnn_cells()).model_copy(
        update={"cells": (chain(("n2", "n1"), ("n3", "n3"), ("n3", "n2")),)}
    )
    assert stages(resolve(stem_and_cell)) == (
        Stage(("stem",), loop=False),
        Stage(("cell0.node0",), loop=False),
        Stage(("cell0.node3",), loop=True),
        Stage(("cell0.node1", "cell0.node2"), loop=True),
    )
    two_cells = stem_and_cell.model_copy(update={"cells": (chain(), chain(("n0", "input")))})
    looped = [stage.nodes for stage in stages(resolve(two_cells)) if stage.loop]
    assert looped == [("cell0.node3", "cell1.node0")]


def test_maxima_and_feedback_weights_are_among_the_integers() -> None:
    loaded = network(5)
    parameters = fixed_parameters(loaded)
    for node in loaded.topology.nodes:
        assert set(parameters[node.name].weights) == {edge.name for edge in node.edges}
