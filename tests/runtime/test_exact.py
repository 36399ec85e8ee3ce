"""The exact simulator is PyTorch's `fixed` evaluation, spike for spike, and Lava's neuron, integer for integer."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_input, random_trained_genotype
from small_graphs import LOIHI1, LOIHI2, dense, graph, neurons, readout, source

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Graph, Spiking
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.passes import BalanceDelays, StaggerResets
from litesnn.runtime.exact import is_aligned, simulate
from litesnn.runtime.exact.sums import Sums
from litesnn.runtime.exact.tensors.limits import Arithmetic
from litesnn.runtime.exact.tensors.neurons import Setting
from litesnn.runtime.exact.tensors.neurons.lif import LeakyModel
from litesnn.runtime.exact.tensors.words import Packing
from litesnn.runtime.trace import Trace
from litesnn.search.model.reference import run_reference

LIMIT = 2**23


def spiking(graph: Graph) -> list[str]:
    return [population.name for population in graph.membranes if isinstance(population, Spiking)]


def check_against_pytorch(loaded: LoadedGenotype, graph: Graph, inputs: np.ndarray, **how: Any) -> Trace:
    """Every spike, every membrane before its reset and every readout equal the reference's."""
    expected = run_reference(loaded, inputs, "fixed")
    names = [name for name in spiking(graph) if name in expected.spikes]
    found = simulate(graph, inputs, record=names, record_states=names, **how)
    np.testing.assert_array_equal(found.readout, expected.readout)
    for name in names:
        kept = list(graph[name].channels)
        np.testing.assert_array_equal(found.spikes[name], expected.spikes[name][:, :, kept], err_msg=name)
        np.testing.assert_array_equal(found.potentials[name], expected.membranes[name][:, :, kept], err_msg=name)
    return found


@settings(max_examples=40)
@given(
    st.integers(0, 100_000),
    st.sampled_from(["node", "edge"]),
    st.sampled_from(["direct", "spikes"]),
    st.integers(1, 6),
    st.integers(1, 8),
)
def test_pytorch_is_exact_is_streamed(seed: int, norm: str, encoding: str, timesteps: int, bits: int) -> None:
    loaded = random_trained_genotype(
        seed, norm=norm, encoding=encoding, timesteps=timesteps, bits=bits, nodes=2, size=5, cells=2
    )
    compiled = compile_graph(loaded, LOIHI2)
    assert is_aligned(compiled)
    inputs = random_input(loaded, 4, seed)
    saturated = {name for name, count in simulate(compiled, inputs).overflows.items() if count}
    assert saturated <= {proof.population for proof in compiled.ranges if not proof.proved}
    windowed = check_against_pytorch(loaded, compiled, inputs)
    streamed = check_against_pytorch(loaded, compiled, inputs, stream=True)
    for name in windowed.membranes:
        np.testing.assert_array_equal(streamed.membranes[name], windowed.membranes[name])
        np.testing.assert_array_equal(streamed.currents[name], windowed.currents[name])


@pytest.mark.parametrize("sign", ["auto", "split"])
@pytest.mark.parametrize("profile", [LOIHI1, LOIHI2], ids=["loihi1", "loihi2"])
def test_profile_and_sign_handling_change_no_spike(profile: Any, sign: Any) -> None:
    loaded = random_trained_genotype(25, stem=True)
    check_against_pytorch(loaded, compile_graph(loaded, profile, sign), random_input(loaded, 3, 0))


def test_batches_give_what_one_run_gives() -> None:
    loaded = random_trained_genotype(6)
    compiled = compile_graph(loaded, LOIHI2)
    inputs = random_input(loaded, 7, 0)
    names = spiking(compiled)
    done: list[tuple[int, int]] = []
    whole = simulate(compiled, inputs, record=names)
    parts = simulate(compiled, inputs, record=names, batch_size=3, progress=lambda *at: done.append(at))
    np.testing.assert_array_equal(parts.readout, whole.readout)
    for name in names:
        np.testing.assert_array_equal(parts.spikes[name], whole.spikes[name])
    assert done == [(3, 7), (6, 7), (7, 7)]
    assert parts.overflows == whole.overflows


def test_samples_do_not_see_one_another() -> None:
    loaded = random_trained_genotype(9)
    compiled = compile_graph(loaded, LOIHI2)
    inputs = random_input(loaded, 4, 0)
    forward = simulate(compiled, inputs, stream=True).readout
    np.testing.assert_array_equal(simulate(compiled, inputs[::-1].copy(), stream=True).readout[::-1], forward)


def test_an_unknown_population_is_refused_with_the_known_ones() -> None:
    loaded = random_trained_genotype(2)
    with pytest.raises(DataError, match="record: found 'cell9'; allowed: .*readout, or all"):
        simulate(compile_graph(loaded, LOIHI2), random_input(loaded, 1, 0), record=["cell9"])


def test_spikes_need_one_frame_per_step() -> None:
    loaded = random_trained_genotype(2, encoding="spikes", timesteps=3)
    with pytest.raises(DataError, match="found 2 steps per sample; the network takes 3"):
        simulate(compile_graph(loaded, LOIHI2), random_input(loaded, 1, 0)[:, :2])


