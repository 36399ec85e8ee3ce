"""`litesnn.from_torch`: the module's spikes, those of the network in floating point, and those of the exact simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch_stand_ins as there
from torch import nn
from torch_doors import SAMPLES, STEPS, assert_same, frames, louder, on_grid, raster, recorded, step_by_step

import litesnn
from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.nir.read import read_network
from litesnn.compiler.frontends.real.options import RealOptions

NETWORKS: dict[str, Any] = {
    "subtract_next": lambda: there.Leaky(1.0, init_hidden=True),
    "subtract": lambda: there.IFNode(v_reset=None),
    "zero, at the threshold": lambda: there.IFNode(),
    "zero, above it": lambda: there.Leaky(1.0, init_hidden=True, reset_mechanism="zero"),
    "none": lambda: there.Leaky(1.0, init_hidden=True, reset_mechanism="none"),
}


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_on_a_grid_without_leak_the_chip_sends_what_the_module_sends(make: Any) -> None:
    torch.manual_seed(0)
    network = on_grid(nn.Sequential(nn.Linear(10, 8, bias=False), make(), nn.Linear(8, 5, bias=False), make()))
    spikes = raster(10)
    expected = step_by_step(network, spikes, lambda out: out)
    reading = assert_same(network, spikes[:, 0], spikes, {"3": expected})
    graph = reading.imported.pipeline(litesnn.load_profile("loihi2")).run()
    found = litesnn.simulate(graph, frames(spikes), record=["3"]).spikes["3"]
    np.testing.assert_array_equal(found.reshape(expected.shape), expected)


@pytest.mark.parametrize(
    "make",
    [
        lambda: there.Leaky(0.9, init_hidden=True),
        lambda: there.Leaky(torch.linspace(0.5, 0.95, 8), init_hidden=True, reset_mechanism="zero"),
        lambda: there.Leaky(0.8, init_hidden=True, spike_grad=there.at),
        lambda: there.LIFNode(tau=3.0, decay_input=False),
        lambda: there.LIFNode(v_reset=None, v_threshold=0.5),
        lambda: there.LIFNode(v_reset=-0.2),
    ],
)
def test_with_a_leak_the_floating_point_run_is_the_module(make: Any) -> None:
    torch.manual_seed(1)
    network = louder(nn.Sequential(nn.Linear(10, 8), make()), 4.0, 0.2)
    spikes = raster(10)
    assert_same(network, spikes[:, 0], spikes, {"1": step_by_step(network, spikes, lambda out: out)})


def test_all_steps_at_once() -> None:
    torch.manual_seed(2)
    network = louder(nn.Sequential(nn.Linear(10, 8), there.LIFNode(step_mode="m")), 4.0, 0.2)
    spikes = raster(10)
    with torch.no_grad():
        expected = network(spikes.transpose(0, 1)).transpose(0, 1).numpy()
    assert_same(network, spikes.transpose(0, 1), spikes, {"1": expected})
    network = louder(nn.Sequential(nn.Linear(10, 8), there.IAF(there.SingleSpike)), 4.0, 0.2)
    with torch.no_grad():
        assert_same(network, spikes, spikes, {"1": network(spikes).numpy()})


class Residual(nn.Module):
    """Maps of one dimension, a normalization that nothing can take in, a way around a layer, a state that is handed on."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.conv = nn.BatchNorm1d(2), nn.Conv1d(2, 2, 3, padding=1)
        self.lif, self.cell = there.LIFNode(tau=2.0), there.LIFBoxCell(there.Parameters(tau_mem_inv=400.0))
        self.pool, self.fc = nn.AvgPool1d(2), nn.Linear(8, 4)

    def forward(self, x: torch.Tensor, state: Any = None) -> Any:
        spikes = self.lif(self.norm(x))
        maps = self.pool(self.conv(spikes) * 2 + spikes)
        return self.cell(self.fc(maps.view(maps.size(0), -1)), state)


def test_branches_and_reshaping() -> None:
    torch.manual_seed(3)
    network: Any = louder(Residual(), 3.0, 0.3).eval()
    network.norm.running_mean.uniform_(-1, -0.5)
    network.norm.running_var.uniform_(0.1, 0.5)
    spikes, state, sent = raster(2, 8), None, []
    with torch.no_grad():
        for t in range(STEPS):
            out, state = network(spikes[:, t], state)
            sent.append(out.numpy())
    network.lif._memories["v"] = 0.0
    assert_same(network, spikes[:, 0], spikes, {"cell": np.stack(sent, 1)})


