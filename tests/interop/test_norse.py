"""norse writes, LiteSNN reads, and the other way round: the same spikes. `tests/data/nir/norse_dense` comes from here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

norse = pytest.importorskip("norse.torch")
nir = pytest.importorskip("nir")

from litesnn.compiler.export.nir import export_nir  # noqa: E402
from litesnn.compiler.frontends.nir.read import read_nir  # noqa: E402
from litesnn.compiler.frontends.real.options import RealOptions  # noqa: E402
from litesnn.compiler.profile import load_profile  # noqa: E402

STEPS = 20
DATA = Path(__file__).parents[1] / "data" / "nir"


def cell(size: int, tau: float, threshold: float) -> Any:
    zeros = torch.zeros(size)
    parameters = norse.LIFBoxParameters(torch.full((size,), 1 / tau), zeros, torch.full((size,), threshold), zeros)
    return norse.LIFBoxCell(parameters)


def test_the_same_spikes(tmp_path: Path, check: Any) -> None:
    from norse.torch.utils.export_nir import to_nir

    torch.manual_seed(3)
    first, second = cell(12, 5e-3, 1.0), cell(4, 4e-3, 0.8)
    weights = [torch.nn.Linear(16, 12), torch.nn.Linear(12, 4)]
    with torch.no_grad():
        for layer in weights:
            layer.weight.mul_(14).add_(0.3)
    path = tmp_path / "net.nir"
    nir.write(path, to_nir(norse.SequentialState(weights[0], first, weights[1], second), torch.zeros(16)))
    spikes = (torch.rand(4, STEPS, 16) < 0.4).float()
    state, sent = [None, None], ([], [])
    with torch.no_grad():
        for step in range(STEPS):
            z, state[0] = first(weights[0](spikes[:, step]), state[0])
            sent[0].append(z.numpy())
            z, state[1] = second(weights[1](z), state[1])
            sent[1].append(z.numpy())
    # norse writes tau = dt / tau_mem_inv, which is tau times its dt of 1e-3: its time step in the file's unit is dt^2.
    check(path, spikes.numpy(), {"1": np.stack(sent[0], 1), "3": np.stack(sent[1], 1)}, dt=1e-6)


def test_norse_runs_an_exported_program(tmp_path: Path) -> None:
    from norse.torch.utils.import_nir import from_nir

    from litesnn.compiler.frontends.nir.read import read_network

    imported = read_nir(DATA / "norse_dense.nir", RealOptions(dt=1e-6, timesteps=STEPS))
    graph = imported.pipeline(load_profile("loihi2")).run()
    path = tmp_path / "exported.nir"
    path.write_bytes(export_nir(graph, dt=1e-3))
    network = from_nir(nir.read(path), dt=1e-3)
    spikes = np.load(DATA / "norse_dense.npz")["input"]
    expected = read_network(path).float_network.run(spikes[..., None, None].astype(np.int16), STEPS).sent
    sent: list[np.ndarray] = []
    with torch.no_grad():
        for sample in spikes:  # one by one: the file's Flatten knows no batch
            state = None
            for frame in sample:
                out, state = network(torch.from_numpy(frame.astype(np.float32))[:, None, None], state)
                sent.append(out.numpy())
    found = np.stack(sent).reshape(len(spikes), STEPS, -1)
    assert found.sum() > 50
    np.testing.assert_array_equal(found, expected["3"])
