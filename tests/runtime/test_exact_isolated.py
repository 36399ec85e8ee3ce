"""Isolated samples: delays, loops and sigma-delta neurons, integer for integer as a plain simulation computes them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from isolated_graphs import isolated, random_isolated, sigma_delta
from naive_simulator import simulate_naively
from small_graphs import dense, neurons, readout, source

from litesnn.base.errors import BackendError, DataError, RegisterError
from litesnn.compiler.graph import Graph
from litesnn.runtime.exact import simulate
from litesnn.runtime.trace import Trace


def random_values(graph: Graph, seed: int, samples: int, held: bool, steps: int | None = None) -> np.ndarray:
    (read,) = graph.sources
    shape = (samples, *read.shape) if held else (samples, steps or graph.timesteps, *read.shape)
    rng = np.random.default_rng(seed)
    values = rng.integers(read.minimum, read.maximum + 1, shape)
    return (values * (rng.random(shape) < 0.6)).astype(np.int16)


def check(graph: Graph, inputs: np.ndarray, **how: Any) -> Trace:
    """Every message, register and readout is the oracle's; both refuse what one wrap does not bring back."""
    names = [population.name for population in graph.membranes]
    try:
        expected = simulate_naively(graph, inputs)
    except RegisterError:
        with pytest.raises(RegisterError, match="its 24-bit register wraps once"):
            simulate(graph, inputs, **how)
        return Trace(np.zeros((0, 0), np.int64))
    found = simulate(graph, inputs, record=names, record_states=names, **how)
    for what in ("spikes", "currents", "potentials", "membranes"):
        for name in names:
            np.testing.assert_array_equal(getattr(found, what)[name], getattr(expected, what)[name], f"{what} {name}")
    np.testing.assert_array_equal(found.readout, expected.readout)
    return found


@settings(max_examples=80)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans(), st.sampled_from([None, 1, 2]))
def test_random_networks_with_delays_loops_and_sigma_delta(
    seed: int, sigma_deltas: bool, held: bool, batch_size: int | None
) -> None:
    graph = random_isolated(seed, sigma_deltas)
    check(graph, random_values(graph, seed, 5, held), batch_size=batch_size)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4000), st.booleans(), st.sampled_from([None, 2]))