class Difference(nn.Module):
    """One layer that reads its own spikes, a difference of layers, sums in place."""

    def __init__(self) -> None:
        super().__init__()
        self.plus, self.minus, self.back = nn.Linear(8, 6), nn.Linear(8, 6), nn.Linear(6, 6, bias=False)
        self.lif = there.Leaky(0.9)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mem, spikes = self.lif.init_leaky(), torch.zeros(x.shape[1], 6)
        counts = torch.zeros(x.shape[1], 6)
        for frame in x:
            current = self.plus(frame) - self.minus(frame)
            current += -self.back(spikes) / 4
            spikes, mem = self.lif(current, mem)
            counts += spikes
        return counts / len(x)


def test_differences_sums_in_place_and_a_layer_that_reads_itself() -> None:
    torch.manual_seed(6)
    network, spikes = louder(Difference(), 3.0), raster(8)
    with torch.no_grad():
        network.plus.weight += 0.3
    given = spikes.transpose(0, 1)
    expected = recorded(network, ["lif"], lambda: network(given))
    assert_same(network, given, spikes, expected)


def test_a_program_keeps_the_network_as_a_file(tmp_path: Path) -> None:
    torch.manual_seed(4)
    network = louder(nn.Sequential(nn.Linear(10, 8), there.Leaky(0.9, init_hidden=True)), 3.0, 0.1)
    found = litesnn.from_torch(network, torch.zeros(1, 10), scale_rule="mse", timesteps=8, name="mine")
    assert found.imported()["record"]["reset"] == "subtract_next"
    compiled = litesnn.import_network(found, "loihi2", lava_samples=0)
    assert compiled.mapped is not None
    assert compiled.mapped.mismatching_spikes == compiled.mapped.mismatching_readouts == 0
    compiled.program.save(tmp_path / "program")
    file = tmp_path / "program" / "source" / "network.nir"
    again = read_network(file, RealOptions(decay="euler", scale_rule="mse", timesteps=8)).imported
    assert found.command()[1] == "--timesteps 8 --scale mse --decay-rule euler"
    first, second = (origin.pipeline(litesnn.load_profile("loihi2")).run() for origin in (found, again))
    given = frames(raster(10)[:, :8])
    np.testing.assert_array_equal(litesnn.simulate(first, given).readout, litesnn.simulate(second, given).readout)


class Own(nn.Module):
    """A module whose forward is given."""

    def __init__(self, forward: Any) -> None:
        super().__init__()
        self.fc, self.lif, self.last = nn.Linear(6, 6), there.Leaky(0.9), torch.zeros(1)
        self.body = forward

    def forward(self, x: torch.Tensor) -> Any:
        return self.body(self, x)


def keeps(net: Any, x: torch.Tensor) -> Any:
    net.last = net.lif(net.fc(x))[0]
    return net.last


def per_sample(net: Any, x: torch.Tensor) -> Any:
    return net.lif(net.fc(x) * torch.linspace(0, 1, 6)[:, None])[0]


def halved(net: Any, x: torch.Tensor) -> Any:
    now = net.fc(x)
    now.mul_(0.5)  # its meaning would be lost: what is read is `now`, not what mul_ returned
    return net.lif(now)[0]


def through_a_view(net: Any, x: torch.Tensor) -> Any:
    now = net.fc(x)
    seen = now.view(-1)
    seen *= 0.5
    return net.lif(now)[0]


def into_another(net: Any, x: torch.Tensor) -> Any:
    now = net.fc(x)
    torch.clamp(now, min=0, out=now)
    return net.lif(now)[0]


def assigned(net: Any, x: torch.Tensor) -> Any:
    kept = torch.zeros(1, *x.shape)
    kept[0] = net.lif(net.fc(x))[0]
    return kept


REFUSED: dict[str, tuple[Any, str]] = {
    "values": (lambda net, x: net.lif(net.fc(x))[0] if x.sum() > 0 else x, "depends on values"),
    "a state of its own": (keeps, "keeps 'last'"),
    "a function": (lambda net, x: net.lif(torch.relu(net.fc(x)))[0], r"relu\(\): this function is not supported"),
    "begins anew": (lambda net, x: net.lif(net.fc(x), net.lif.init_leaky())[0], "begins anew in every call"),
    "twice": (lambda net, x: net.lif(net.fc(net.lif(net.fc(x))[0]))[0], "in its call 1 of 2"),
    "mixed": (lambda net, x: net.lif(net.fc(x.flatten()[None].view(3, 2, 6)[:, 0]))[0], "batch"),
    "membrane": (lambda net, x: net.lif(net.fc(x))[1], "reset_mechanism 'none'"),
    "no neurons": (lambda net, x: net.fc(x), "calls no neurons"),
    "a constant": (lambda net, x: net.lif(net.fc(x) + torch.ones(6))[0], r"add\(\): adds a constant"),
    "a factor per sample": (per_sample, r"mul\(\): multiplies \(6, 6\) by a factor of \(6, 1\)"),
    "in place": (halved, r"mul_\(\): changes a tensor in place"),
    "in place, through a view": (through_a_view, r"imul\(\): changes a tensor in place"),
    "in place, as out": (into_another, r"clamp\(\): changes a tensor in place"),
    "in place, a part": (assigned, "in place.*torch.stack"),
}


