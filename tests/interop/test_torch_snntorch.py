"""snnTorch's own spikes and those of the network that `from_torch` reads from the module."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

snn = pytest.importorskip("snntorch")

from torch_doors import SAMPLES, STEPS, assert_fits, assert_same, frames, louder, raster, recorded  # noqa: E402

from litesnn.base.errors import ImportFileError  # noqa: E402
from litesnn.jobs.from_torch import from_torch  # noqa: E402

INSIDE: dict[str, Any] = {"init_hidden": True}


def run(network: nn.Module, spikes: torch.Tensor) -> Any:
    return lambda: [network(spikes[:, t]) for t in range(STEPS)]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"reset_mechanism": "zero"},
        {"reset_mechanism": "none"},
        {"reset_mechanism": "zero", "reset_delay": False},
        {"threshold": 0.7},
        {"beta": torch.linspace(0.5, 0.95, 12)},
        {"beta": 1.0},
        {"threshold": torch.linspace(0.5, 1.5, 12)},
    ],
    ids=str,
)
def test_leaky(options: dict[str, Any]) -> None:
    torch.manual_seed(0)
    first = snn.Leaky(**{"beta": 0.9, **options}, **INSIDE)
    network = louder(
        nn.Sequential(nn.Linear(16, 12), first, nn.Linear(12, 4, bias=False), snn.Leaky(0.8, output=True, **INSIDE))
    )
    spikes = raster(16)
    expected = recorded(network, ["1", "3"], run(network, spikes))
    assert_same(network, spikes[:, 0], spikes, expected)


def test_synaptic_and_recurrent() -> None:
    torch.manual_seed(1)
    network = louder(
        nn.Sequential(
            nn.Linear(8, 10),
            snn.Synaptic(0.5, 0.8, **INSIDE),
            nn.Linear(10, 6),
            snn.RLeaky(0.9, linear_features=6, **INSIDE),
            nn.Linear(6, 5),
            snn.RLeaky(0.9, V=-0.3, all_to_all=False, **INSIDE),
        )
    )
    spikes = raster(8)
    expected = recorded(network, ["1", "3", "5"], run(network, spikes))
    assert_same(network, spikes[:, 0], spikes, expected)


def test_convolutions() -> None:
    torch.manual_seed(2)
    network = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1, bias=False),
        nn.BatchNorm2d(4),
        snn.Leaky(0.7, **INSIDE),
        nn.AvgPool2d(2),
        nn.Dropout(0.5),
        nn.Conv2d(4, 3, 3, padding="same"),
        snn.Leaky(0.5, threshold=0.3, **INSIDE),
        nn.Flatten(),
        nn.Linear(48, 5),
        nn.Identity(),
        snn.Leaky(0.8, **INSIDE),
    ).eval()
    norm = network[1]
    norm.running_mean.uniform_(-0.3, 0.3)
    norm.running_var.uniform_(0.5, 2)
    with torch.no_grad():
        norm.weight.uniform_(0.5, 1.5)
        norm.bias.uniform_(-0.2, 0.2)
    louder(network, 3, 0.05)
    spikes = raster(2, 8, 8)
    expected = recorded(network, ["2", "6", "10"], run(network, spikes))
    assert_same(network, spikes[:, 0], spikes, expected)


class Loop(nn.Module):
    """snnTorch's first tutorial: explicit states and a loop over time."""

    def __init__(self, held: bool) -> None:
        super().__init__()
        self.held = held
        self.fc1, self.fc2 = nn.Linear(10, 12), nn.Linear(12, 4)
        self.lif1, self.lif2 = snn.Leaky(beta=0.9), snn.Leaky(beta=0.8)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mem1, mem2 = self.lif1.init_leaky(), self.lif2.init_leaky()
        spikes, membranes = [], []
        for step in range(STEPS):
            cur1 = self.fc1(x.view(x.size(0), -1) if self.held else x[step])
            spk1, mem1 = self.lif1(cur1, mem1)
            spk2, mem2 = self.lif2(self.fc2(spk1), mem2)
            spikes.append(spk2)
            membranes.append(mem2)
        return torch.stack(spikes, dim=0), torch.stack(membranes, dim=0)


