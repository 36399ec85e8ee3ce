"""sinabs's own spikes and those of the network that `from_torch` reads from the module."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

pytest.importorskip("sinabs")

import sinabs.layers as sl
from sinabs.activation import MaxSpike, MembraneReset, MembraneSubtract, SingleSpike
from torch_doors import SAMPLES, STEPS, assert_fits, assert_same, frames, louder, raster

from litesnn.base.errors import ImportFileError
from litesnn.jobs.from_torch import from_torch

IAF: Any = partial(sl.IAF, spike_fn=SingleSpike)
LIF: Any = partial(sl.LIF, spike_fn=SingleSpike)


@pytest.mark.parametrize(
    "make",
    [
        IAF,
        partial(IAF, reset_fn=MembraneReset()),
        partial(IAF, spike_fn=MaxSpike(1), spike_threshold=torch.tensor(0.7)),
        partial(LIF, tau_mem=5.0, spike_threshold=torch.tensor(0.4)),
        partial(LIF, tau_mem=5.0, norm_input=False, reset_fn=MembraneSubtract(1.0)),
        partial(LIF, tau_mem=torch.linspace(3, 9, 12), norm_input=False, train_alphas=True),
        partial(LIF, tau_mem=5.0, tau_syn=3.0),
        partial(sl.ExpLeak, tau_mem=5.0),
    ],
)
def test_layers(make: Any) -> None:
    torch.manual_seed(0)
    network = louder(nn.Sequential(nn.Linear(16, 9), IAF(), nn.Linear(9, 12), make()), 4.0, 0.1)
    spikes = raster(16)
    with torch.no_grad():
        expected = network(spikes).numpy()
    assert_same(network, spikes, spikes, {"3": expected})


def test_squeezed() -> None:
    torch.manual_seed(1)
    squeezed: Any = partial(sl.IAFSqueeze, batch_size=SAMPLES, spike_fn=SingleSpike)
    network = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1, bias=False),
        squeezed(),
        sl.SumPool2d(2),
        nn.Conv2d(4, 3, 3, groups=1),
        squeezed(),
        nn.Flatten(),
        nn.Linear(12, 5),
        squeezed(),
    )
    louder(network, 1.2, 0.02)
    spikes = raster(2, 8, 8)
    with torch.no_grad():
        expected = network(spikes.flatten(0, 1)).unflatten(0, (SAMPLES, STEPS)).numpy()
    assert_same(network, spikes.flatten(0, 1), spikes, {"7": expected})


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (sl.IAF, "SingleSpike"),
        (partial(IAF, min_v_mem=-1.0), "min_v_mem=None"),
        (partial(IAF, reset_fn=MembraneReset(0.5)), "reset_fn"),
        (partial(sl.IAFRecurrent, rec_connect=nn.Linear(8, 8)), "IAFRecurrent"),
    ],
)
def test_refused_by_name(make: Any, word: str) -> None:
    network = nn.Sequential(nn.Linear(6, 8), make(), nn.Linear(8, 4), IAF())
    with pytest.raises(ImportFileError, match=word) as raised:
        from_torch(network, torch.zeros(2, 5, 6))
    assert "'1'" in str(raised.value)


def test_as_a_genotype() -> None:
    torch.manual_seed(8)
    network = louder(nn.Sequential(nn.Linear(10, 8), IAF(), nn.Linear(8, 5), IAF()), 3.0, 0.1)
    spikes = raster(10)
    with torch.no_grad():
        expected = {"3": network(spikes).numpy()}
    assert_fits(network, spikes, frames(spikes), expected, timesteps=STEPS)