@pytest.mark.parametrize(("body", "word"), REFUSED.values(), ids=REFUSED)
def test_refused_with_its_place(body: Any, word: str) -> None:
    network = Own(body)
    members = dict(network.__dict__)
    with pytest.raises(ImportFileError, match=word):
        litesnn.from_torch(network, torch.ones(6, 6))
    assert network.__dict__ == members


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: there.IAF(), "spike_fn=sinabs.activation.SingleSpike"),
        (lambda: there.IAF(there.SingleSpike, min_v_mem=-1.0), "min_v_mem=None"),
        (lambda: type("Mine", (there.Leaky,), {"__module__": "mine"})(0.9), "derived from snntorch's Leaky"),
        (
            lambda: type("Alpha", (nn.Module,), {"__module__": "snntorch._neurons.alpha"})(),
            "neither a layer nor a neuron",
        ),
        (lambda: nn.Softmax(-1), "neither a layer nor a neuron"),
        (lambda: nn.BatchNorm1d(5), "batch and time as two axes"),
        (lambda: there.Leaky(0.9, init_hidden=True, spike_grad=torch.sigmoid), "spike_grad"),
    ],
)
def test_what_cannot_be_is_named_by_its_path(make: Any, word: str) -> None:
    network = nn.Sequential(nn.Linear(6, 6), nn.Sequential(make(), nn.Identity()), there.IAF(there.SingleSpike))
    with pytest.raises(ImportFileError, match=word) as raised:
        litesnn.from_torch(network, torch.zeros(2, 5, 6))
    assert "module '1.0'" in str(raised.value)


def test_modules_of_rockpool_are_refused_by_name() -> None:
    kind = type("LIFTorch", (there.LIFNode,), {"__module__": "rockpool.nn.modules.torch.lif_torch"})
    with pytest.raises(
        ImportFileError,
        match=r"module '1' \(LIFTorch\): Rockpool's.*nirtorch 2.0.*--framework rockpool; allowed: snntorch",
    ):
        litesnn.from_torch(nn.Sequential(nn.Linear(6, 6), kind()), torch.zeros(2, 6))


def test_a_neuron_that_computes_something_else_is_found_out() -> None:
    class Older(there.Leaky):
        """What arrives in the step after a spike is dropped."""

        def forward(self, input_: torch.Tensor, mem: torch.Tensor | None = None) -> Any:
            fired = self.spike_grad(self.mem - self.threshold) if self.mem.shape == input_.shape else 0
            return super().forward(input_ * (1 - fired), mem)

    Older.__module__, Older.__name__ = "snntorch._neurons.leaky", "Leaky"
    network = nn.Sequential(nn.Linear(6, 6), Older(0.9, init_hidden=True, reset_mechanism="zero"))
    with pytest.raises(ImportFileError, match=r"module '1'.*run by itself it differs"):
        litesnn.from_torch(network, torch.zeros(SAMPLES, 6))
    assert network[1].mem.shape == (0,)


def test_what_drops_or_normalizes_while_training_is_refused() -> None:
    for layer in (nn.BatchNorm1d(6), nn.Dropout(0.5)):
        network = nn.Sequential(nn.Linear(6, 6), layer, there.Leaky(0.9, init_hidden=True))
        with pytest.raises(ImportFileError, match=r"module '1'.*\.eval\(\)"):
            litesnn.from_torch(network, torch.zeros(SAMPLES, 6))
        litesnn.from_torch(network.eval(), torch.zeros(SAMPLES, 6))


def test_what_the_module_says_is_no_option() -> None:
    network = nn.Sequential(nn.Linear(6, 6), there.Leaky(0.9, init_hidden=True))
    with pytest.raises(ImportFileError, match="'reset'"):
        litesnn.from_torch(network, torch.zeros(SAMPLES, 6), reset="zero")
