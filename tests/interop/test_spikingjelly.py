"""SpikingJelly writes, LiteSNN reads: the same spikes in every layer. `tests/data/nir/spikingjelly_if` comes from here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("spikingjelly")
nir = pytest.importorskip("nir")

exchange = pytest.importorskip("spikingjelly.activation_based.nir_exchange")

STEPS = 20


def test_the_same_spikes(tmp_path: Path, check: Any) -> None:
    from spikingjelly.activation_based import functional, layer, neuron

    torch.manual_seed(0)
    network = torch.nn.Sequential(layer.Linear(20, 16), neuron.IFNode(), layer.Linear(16, 10), neuron.IFNode())
    with torch.no_grad():
        for values in network.parameters():
            values.copy_(torch.randint(-4, 8, values.shape) / 16)
    path = tmp_path / "net.nir"
    spikes = (torch.rand(4, STEPS, 20) < 0.4).float()
    nir.write(str(path), exchange.export_to_nir(network, torch.zeros(1, 20)))
    functional.reset_net(network)
    sent: dict[str, list[np.ndarray]] = {"_1": [], "_3": []}
    with torch.no_grad():
        for step in range(STEPS):
            values = spikes[:, step]
            for index, part in enumerate(network):
                values = part(values)
                if f"_{index}" in sent:
                    sent[f"_{index}"].append(values.numpy().copy())
    check(path, spikes.numpy(), {name: np.stack(steps, 1) for name, steps in sent.items()}, spike_at=True)