def test_arithmetic_fitted_to_small_inputs_gives_the_same_integers(
    seed: int, reach: int, held: bool, batch_size: int | None
) -> None:
    """The declared range lets registers overflow; a run's own inputs may not, and then need not be checked."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(-128, 128, (4, 3))
    populations = [
        source(3, minimum=-4000, maximum=4000),
        neurons("a", 4, du=int(rng.choice([4095, 200])), dv=int(rng.choice([0, 123]))),
        readout(2),
    ]
    graph = isolated(populations, [dense("input", "a", codes), dense("a", "readout", rng.integers(-9, 10, (2, 4)))], 9)
    shape = (5, 3, 1, 1) if held else (5, 9, 3, 1, 1)
    check(graph, rng.integers(-reach, reach + 1, shape).astype(np.int16), batch_size=batch_size)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_recording_changes_nothing(seed: int, sigma_deltas: bool) -> None:
    graph = random_isolated(seed, sigma_deltas)
    inputs = random_values(graph, seed, 6, held=False)
    names = [population.name for population in graph.membranes]
    try:
        whole = simulate(graph, inputs, record=names, record_states=names)
    except RegisterError:
        reject()
    bare = simulate(graph, inputs, record=names)
    np.testing.assert_array_equal(bare.readout, whole.readout)
    assert bare.overflows == whole.overflows
    for name in names:
        np.testing.assert_array_equal(bare.spikes[name], whole.spikes[name])


def test_a_sample_is_as_long_as_its_array() -> None:
    graph = random_isolated(3)
    trace = check(graph, random_values(graph, 0, 2, held=False, steps=9))
    assert {spikes.shape[1] for spikes in trace.spikes.values()} == {9}


def test_a_spike_arrives_one_step_and_the_delay_later() -> None:
    parts = [source(), neurons("a", vth=np.array([0])), neurons("b", vth=np.array([0]), is_output=True)]
    graph = isolated(parts, [dense("input", "a", [[1]]), dense("a", "b", [[1]], delay=2)], timesteps=5)
    inputs = np.zeros((1, 5, 1, 1, 1), np.int16)
    inputs[0, 1] = 1
    trace = simulate(graph, inputs, record=["a", "b"])
    assert (graph["a"].arrival, graph["b"].arrival) == (1, 4)
    # Each window begins at the population's arrival: path delays are removed.
    assert trace.spikes["a"].ravel().tolist() == trace.spikes["b"].ravel().tolist() == [0, 1, 0, 0, 0]
    assert trace.readout.tolist() == [[1]]


def test_a_bias_works_from_the_first_step_on() -> None:
    """The window of `a` begins at step 4; by then its bias has been added five times."""
    parts = [source(), readout(1, bias_mant=np.array([10]), bias_exp=np.array([0]))]
    graph = isolated(parts, [dense("input", "readout", [[1]], delay=3)], timesteps=2)
    trace = simulate(graph, np.zeros((1, 1, 1, 1), np.int16), record_states=["readout"])
    assert trace.membranes["readout"].ravel().tolist() == [50, 60]


def test_a_neuron_that_excites_itself_goes_on_spiking() -> None:
    parts = [source(), neurons("a", vth=np.array([0]), is_output=True)]
    graph = isolated(parts, [dense("input", "a", [[1]]), dense("a", "a", [[1]], delay=1)], timesteps=7)
    inputs = np.zeros((2, 7, 1, 1, 1), np.int16)
    inputs[1, 0] = 1
    trace = simulate(graph, inputs, record=["a"])
    assert trace.spikes["a"][:, :, 0, 0, 0].tolist() == [[0] * 7, [1, 0, 1, 0, 1, 0, 1]]
    assert trace.readout.tolist() == [[0], [4]]


def test_axonal_delays_are_one_block_per_delay() -> None:
    """Thirty sources, each with a delay of its own: what they send together arrives one after the other."""
    count = 30
    read = source(count)
    blocks = []
    for delay in range(count):
        codes = np.zeros((1, count), np.int32)
        codes[0, delay] = delay + 1
        blocks.append(dense("input", "readout", codes, delay=delay))
    named = [type(block)(**{**block.__dict__, "name": f"d{block.delay}"}) for block in blocks]
    graph = isolated([read, readout(1)], named, timesteps=count)
    inputs = np.zeros((1, count, count, 1, 1), np.int16)
    inputs[0, 0] = 1
    trace = simulate(graph, inputs, record_states=["readout"])
    assert (trace.currents["readout"].ravel() >> 6).tolist() == list(range(1, count + 1))
    assert trace.overflows == {"readout": 0}


def test_messages_beyond_float32_stay_exact_and_wrap_as_int32() -> None:
    parts = [
        source(minimum=-128, maximum=127, message_bits=8),
        sigma_delta("a", kind="sigma"),
        sigma_delta("b", kind="sigma"),
        sigma_delta("c", vth=np.array([0]), activation="unit", is_output=True),
    ]
    blocks = [dense("input", "a", [[127]], exponent=10), dense("a", "b", [[255]], exponent=6), dense("b", "c", [[-3]])]
    graph = isolated(parts, blocks, timesteps=6)
    trace = check(graph, np.full((1, 1, 1, 1), 127, np.int16))
    assert np.abs(trace.membranes["b"].astype(np.int64)).max() > 2**24


def test_isolated_samples_cannot_be_streamed() -> None:
    graph = random_isolated(1)
    with pytest.raises(BackendError, match="samples are isolated.*cannot be streamed"):
        simulate(graph, random_values(graph, 0, 1, held=True), stream=True)


def test_values_the_source_cannot_send_are_refused() -> None:
    graph = random_isolated(1)
    (read,) = graph.sources
    with pytest.raises(DataError, match="found int16 values 9 .. 9; allowed: integers -8 .. 7"):
        simulate(graph, np.full((1, *read.shape), 9, np.int16))
    with pytest.raises(DataError, match=r"found shape \(1, 1, 1\); allowed: \(N, "):
        simulate(graph, np.zeros((1, 1, 1), np.int16))