@pytest.mark.parametrize("held", [False, True])
def test_a_loop_over_time(held: bool) -> None:
    torch.manual_seed(3)
    network = louder(Loop(held))
    spikes = raster(10)
    if held:
        spikes = spikes[:, :1].expand(SAMPLES, STEPS, 10)
    given = spikes[:, 0] if held else spikes.transpose(0, 1)
    expected = recorded(network, ["lif1", "lif2"], lambda: network(given))
    reading = assert_same(network, given, spikes, expected)
    assert from_torch(network, given).graph.timesteps == STEPS
    assert reading.imported.name == "Loop"


class Feedback(nn.Module):
    """Spikes of the second layer come back to the first in the next step."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.back = nn.Linear(6, 8), nn.Linear(8, 8, bias=False)
        self.lif1, self.out = snn.Leaky(beta=0.9), snn.Leaky(beta=0.8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mem1, mem2 = self.lif1.init_leaky(), self.out.init_leaky()
        spk1, total = torch.zeros(x.shape[1], 8), 0.0
        for frame in x:
            spk1, mem1 = self.lif1(self.fc1(frame) + self.back(spk1), mem1)
            spk2, mem2 = self.out(spk1, mem2)
            total = total + spk2
        return total / len(x)


def test_spikes_that_come_back() -> None:
    torch.manual_seed(4)
    network = louder(Feedback(), 2.0)
    spikes = raster(6)
    expected = recorded(network, ["lif1", "out"], lambda: network(spikes.transpose(0, 1)))
    assert_same(network, spikes.transpose(0, 1), spikes, expected)


def test_states_that_the_caller_hands_back() -> None:
    class Cell(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc, self.lif = nn.Linear(6, 8), snn.Leaky(beta=0.9, reset_mechanism="none", threshold=100.0)

        def forward(self, x: torch.Tensor, mem: torch.Tensor) -> Any:
            _, mem = self.lif(self.fc(x), mem)
            return mem

    torch.manual_seed(5)
    network, spikes, mem, kept = Cell(), raster(6), torch.zeros(SAMPLES, 8), []
    with torch.no_grad():
        for t in range(STEPS):
            mem = network(spikes[:, t], mem)
            kept.append(mem.numpy())
    assert_same(network, (spikes[:, 0], torch.zeros(SAMPLES, 8)), spikes, {"lif": np.stack(kept, 1)})


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: snn.Alpha(0.9, 0.8, **INSIDE), "Alpha"),
        (lambda: snn.Leaky(0.9, inhibition=True, **INSIDE), "inhibition"),
        (lambda: snn.Leaky(0.9, graded_spikes_factor=2.0, **INSIDE), "graded_spikes_factor"),
        (lambda: snn.Synaptic(0.5, 0.9, reset_mechanism="zero", **INSIDE), "reset_delay=False"),
        (lambda: nn.ReLU(), "ReLU"),
        (lambda: nn.MaxPool1d(2), "MaxPool1d"),
        (lambda: nn.Dropout(0.5), "eval"),
    ],
)
def test_refused_by_name(make: Any, word: str) -> None:
    network = nn.Sequential(nn.Linear(6, 8), nn.Sequential(make()), nn.Linear(8, 4), snn.Leaky(0.9, **INSIDE))
    with pytest.raises(ImportFileError, match=word) as raised:
        from_torch(network, torch.zeros(2, 6))
    assert "'1.0'" in str(raised.value)


def test_as_a_genotype() -> None:
    torch.manual_seed(8)
    network = louder(
        nn.Sequential(
            nn.Linear(8, 10),
            snn.RLeaky(0.75, linear_features=10, **INSIDE),
            nn.Linear(10, 6),
            snn.RLeaky(0.75, V=-0.3, all_to_all=False, threshold=0.5, **INSIDE),
            nn.Linear(6, 5),
            snn.Leaky(0.75, threshold=torch.linspace(0.4, 0.9, 5), **INSIDE),
        )
    )
    spikes = raster(8)
    expected = recorded(network, ["1", "3", "5"], run(network, spikes))
    fitted, _ = assert_fits(network, spikes[:, 0], frames(spikes), expected, timesteps=STEPS)
    assert [edge.op for edge in fitted.genotype.spec.cells[0].backward] == ["dense", "depthwise3x3"]
