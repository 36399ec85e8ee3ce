"""Rockpool writes NIR files, LiteSNN reads them by Rockpool's step: the same spikes in every layer. It needs nirtorch 2.0."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("rockpool")
nir = pytest.importorskip("nir")
pytest.importorskip("nirtorch", minversion="2.0")
modules = pytest.importorskip("rockpool.nn.modules")
exporter = pytest.importorskip("rockpool.nn.modules.torch.nir", reason="its exporter needs nirtorch 2.0")

from rockpool.nn.combinators import Sequential  # noqa: E402

STEPS, SAMPLES = 24, 4
ONE = {"max_spikes_per_dt": 1}


def written(tmp_path: Path, layers: list[Any]) -> tuple[Path, np.ndarray, dict[str, np.ndarray]]:
    """The file that Rockpool writes, spikes (N, T, 20), and what each layer of neurons then sends."""
    path = tmp_path / "net.nir"
    nir.write(path, exporter.to_nir(Sequential(*layers)))
    values = (torch.rand(SAMPLES, STEPS, 20) < 0.3).float()
    spikes, sent = values.numpy(), {}
    with torch.no_grad():
        for index, layer in enumerate(layers):
            layer.reset_state()
            values, _, _ = layer(values)
            if hasattr(layer, "threshold"):
                sent[f"{index}_{type(layer).__name__}"] = values.numpy()
    return path, spikes, sent


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("each", [True, False])
def test_the_same_spikes_with_leaks_and_currents(tmp_path: Path, check: Any, seed: int, each: bool) -> None:
    torch.manual_seed(seed)
    tau, dt = (lambda *n: (torch.rand(n if each else ()) * 20 + 3) * 2e-3), {"dt": 2e-3}
    readout = modules.ExpSynTorch(4, tau=torch.rand(4) * 0.02 + 0.01, **dt)
    readout.tau.requires_grad_(False)  # nir stores no tensor with a gradient
    layers = [
        modules.LinearTorch((20, 16)),
        modules.LIFTorch(16, tau_mem=tau(16), tau_syn=tau(16, 1), threshold=torch.rand(16) + 0.5, **ONE, **dt),
        modules.LinearTorch((16, 10), weight=torch.rand(16, 10) * 0.4, has_bias=False),
        modules.LIFNeuronTorch(10, tau_mem=tau(10), **ONE, **dt),
        modules.LinearTorch((10, 4)),
        readout,
    ]
    check(*written(tmp_path, layers), framework="rockpool")


def test_without_leaks_and_on_a_grid_the_chip_sends_the_same(tmp_path: Path, check: Any) -> None:
    torch.manual_seed(0)
    layers = []
    for fan_in, size, threshold in ((20, 16, 1.0), (16, 10, 1.5)):
        weight = torch.randint(-3, 6, (fan_in, size)) / 16
        layers.append(modules.LinearTorch((fan_in, size), weight=weight, has_bias=False))
        endless = torch.full((size,), torch.inf)
        layers.append(modules.LIFNeuronTorch(size, tau_mem=endless, threshold=torch.tensor(threshold), **ONE))
    check(*written(tmp_path, layers), framework="rockpool")
