"""SpikingJelly's own spikes and those of the network that `from_torch` reads from the module."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

pytest.importorskip("spikingjelly.activation_based")

from spikingjelly.activation_based import functional, layer, neuron, surrogate
from torch_doors import STEPS, assert_fits, assert_same, frames, louder, raster, recorded

from litesnn.base.errors import ImportFileError
from litesnn.jobs.from_torch import from_torch


@pytest.mark.parametrize(
    "make",
    [
        neuron.IFNode,
        lambda: neuron.IFNode(v_reset=None),
        lambda: neuron.IFNode(v_reset=-0.5),
        neuron.LIFNode,
        lambda: neuron.LIFNode(tau=3.0, decay_input=False),
        lambda: neuron.LIFNode(tau=3.0, v_reset=None, v_threshold=0.6),
        lambda: neuron.LIFNode(tau=4.0, decay_input=False, v_reset=0.25),
        lambda: neuron.ParametricLIFNode(init_tau=2.5),
        lambda: neuron.ParametricLIFNode(decay_input=False, v_reset=None, surrogate_function=surrogate.ATan()),
    ],
)
def test_single_step(make: Any) -> None:
    torch.manual_seed(0)
    network = louder(
        nn.Sequential(layer.Linear(16, 12), make(), layer.Linear(12, 4, bias=False), neuron.IFNode()), 5.0, 0.1
    )
    spikes = raster(16)
    functional.reset_net(network)
    expected = recorded(network, ["1", "3"], lambda: [network(spikes[:, t]) for t in range(STEPS)])
    state = network[1].v
    assert_same(network, spikes[:, 0], spikes, expected)
    assert network[1].v is state  # as it was


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            layer.SeqToANNContainer(nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4)),
            neuron.LIFNode(decay_input=False),
            layer.AvgPool2d(2, 2),
            layer.Conv2d(4, 4, 3, padding=1),
            layer.BatchNorm2d(4),
            neuron.IFNode(v_reset=None),
        )
        self.fc = nn.Sequential(layer.Flatten(), layer.Dropout(0.5), layer.Linear(64, 5), neuron.IFNode())
        functional.set_step_mode(self, "m")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.conv(x)).mean(0)


def test_multi_step() -> None:
    torch.manual_seed(1)
    network = louder(Net(), 3.0, 0.03).eval()
    spikes = raster(2, 8, 8)
    functional.reset_net(network)
    kept: dict[str, np.ndarray] = {}
    for name in ("conv.1", "conv.5", "fc.3"):
        network.get_submodule(name).register_forward_hook(
            lambda _, __, out, name=name: kept.__setitem__(name, out.transpose(0, 1).numpy())
        )
    with torch.no_grad():
        network(spikes.transpose(0, 1))
    assert_same(network, spikes.transpose(0, 1), spikes, kept)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: neuron.EIFNode(), "EIFNode"),
        (lambda: layer.MaxPool2d(2), "MaxPool2d"),
        (lambda: neuron.IFNode(surrogate_function=surrogate.Sigmoid(spiking=False)), "surrogate_function"),
    ],
)
def test_refused_by_name(make: Any, word: str) -> None:
    network = nn.Sequential(nn.Linear(6, 8), nn.Sequential(make()), nn.Linear(8, 4), neuron.IFNode())
    with pytest.raises(ImportFileError, match=word) as raised:
        from_torch(network, torch.zeros(2, 6))
    assert "'1.0'" in str(raised.value)


def test_as_a_genotype() -> None:
    torch.manual_seed(8)
    conv, fire = nn.Sequential(layer.Conv2d(2, 4, 3, padding=1), layer.BatchNorm2d(4)), neuron.IFNode
    network = nn.Sequential(conv, fire(), layer.MaxPool2d(2), layer.Flatten(), layer.Linear(64, 8), fire()).eval()
    louder(network, 2.0)
    spikes = raster(2, 8, 8)
    expected = recorded(network, ["1", "5"], lambda: [network(spikes[:, t]) for t in range(STEPS)])
    assert_fits(network, spikes[:, 0], frames(spikes), expected, timesteps=STEPS)
