"""A network that SLAYER itself builds, exports and runs: every layer gives SLAYER's spikes."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import torch
from lava_here import lava_module
from naive_simulator import simulate_naively
from written_nets import compiled

slayer = lava_module("lava.lib.dl.slayer", reason="lava-dl is not installed")
STEPS = 30
NEURON = {"threshold": 1.0, "current_decay": 0.25, "voltage_decay": 0.1, "requires_grad": False}


def blocks() -> list[torch.nn.Module]:
    cuba = slayer.block.cuba
    return [
        cuba.Conv(NEURON, 2, 4, 3, stride=(2, 1), padding=(1, 0), weight_scale=2),
        cuba.Pool(NEURON, 2, weight_scale=1.5),
        cuba.Flatten(),
        cuba.Dense(NEURON, 4 * 2 * 3, 8, weight_scale=3, delay=True),
        cuba.Dense(NEURON, 8, 5, weight_scale=3),
        cuba.Recurrent(NEURON, 5, 4, weight_scale=3),
    ]


def forget(block: torch.nn.Module) -> None:
    """SLAYER keeps states between calls; start anew."""
    if hasattr(block, "spike_state"):
        block.spike_state = torch.zeros(1)
    for state in ("current_state", "voltage_state"):
        if hasattr(getattr(block, "neuron", None), state):
            setattr(block.neuron, state, torch.zeros(1))


def run(network: list[torch.nn.Module], spikes: torch.Tensor) -> list[np.ndarray]:
    outputs = []
    for block in network:
        forget(block)
        spikes = block(spikes).detach()
        outputs.append(spikes.numpy())
    return outputs


def test_every_layer_gives_slayers_spikes(tmp_path: Path) -> None:
    """Convolution with a window of its own per axis, pooling, flattening, delays per neuron, and recurrence."""
    torch.manual_seed(0)
    network = blocks()
    spikes = (torch.rand(1, 2, 8, 8, STEPS) < 0.5).float()
    run(network, spikes)  # shapes and delays exist after a first run
    network[3].delay.delay.data = torch.tensor([0.0, 1, 2, 5, 0, 3, 1, 0])
    expected = run(network, spikes)
    with h5py.File(tmp_path / "slayer.net", "w") as file:
        first = file.create_group("layer/0")
        first.create_dataset("type", (1,), "S10", [b"input"])
        first["shape"] = np.array([2, 8, 8])
        for index, block in enumerate(network, start=1):
            block.export_hdf5(file.create_group(f"layer/{index}"))
    graph = compiled(tmp_path / "slayer.net", timesteps=STEPS)
    trace = simulate_naively(graph, spikes.numpy().transpose(0, 4, 1, 2, 3).astype(np.int16))
    for index in (1, 2, 4, 5, 6):
        slayers = np.moveaxis(expected[index - 1][0], -1, 0).reshape(STEPS, -1)
        found = trace.spikes[f"layer{index}"][0].reshape(STEPS, -1)
        late = graph[f"layer{index}"].arrival  # SLAYER shifts every block's output by a step
        assert found.any()
        np.testing.assert_array_equal(found[: STEPS - late], slayers[late:], err_msg=f"layer{index}")
