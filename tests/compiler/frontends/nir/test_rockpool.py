"""Files in the terms of Rockpool's exporter: its step written out here, the time step that its r holds, and what it does not write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nir_files as files
import numpy as np
import pytest

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.nir.read import read_network
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.read import RealReading
from litesnn.compiler.profile import load_profile
from litesnn.jobs.float_comparison import compare_traces
from litesnn.runtime.exact import simulate

DT = 2e-3
RNG = np.random.default_rng(3)
TAUS = {"tau_mem": RNG.uniform(2, 30, 12) * DT, "tau_syn": RNG.uniform(1, 9, 12) * DT}
THRESHOLD, BIAS = RNG.uniform(0.4, 1.2, 12), RNG.uniform(-0.05, 0.1, 12)
WEIGHTS = (RNG.integers(-15, 24, (12, 20)) / 64, RNG.integers(-6, 17, (8, 12)) / 64)


def written(kind: str, tau: np.ndarray, **more: Any) -> dict[str, Any]:
    """A node as the exporter writes it, in float32."""
    spiking = {} if kind == "LI" else {"v_threshold": np.ones_like(tau)}
    r = tau * np.exp(-DT / tau) / DT
    node = {"type": kind, "tau_mem" if "Cuba" in kind else "tau": tau, "r": r, "v_leak": 0 * tau, **spiking, **more}
    return {key: value if isinstance(value, str) else value.astype(np.float32) for key, value in node.items()}


def network(**more: Any) -> dict[str, dict[str, Any]]:
    """20 -> 12 LIFTorch -> 8 ExpSynTorch."""
    first = {"tau_syn": TAUS["tau_syn"], "w_in": np.ones(12), "v_threshold": THRESHOLD, **more}
    return {
        "input": files.port("Input", 20),
        "fc": files.linear(WEIGHTS[0]),
        "a": written("CubaLIF", TAUS["tau_mem"], **first),
        "fc2": files.linear(WEIGHTS[1]),
        "b": written("LI", np.linspace(3, 9, 8) * DT),
        "output": files.port("Output", 8),
    }


def read(tmp_path: Path, nodes: dict[str, dict[str, Any]], metadata: Any = (), **options: Any) -> RealReading:
    path = files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes), **dict(metadata))
    return read_network(path, RealOptions(framework="rockpool", **options))


def spikes(seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).random((6, 16, 20, 1, 1)) < 0.25).astype(np.int16)


def by_hand(inputs: np.ndarray, bias: np.ndarray | float, most: float) -> tuple[np.ndarray, np.ndarray]:
    """Rockpool's forward of `network`, line by line: spikes (N, T, 12) and currents (N, T, 8)."""
    alpha, beta = (np.exp(-DT / TAUS[key]) for key in ("tau_mem", "tau_syn"))
    last = np.exp(-DT / (np.linspace(3, 9, 8) * DT))
    isyn, vmem, out = np.zeros((len(inputs), 12)), np.zeros((len(inputs), 12)), np.zeros((len(inputs), 8))
    sent: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for step in range(inputs.shape[1]):
        isyn = isyn + inputs[:, step].reshape(len(inputs), -1) @ WEIGHTS[0].T
        vmem, isyn = vmem * alpha, isyn * beta
        vmem = vmem + isyn + bias
        fired = np.minimum((vmem >= THRESHOLD) * np.floor(vmem / THRESHOLD), most)
        vmem = vmem - fired * THRESHOLD
        out = (out + fired @ WEIGHTS[1].T) * last
        for kept, value in zip(sent, (fired, out), strict=True):
            kept.append(value)
    return np.stack(sent[0], 1), np.stack(sent[1], 1)


@pytest.mark.parametrize("bias", [0.0, BIAS])
def test_its_step_is_kept_and_its_time_step_read_off(tmp_path: Path, bias: Any) -> None:
    inputs = spikes(1)
    fired, currents = by_hand(inputs, bias, 1)
    found = read(tmp_path, network(v_leak=np.zeros(12) + bias))
    assert (found.step.dt, found.step.assumed) == (DT, False)
    sent = found.float_network.run(inputs, 16).sent
    assert fired.sum() > 200
    np.testing.assert_array_equal(sent["a"], fired)
    np.testing.assert_allclose(sent["b"], currents, rtol=1e-5, atol=1e-6)
    graph = found.imported.pipeline(load_profile("loihi2")).run()
    chip = simulate(graph, inputs, record=["a"]).spikes["a"]
    assert (chip.reshape(fired.shape) != fired).mean() < 0.02
    assert {label.status for label in graph.labels} <= {"exact", "bounded", "assumed"}


def test_several_spikes_a_step_are_counted_where_they_would_be(tmp_path: Path) -> None:
    inputs, found = spikes(2), read(tmp_path, network())
    graph = found.imported.pipeline(load_profile("loihi2")).run()
    reference = found.imported.float_reference
    assert reference is not None
    rows = compare_traces(reference, graph, inputs, simulate(graph, inputs, record=["a"]))["otherwise"]
    (one, _), (several, _) = by_hand(inputs, 0.0, 1), by_hand(inputs, 0.0, 2.0**16)
    assert several.max() > 2
    assert [(row["step"], row["differing_spikes"]) for row in rows] == [("spikes a step", (one != several).sum())]
    assert "max_spikes_per_dt=1" in rows[0]["option"]


def test_a_time_step_may_be_said_where_no_neuron_says_another(tmp_path: Path) -> None:
    assert read(tmp_path, network(), dt=DT).step.origin == "given"
    endless = {"tau_mem": np.full(12, np.inf), "r": np.full(12, np.inf)}
    nodes = {**network(**endless), "b": written("LI", np.full(8, 2e-5))}  # float32 has no r for these
    assert nodes["b"]["r"].max() == 0
    found = read(tmp_path, nodes, {"dt": 5e-4})
    assert (found.step.dt, found.step.origin) == (5e-4, "the file's metadata")


OTHER_STEP = written("LI", np.linspace(3, 9, 8) * DT, r=np.linspace(3, 9, 8))


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({"b": files.if_node((8,))}, {}, r"node 'b' \(IF\): .*no such neurons; allowed: LIF, CubaLIF, LI"),
        ({"b": OTHER_STEP}, {}, r"node 'b' \(LI\): tau and r imply a time step of .*, the neurons before 0.002"),
        ({}, {"dt": 1e-3}, r"node 'a' \(CubaLIF\): .*time step of 0.002, --dt or the file's metadata say 0.001"),
        ({"a": network(w_in=np.full(12, 2.0))["a"]}, {}, "node 'a'.*'w_in' is 2; allowed: 1"),
        ({"a": network(v_reset=np.full(12, 0.1))["a"]}, {}, "node 'a'.*'v_reset' is 0.1; allowed: 0"),
        ({"b": written("LI", np.full(8, DT), v_leak=np.ones(8))}, {}, "node 'b'.*'v_leak' is 1; allowed: 0"),
        ({"b": written("LI", np.full(8, DT), r=-np.ones(8))}, {}, "node 'b'.*'r' is -1; allowed: .*positive"),
    ],
)
def test_what_its_exporter_does_not_write_is_refused(
    tmp_path: Path, change: dict[str, Any], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ImportFileError, match=words):
        read(tmp_path, {**network(), **change}, **options)