def lava_lif(sums: np.ndarray, du: int, dv: int, vth: int, bias_mant: int, bias_exp: int) -> dict[str, np.ndarray]:
    """Lava 0.10 `AbstractPyLifModelFixed.subthr_dynamics` and `PyLifModelBitAcc`, line by line, one neuron per column."""
    u, v = np.zeros(sums.shape[1], np.int64), np.zeros(sums.shape[1], np.int64)
    kept: dict[str, list[np.ndarray]] = {"u": [], "potential": [], "v": [], "spikes": []}
    for activation in sums:
        decayed = u * (4096 - (du + 1))
        decayed = np.sign(decayed) * (np.abs(decayed) >> 12)
        decayed += activation << 6
        wrapped = np.where(decayed > LIMIT, decayed - 2 * LIMIT, decayed)
        u = np.where(wrapped <= -LIMIT, decayed + 2 * LIMIT, wrapped)
        volt = v * (4096 - dv)
        volt = np.sign(volt) * (np.abs(volt) >> 12)
        potential = np.clip(volt + u + (bias_mant << bias_exp), -LIMIT + 1, LIMIT - 1)
        spikes = potential > vth << 6
        v = np.where(spikes, 0, potential)
        for name, value in zip(kept, (u, potential, v, spikes), strict=True):
            kept[name].append(value)
    return {name: np.stack(values) for name, values in kept.items()}


@settings(max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 1, 819, 2047, 4094, 4095]),
    st.sampled_from([0, 1, 819, 2047, 4094, 4095]),
    st.sampled_from([0, 1, 1000, 131_071]),
    st.integers(-4095, 4095),
    st.integers(0, 7),
    st.sampled_from([10, 2**12, 2**17 - 1, 2**17, 2**18]),
)
def test_one_neuron_wraps_clips_leaks_and_spikes_as_lavas_equations_do(
    seed: int, du: int, dv: int, vth: int, bias_mant: int, bias_exp: int, reach: int
) -> None:
    sums = np.random.default_rng(seed).integers(-reach, reach + 1, (12, 16))
    sums[:, 0], sums[:, 1] = reach, -reach
    expected = lava_lif(sums, du, dv, vth, bias_mant, bias_exp)
    population = neurons(
        "a", du=du, dv=dv, vth=np.array([vth]), bias_mant=np.array([bias_mant]), bias_exp=np.array([bias_exp])
    )
    arithmetic = Arithmetic(Sums(1, -reach, reach), torch.float32, Packing())
    model = LeakyModel(population, Setting(arithmetic, (16, 1, 1, 1), len(sums), torch.device("cpu"), keep_states=True))
    for step, drive in enumerate(sums):
        spikes = model.step(torch.as_tensor(drive, dtype=torch.float32)[:, None, None, None], reset=False)
        found = model.states()
        for name, values in (
            ("u", found.current),
            ("potential", found.potential),
            ("v", found.membrane),
            ("spikes", spikes),
        ):
            np.testing.assert_array_equal(values.flatten().numpy(), expected[name][step], err_msg=f"{name} {step}")
    if np.abs(sums).max() < 100 and du == 4095 and dv == 4095:
        assert not model.overflows.total()


def driven(weight: int, timesteps: int, **fields: Any) -> Graph:
    parts = [source(minimum=-128, maximum=127, message_bits=8), neurons("a", **fields), readout(1)]
    start = graph(parts, [dense("input", "a", [[weight]]), dense("a", "readout", [[1]])], timesteps)
    return StaggerResets().apply(BalanceDelays(62).apply(start))


def test_a_current_beyond_24_bits_wraps_and_is_counted() -> None:
    """127 * 1200 * 64 = 9 753 600 passes 2^23 = 8 388 608 and comes back as -7 023 616."""
    trace = simulate(
        driven(1200, 1, vth=np.array([131_071])), np.full((1, 1, 1, 1), 127, np.int16), record_states=["a"]
    )
    assert trace.currents["a"].ravel().tolist() == [127 * 1200 * 64 - 2**24]
    assert trace.overflows["a"] == 1


def test_a_membrane_beyond_24_bits_is_clipped_and_counted() -> None:
    trace = simulate(driven(-900, 3, dv=0), np.full((1, 1, 1, 1), 127, np.int16), record_states=["a"])
    assert trace.potentials["a"].ravel().tolist() == [-127 * 900 * 64, -(2**23) + 1, -(2**23) + 1]
    assert trace.overflows["a"] == 2


def test_sums_beyond_the_reach_of_float32_stay_exact() -> None:
    """2^24 + 1 has no float32; the terms below do not fit it, and their sum comes out to the last unit."""
    codes = [[2**24 + 1, 1, 1 - 2**24]]
    parts = [source(3), neurons("a", vth=np.array([131_071])), readout(1)]
    start = graph(parts, [dense("input", "a", codes), dense("a", "readout", [[1]])], 1)
    found = StaggerResets().apply(BalanceDelays(62).apply(start))
    trace = simulate(found, np.ones((1, 1, 3, 1, 1), np.int16), record_states=["a"])
    assert trace.currents["a"].item() == 3 << 6


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("seed", [0, 6, 10, 17])
def test_a_gpu_gives_the_same_integers(seed: int) -> None:
    loaded = random_trained_genotype(seed, bits=8)
    check_against_pytorch(loaded, compile_graph(loaded, LOIHI2), random_input(loaded, 4, seed), device="cuda")


def test_a_wrapped_current_makes_even_a_maximum_remember() -> None:
    """Without inhibition a neuron at threshold 0 spikes or rests, unless its current wraps to a negative one."""
    population = neurons("a", vth=np.array([0]), dv=0)
    sums = np.array([[2**17 + 1], [1], [3]])
    expected = lava_lif(sums, population.du, 0, 0, 0, 0)
    arithmetic = Arithmetic(Sums(1, 0, 2**17 + 1), torch.float32, Packing())
    model = LeakyModel(population, Setting(arithmetic, (1, 1, 1, 1), len(sums), torch.device("cpu")))
    found = [model.step(torch.full((1, 1, 1, 1), float(drive)), reset=False).item() for drive in sums[:, 0]]
    assert found == expected["spikes"].ravel().tolist() == [0, 0, 0]
    assert model.overflows["current"] == model.overflows.total() == 1
