"""The parts that benchmarks share: paired measurement, and networks that spike as trained ones do."""

import numpy as np
from calibrated import calibrated
from pairs import PairResult, machine, measure_pairs
from published_shape import published

from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.jobs.testbench.genotype_samples import random_inputs
from litesnn.runtime.exact import simulate


def test_pairs_run_in_turn_after_one_of_each_for_nothing() -> None:
    calls: list[str] = []
    result = measure_pairs(lambda: calls.append("a"), lambda: calls.append("b"), pairs=3)
    assert "".join(calls) == "ab" + "ab" + "ba" + "ab"
    assert len(result.a) == len(result.b_cpu) == 3


def test_a_ratio_says_how_many_times_faster_the_first_is() -> None:
    result = PairResult(a=(1, 2, 4), b=(2, 2, 2), a_cpu=(1, 1, 1), b_cpu=(3, 4, 5))
    assert result.ratios == (2, 1, 0.5)
    assert result.document()["ratio"] == {"min": 0.5, "median": 1, "max": 2}
    assert result.document()["cpu_ratio"]["median"] == 4
    assert result.document()["b_s"] == 2


def test_the_machine_is_named() -> None:
    found = machine()
    assert found["cpu"]
    assert found["cores"] >= 1


def test_calibrated_networks_spike_in_every_layer_and_not_too_often() -> None:
    plain = published(8, size=16, cells=4)
    loaded = calibrated(plain)
    assert all(
        np.array_equal(loaded.trained[name], plain.trained[name]) for name in loaded.trained if "running" not in name
    )
    graph = compile_graph(loaded, load_profile("loihi2"))
    names = [population.name for population in graph.membranes if population.name.startswith(("stem", "cell"))]
    trace = simulate(graph, random_inputs(loaded.spec, 4, seed=1), record=names)
    rates = {name: float(spikes.mean()) for name, spikes in trace.spikes.items()}
    assert all(0.05 < rate < 0.25 for rate in rates.values()), rates
