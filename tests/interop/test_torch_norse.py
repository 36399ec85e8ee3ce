"""norse's own spikes and those of the network that `from_torch` reads from the module."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

norse = pytest.importorskip("norse.torch")

from norse.torch.functional.reset import reset_subtract  # noqa: E402
from torch_doors import STEPS, assert_fits, assert_same, frames, louder, raster  # noqa: E402

from litesnn.base.errors import ImportFileError  # noqa: E402
from litesnn.jobs.from_torch import from_torch  # noqa: E402


def numbers(**values: float) -> dict[str, torch.Tensor]:
    return {key: torch.tensor(value) for key, value in values.items()}


def run(network: Any, spikes: torch.Tensor) -> np.ndarray:
    state, sent = None, []
    with torch.no_grad():
        for t in range(STEPS):
            out, state = network(spikes[:, t], state)
            sent.append(out.numpy())
    return np.stack(sent, 1)


CELLS = [
    lambda: norse.IAFCell(),
    lambda: norse.LIFCell(norse.LIFParameters(**numbers(tau_mem_inv=200.0, tau_syn_inv=300.0))),
    lambda: norse.LIFCell(norse.LIFParameters(**numbers(v_th=0.5, v_reset=-0.1, v_leak=-0.1))),
    lambda: norse.LIFBoxCell(norse.LIFBoxParameters(**numbers(tau_mem_inv=300.0))),
    lambda: norse.LIFBoxCell(
        norse.LIFBoxParameters(**numbers(tau_mem_inv=300.0), reset_method=reset_subtract), dt=0.002
    ),
    lambda: norse.LICell(),
    lambda: norse.LIBoxCell(),
]


@pytest.mark.parametrize("make", CELLS)
def test_cells(make: Any) -> None:
    torch.manual_seed(0)
    network = louder(norse.SequentialState(nn.Linear(16, 12), norse.IAFCell(), nn.Linear(12, 6), make()), 5.0, 0.1)
    spikes = raster(16)
    assert_same(network, spikes[:, 0], spikes, {"3": run(network, spikes)})


class Own(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc, self.lif = nn.Linear(16, 12), norse.LIFCell()
        self.out, self.li = nn.Linear(12, 4), norse.LICell()

    def forward(self, x: torch.Tensor, state: Any = None) -> Any:
        first, second = (None, None) if state is None else state
        spikes, first = self.lif(self.fc(x), first)
        voltage, second = self.li(self.out(spikes), second)
        return voltage, (first, second)


def test_a_module_that_hands_states_back() -> None:
    torch.manual_seed(1)
    network, spikes = louder(Own(), 8.0, 0.2), raster(16)
    assert_same(network, spikes[:, 0], spikes, {"li": run(network, spikes)})


class Loop(nn.Module):
    """As norse's own examples: a loop over time in the forward."""

    def __init__(self) -> None:
        super().__init__()
        self.own = Own()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        state, kept = None, []
        for t in range(x.shape[1]):
            voltage, state = self.own(x[:, t], state)
            kept += [voltage]
        return torch.stack(kept)


def test_a_loop_over_time() -> None:
    torch.manual_seed(2)
    network, spikes = louder(Loop(), 8.0, 0.2), raster(16)
    with torch.no_grad():
        expected = network(spikes).transpose(0, 1).numpy()
    assert_same(network, spikes, spikes, {"own.li": expected})


def test_all_steps_at_once() -> None:
    torch.manual_seed(3)
    first = norse.LIF(norse.LIFParameters(**numbers(tau_mem_inv=300.0)))
    network = norse.SequentialState(
        norse.Lift(nn.Conv2d(2, 3, 3, padding=1)), first, nn.Flatten(2), nn.Linear(48, 5), norse.LIF()
    )
    louder(network, 6.0, 0.1)
    spikes = raster(2, 4, 4)
    with torch.no_grad():
        expected, _ = network(spikes.transpose(0, 1))
    assert_same(network, spikes.transpose(0, 1), spikes, {"4": expected.transpose(0, 1).numpy()})


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: norse.LIFRecurrentCell(8, 8), "LIFRecurrentCell"),
        (lambda: norse.LIFCell(norse.LIFParameters(**numbers(v_leak=0.2))), "v_leak"),
        (lambda: norse.LIFCell(norse.LIFParameters(method="adjoint")), "adjoint"),
    ],
)
def test_refused_by_name(make: Any, word: str) -> None:
    network = norse.SequentialState(nn.Linear(6, 8), make(), nn.Linear(8, 4), norse.LIFCell())
    with pytest.raises(ImportFileError, match=word) as raised:
        from_torch(network, torch.zeros(2, 6))
    assert "'1'" in str(raised.value)


def test_as_a_genotype() -> None:
    torch.manual_seed(8)
    parameters = norse.LIFBoxParameters(**numbers(tau_mem_inv=250.0))
    layers = [nn.Linear(10, 8), norse.LIFBoxCell(parameters), nn.Linear(8, 5), norse.LIFBoxCell(parameters)]
    network, spikes = louder(norse.SequentialState(*layers), 10.0, 0.4), raster(10)
    expected = {"3": run(network, spikes)}
    assert_fits(network, spikes[:, 0], frames(spikes), expected, timesteps=STEPS)
