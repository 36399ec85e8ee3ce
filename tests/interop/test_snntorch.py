"""snnTorch writes, LiteSNN reads: the same spikes in every layer. `tests/data/nir/snntorch_*` come from here."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

pytest.importorskip("snntorch")
nir = pytest.importorskip("nir")

import snntorch as snn  # noqa: E402
from snntorch import utils  # noqa: E402
from snntorch.export_nir import export_to_nir  # noqa: E402

STEPS = 20
# What NIR means by a reset: to zero, in the step of the spike.
RESET: dict[str, Any] = {"init_hidden": True, "reset_mechanism": "zero", "reset_delay": False}


def leaky(shape: tuple[int, ...], beta: Any, threshold: float = 1.0, **reset: Any) -> nn.Module:
    constants = {"beta": torch.zeros(shape) + beta, "threshold": torch.full(shape, threshold)}
    return snn.Leaky(**constants, **(reset or RESET))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(6, 8)
        self.rec = snn.RLeaky(beta=0.9, linear_features=8, **RESET)
        self.fc2 = nn.Linear(8, 3)
        self.lif = leaky((3,), 0.9)

    def forward(self, x: torch.Tensor) -> Any:
        return self.lif(self.fc2(self.rec(self.fc(x))))


def dense() -> nn.Module:
    return nn.Sequential(nn.Linear(16, 12), leaky((12,), 0.9), nn.Linear(12, 4, bias=False), leaky((4,), 0.8))


def endless() -> nn.Module:
    """A beta of 1, written as an infinite tau and r, and weights on a grid: exact."""
    network = nn.Sequential(nn.Linear(20, 16), leaky((16,), 1.0), nn.Linear(16, 10), leaky((10,), 1.0))
    with torch.no_grad():
        for name, values in network.named_parameters():
            if name.endswith(("weight", "bias")):
                values.copy_(torch.randint(-4, 8, values.shape) / 16)
    return network


def conv() -> nn.Module:
    first = (nn.Conv2d(1, 3, 3, padding=1), leaky((3, 8, 8), 0.9), nn.AvgPool2d(2))
    second = (nn.Conv2d(3, 4, 3), leaky((4, 2, 2), 0.5, 0.7), nn.Flatten())
    return nn.Sequential(*first, *second, nn.Linear(16, 5), leaky((5,), 0.8))


def synaptic() -> nn.Module:
    current = partial(snn.Synaptic, alpha=torch.full((8,), 0.5), beta=torch.full((8,), 0.9), threshold=torch.ones(8))
    return nn.Sequential(nn.Linear(6, 8), current(**RESET), nn.Linear(8, 3), leaky((3,), 0.9))


def resetting(**reset: Any) -> nn.Module:
    """Neurons with a beta of their own each, and another reset than NIR's."""
    constants = {"init_hidden": True, **reset}
    first, last = (leaky((size,), torch.linspace(0.3, 0.95, size), 0.4, **constants) for size in (12, 4))
    return nn.Sequential(nn.Linear(16, 12), first, nn.Linear(12, 4), last)


NEURONS = (snn.Leaky, snn.Synaptic, snn.RLeaky)


@pytest.mark.parametrize(
    ("make", "shape", "seed"),
    [(dense, (16,), 0), (endless, (20,), 4), (conv, (1, 8, 8), 1), (synaptic, (6,), 2), (Recurrent, (6,), 3)],
)
def test_the_same_spikes(make: Any, shape: tuple[int, ...], seed: int, tmp_path: Path, check: Any) -> None:
    torch.manual_seed(seed)
    compared(make() if make is endless else livelier(make()), shape, tmp_path, check)


@pytest.mark.parametrize(
    ("reset", "options"),
    [
        ({}, {"framework": "snntorch"}),  # its default
        ({"reset_mechanism": "subtract"}, {"reset": "subtract_next"}),
        ({"reset_mechanism": "zero", "reset_delay": False}, {"framework": "snntorch", "reset": "zero"}),
        ({"reset_mechanism": "none"}, {"reset": "none"}),
    ],
)
@pytest.mark.parametrize("seed", range(2))
def test_every_reset(reset: dict[str, Any], options: dict[str, Any], seed: int, tmp_path: Path, check: Any) -> None:
    torch.manual_seed(seed)
    compared(livelier(resetting(**reset)), (16,), tmp_path, check, **options)


def livelier(network: nn.Module) -> nn.Module:
    """A network with larger weights, which spikes."""
    with torch.no_grad():
        for name, values in network.named_parameters():
            if name.endswith("weight") and values.dim() > 1:
                values.copy_(values * 2.5 + 0.02)
    return network


def compared(network: nn.Module, shape: tuple[int, ...], tmp_path: Path, check: Any, **options: Any) -> None:
    """Hold the file's run to the module's spikes, layer by layer."""
    path = tmp_path / "net.nir"
    nir.write(path, export_to_nir(network, torch.zeros(1, *shape), ignore_dims=[0]))
    spikes = (torch.rand(4, STEPS, *shape) < 0.4).float()
    kept: dict[str, list[np.ndarray]] = {}
    for name, layer in network.named_modules():
        if isinstance(layer, NEURONS):
            key = f"{name}.lif" if isinstance(layer, snn.RLeaky) else name
            layer.register_forward_hook(lambda _, __, out, key=key: kept.setdefault(key, []).append(out.numpy().copy()))
    utils.reset(network)
    with torch.no_grad():
        for step in range(STEPS):
            network(spikes[:, step])
    check(path, spikes.numpy(), {name: np.stack(values, 1) for name, values in kept.items()}, **options)
