"""The promise, on networks nobody chose: PyTorch `fixed`, the exact simulator and Lava give the same spikes and readouts."""

from __future__ import annotations

import pytest
from random_networks import random_input, random_trained_genotype

from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.jobs.samples import Samples
from litesnn.jobs.verify import verify


@pytest.mark.parametrize(
    ("seed", "norm", "encoding", "profile"),
    [
        (11, "node", "direct", "loihi2"),
        (12, "edge", "spikes", "loihi2"),
        (13, "edge", "direct", "loihi2"),
        (14, "node", "direct", "loihi1"),
    ],
)
def test_pytorch_equals_exact_equals_lava(seed: int, norm: str, encoding: str, profile: str) -> None:
    loaded = random_trained_genotype(seed, norm=norm, encoding=encoding, timesteps=3, cells=1, stem=True, size=5)
    graph = compile_graph(loaded, load_profile(profile))
    inputs = random_input(loaded, 4, seed)
    found = verify(graph, loaded, Samples(inputs, None, "random inputs"), lava_samples=2)
    assert found.samples == {"pytorch": 4, "exact": 4, "pytorch_float": 4, "lava": 2}
    assert found.equal
    assert found.mismatching_spikes == 0
    compared = found.comparisons["lava"].populations
    assert sum(entry.expected_spikes for entry in compared.values()) > 0, "silence would prove nothing"


def test_lava_is_left_out_of_networks_it_cannot_hold_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("litesnn.jobs.engines.LAVA_SYNAPSES", 10)
    loaded = random_trained_genotype(11, timesteps=2, cells=1, size=4)
    graph = compile_graph(loaded, load_profile("loihi2"))
    samples = Samples(random_input(loaded, 2, 0), None, "random inputs")
    found = verify(graph, loaded, samples, lava_samples=1)
    assert set(found.samples) == {"pytorch", "exact", "pytorch_float"}
    assert "Lava was left out" in found.note
    assert "--models fused" in found.note
