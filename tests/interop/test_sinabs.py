"""sinabs writes NIR files, LiteSNN reads them by sinabs's conventions: the same spikes in every layer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

pytest.importorskip("sinabs")
nir = pytest.importorskip("nir")

import sinabs.layers as sl  # noqa: E402
from sinabs.activation import SingleSpike  # noqa: E402
from sinabs.nir import to_nir  # noqa: E402

STEPS, SAMPLES = 20, 4
IAF: Any = partial(sl.IAFSqueeze, batch_size=SAMPLES, spike_fn=SingleSpike)


def test_the_same_spikes(tmp_path: Path, check: Any) -> None:
    """Integrate and fire, reset by subtraction, at the threshold; weights on a grid of 1/16, which the chip's integers hold.

    sinabs 3.1 writes convolutions without the shape of their input, and flattening without one: nir cannot store those.
    """
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Linear(20, 16, bias=False), IAF(), nn.Linear(16, 10, bias=False), IAF(spike_threshold=torch.tensor(1.5))
    )
    with torch.no_grad():
        for layer in (network[0], network[2]):  # thresholds are parameters too
            layer.weight.copy_(torch.randint(-3, 6, layer.weight.shape) / 16)
    spikes = (torch.rand(SAMPLES, STEPS, 20) < 0.3).float()
    sent: dict[str, np.ndarray] = {}
    with torch.no_grad():
        values = spikes.flatten(0, 1)
        for index, part in enumerate(network):
            values = part(values)
            if isinstance(part, sl.IAFSqueeze):
                sent[str(index)] = values.unflatten(0, (SAMPLES, STEPS)).numpy()
    path = tmp_path / "net.nir"
    nir.write(path, to_nir(network, spikes.flatten(0, 1)))
    check(path, spikes.numpy(), sent, framework="sinabs", dt=1.0)
