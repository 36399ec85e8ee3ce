"""Programmed LIF neurons and decays per channel: both engines of the exact simulator against equations written out in numpy."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from isolated_graphs import isolated, random_isolated
from naive_simulator import simulate_naively
from programmed_graphs import RESETS, programmed, programmed_of
from recurrent_graphs import random_recurrent, scheduled, spikes_in
from small_graphs import dense, neurons, source

from litesnn.base.errors import RegisterError
from litesnn.compiler.analysis.arrivals import bounds
from litesnn.compiler.graph import Graph, ProgrammedLif
from litesnn.kernels import library, missing
from litesnn.runtime.exact import Simulator
from litesnn.runtime.trace import Trace

REGISTERS = ("spikes", "currents", "membranes", "potentials")


class _Tensors(Simulator):
    """A simulator that was not given kernels."""

    _native = "a test"


@pytest.fixture(params=[Simulator, _Tensors], ids=["kernels", "tensors"])
def engine(request: pytest.FixtureRequest) -> type[Simulator]:
    if request.param is Simulator and library() is None:
        pytest.skip(f"no kernels here: {missing()}")
    return cast(type[Simulator], request.param)


def everything(engine: type[Simulator], graph: Graph, inputs: np.ndarray) -> Trace:
    names = [population.name for population in graph.membranes]
    sending = [name for name in names if graph[name].sends != "nothing"]
    return engine(graph).run(inputs, record=sending, record_states=names)


def same(found: Trace, expected: Trace) -> None:
    for register in REGISTERS:
        for name, values in getattr(found, register).items():
            np.testing.assert_array_equal(values, getattr(expected, register)[name], f"{register} of {name}")
    np.testing.assert_array_equal(found.readout, expected.readout)


@pytest.mark.parametrize("seed", range(25))
def test_isolated_networks(engine: type[Simulator], seed: int) -> None:
    network = programmed(random_isolated(seed), seed)
    rng = np.random.default_rng(seed)
    (entry,) = network.sources
    inputs = rng.integers(entry.minimum, entry.maximum + 1, (3, network.timesteps, *entry.shape)).astype(np.int16)
    try:
        expected = simulate_naively(network, inputs)
    except RegisterError:
        with pytest.raises(RegisterError):
            everything(engine, network, inputs)
        return
    same(everything(engine, network, inputs), expected)


@pytest.mark.parametrize("seed", range(15))
def test_streaming_networks_with_feedback(engine: type[Simulator], seed: int) -> None:
    rng = np.random.default_rng(seed)
    start = programmed(random_recurrent(rng, populations=4, feedback=seed % 3), seed)
    network = scheduled(start)
    inputs = spikes_in(network, 4, seed)
    same(everything(engine, network, inputs), simulate_naively(network, inputs))


def one_neuron(**fields: Any) -> Graph:
    """A programmed neuron behind one input of weight 10, read out as spikes; membrane units are 64ths."""
    cell = programmed_of(neurons("cell", dv=2048), is_output=True, **fields)
    return isolated([source(1), cell], [dense("input", "cell", [[10]])], timesteps=6)


@pytest.mark.parametrize(
    ("reset", "membranes"),
    [
        # 640 a spike; the threshold is 640, spiking at it; half of a membrane is kept.
        ("zero", [0, 0, 0, 0, 0, 0]),
        ("subtract", [0, 0, 0, 0, 0, 0]),
        ("subtract_next", [640, 320, 800, 400, 840, 420]),
        ("none", [640, 960, 1120, 1200, 1240, 1260]),
    ],
)
def test_each_reset_by_hand(engine: type[Simulator], reset: str, membranes: list[int]) -> None:
    network = one_neuron(reset=reset, spike_at=True, vth=np.array([640]))
    found = everything(engine, network, np.ones((1, 6, 1, 1, 1), np.int16))
    assert found.membranes["cell"].ravel().tolist() == membranes
    fired = [value >= 640 for value in found.potentials["cell"].ravel()]
    assert found.spikes["cell"].ravel().tolist() == fired
    unchanged = bool((found.membranes["cell"] == found.potentials["cell"]).all())
    assert network["cell"].shows == ("membrane" if unchanged else "potential")  # type: ignore[attr-defined]


def test_above_is_not_at(engine: type[Simulator]) -> None:
    inputs = np.ones((1, 6, 1, 1, 1), np.int16)
    above = everything(engine, one_neuron(reset="zero", spike_at=False, vth=np.array([640])), inputs)
    assert above.spikes["cell"].ravel().tolist() == [0, 1, 0, 1, 0, 1]  # 640, 960 and again


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("seed", range(4))
def test_proved_ranges_hold(reset: str, seed: int) -> None:
    network = programmed(random_isolated(seed), seed, resets=(reset,))
    rng = np.random.default_rng(seed)
    (entry,) = network.sources
    inputs = rng.choice([entry.minimum, entry.maximum], (40, network.timesteps, *entry.shape)).astype(np.int16)
    try:
        found = simulate_naively(network, inputs)
    except RegisterError:
        pytest.skip("a current that does not come back")
    for population in network.membranes:
        if not isinstance(population, ProgrammedLif):
            continue
        proved, seen = bounds(network, population), found.potentials[population.name]
        axes = (0, 1, 3, 4)
        limit = 2**23 - 1
        assert (seen.max(axes) <= np.minimum(proved.membrane_high, limit)).all()
        if (proved.current_low >= -limit).all() and (proved.current_high <= limit).all():
            assert (seen.min(axes) >= np.maximum(proved.membrane_low, -limit)).all()
