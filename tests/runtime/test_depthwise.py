"""Depthwise convolutions from the genotype to the core: PyTorch, the exact simulator, Lava, the mapped memory, the files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lava_here import needs_lava
from random_networks import random_input, random_trained_genotype
from written_genotypes import document, loaded

import litesnn
from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import OPS, LoadedGenotype
from litesnn.compiler.graph import GEOMETRIES
from litesnn.compiler.image import build_image
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.jobs.samples import Samples
from litesnn.runtime.mapped import check_image

OPERATIONS = ("depthwise3x3", "depthwise3x3", "conv1x1", "skip", "maxpool3x3")


def network(seed: int, **choices: object) -> LoadedGenotype:
    """At least one depthwise edge, alone and beside others, in some with feedback."""
    feedback = {"feedback": 1} if seed % 3 == 0 else {}
    for attempt in range(20):
        found = random_trained_genotype(seed + 10**6 * attempt, ops=OPERATIONS, **feedback, **choices)
        if any(edge.op == "depthwise3x3" for edge in found.topology.edges()):
            return found
    raise AssertionError("no depthwise edge drawn")


def test_every_operation_has_a_geometry_that_can_be_made_of_its_edges() -> None:
    for op in OPS.values():
        assert "of_slice" in vars(GEOMETRIES[op.geometry])


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**5), st.sampled_from(["loihi1", "loihi2"]))
def test_the_program_does_what_pytorch_does_and_so_do_its_cores(seed: int, chip: str) -> None:
    trained = network(seed, **({} if chip == "loihi2" else {"encoding": "spikes"}))
    profile = load_profile(chip, overrides={"neurons_per_core": "60"})
    if chip == "loihi1" and any(edge.distance for edge in trained.topology.edges()):
        profile = load_profile("loihi2", overrides={"neurons_per_core": "60"})
    inputs = random_input(trained, 3, seed)
    result = litesnn.compile(trained, profile, samples=Samples(inputs, None, "random"), lava_samples=0)
    if result.verification is not None:
        assert result.verification.mismatching_spikes == 0
    graph = compile_graph(trained, profile)
    found = check_image(graph, build_image(graph, map_graph(graph, profile), profile, "net"), inputs)
    assert found is not None
    assert found.equal, found


@needs_lava
@pytest.mark.parametrize("seed", [1, 3])
def test_lava_agrees_and_the_program_is_read_back(seed: int, tmp_path: Path) -> None:
    trained = network(seed)
    samples = Samples(random_input(trained, 2, seed), None, "random")
    result = litesnn.compile(trained, "loihi2", samples=samples, lava_samples=2)
    assert result.verification is not None
    assert result.verification.mismatching_spikes == 0
    assert result.verification.comparisons["lava"].equal
    result.program.save(tmp_path / "program")
    read = litesnn.Program.load(tmp_path / "program").graph
    kinds = {block.geometry.kind for block in read.blocks}
    assert "depthwise" in kinds
    for block, own in zip(read.blocks, result.program.graph.blocks, strict=True):
        assert block.geometry.params() == own.geometry.params()
        for name, array in block.geometry.arrays().items():
            np.testing.assert_array_equal(array, own.geometry.arrays()[name])


def test_it_reads_and_feeds_one_channel_each(tmp_path: Path) -> None:
    nodes = [{"inputs": [{"source": "s1", "op": "depthwise3x3"}]}]
    trained = loaded(document(cells=[{"channels": 3, "bits": 2, "nodes": nodes}]), tmp_path)
    edge = trained.topology.nodes[1].edges[0]
    assert (edge.weight_shape, edge.fan_in) == ((3, 1, 3, 3), 9)
    wider = [{"channels": 4, "bits": 2, "nodes": nodes}]
    with pytest.raises(GenotypeError, match=r"found 'depthwise3x3' from 3 channels to 4; allowed source channels: 4"):
        loaded(document(cells=wider), tmp_path)
