"""`litesnn.genotype_from_torch`: unquantized the module's spikes, quantized a genotype that trains, prunes and compiles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch_stand_ins as there
from torch import nn
from torch_doors import SAMPLES, STEPS, assert_fits, frames, louder, raster, recorded, unquantized

import litesnn
from litesnn.base.errors import DataError, ImportFileError
from litesnn.compiler.frontends.real.options import InputCoding, ValueRange
from litesnn.jobs.from_torch.genotype import genotype_from_torch
from litesnn.jobs.from_torch.genotype.tune import measured
from litesnn.search.methods.structured.pruning import prune
from litesnn.search.methods.structured.rates import parse_rates
from litesnn.search.methods.structured.settings import Scoring
from litesnn.search.training import TrainingSettings


def hidden(beta: float = 0.75, **given: Any) -> Any:
    return there.Leaky(beta, init_hidden=True, **given)


def settled(network: Any) -> Any:
    """With normalizations that have seen something."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.3, 0.3)
            layer.running_var.uniform_(0.5, 2)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.uniform_(layer.bias, -0.2, 0.2)
    return network.eval()


DENSE: dict[str, Any] = {
    "subtract_next": lambda: hidden(),
    "thresholds by layer and channel": lambda: hidden(threshold=torch.linspace(0.3, 1.2, 8)),
    "zero, at the threshold": lambda: there.LIFNode(tau=4.0, v_threshold=0.3),
    "subtract, at the threshold": lambda: there.LIFNode(tau=4.0, decay_input=False, v_reset=None),
    "a reset that is not 0": lambda: there.LIFNode(tau=4.0, v_threshold=0.25, v_reset=-0.25),
    "no leak": lambda: there.IFNode(),
}


@pytest.mark.parametrize("make", DENSE.values(), ids=DENSE)
def test_unquantized_it_sends_what_the_module_sends(make: Any) -> None:
    torch.manual_seed(0)
    network = louder(nn.Sequential(nn.Linear(10, 8), make(), nn.Linear(8, 8), make()), 3.0, 0.2)
    spikes = raster(10)
    expected = recorded(network, ["1", "3"], lambda: [network(spikes[:, t]) for t in range(STEPS)])
    _, readout = assert_fits(network, spikes[:, 0], frames(spikes), expected, timesteps=STEPS)
    np.testing.assert_array_equal(readout, expected["3"].sum(1))


MAPS: dict[str, Any] = {
    "normalized, pooled before a dense layer": lambda: [
        nn.Conv2d(2, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        hidden(),
        nn.AvgPool2d(2),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.Linear(64, 10),
        nn.BatchNorm1d(10),
    ],
    "kernels that are put into larger ones": lambda: [
        nn.Conv2d(2, 4, 2, stride=2),
        hidden(),
        nn.Conv2d(4, 6, (1, 3), padding=(0, 1), groups=2, bias=False),
        hidden(threshold=0.5),
        nn.Conv2d(6, 6, 3, padding="same", groups=6),
        hidden(threshold=0.2),
        nn.Conv2d(6, 3, 3, padding=2, dilation=2),
    ],
    "pools of neurons, strides": lambda: [
        nn.Conv2d(2, 4, 5, padding=2, stride=1),
        hidden(threshold=0.5),
        nn.AvgPool2d(2),
        hidden(threshold=0.5),
        nn.AvgPool2d(3, 1, 1),
        hidden(threshold=0.9),
        nn.Conv2d(4, 4, 1, stride=2),
    ],
    "maxima of spikes": lambda: [
        nn.Conv2d(2, 4, 3, padding=1),
        hidden(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 4, 3, padding=1),
        hidden(),
        nn.MaxPool2d(3, 1, 1),
        hidden(),
        nn.MaxPool2d(4),
        nn.Flatten(),
        nn.Linear(4, 6),
    ],
}


@pytest.mark.parametrize("layers", MAPS.values(), ids=MAPS)
def test_maps(layers: Any) -> None:
    torch.manual_seed(1)
    body = settled(louder(nn.Sequential(*layers(), hidden(threshold=0.3), nn.Flatten()), 2.0, 0.04))
    network = nn.Sequential(*body, nn.LazyLinear(5))
    spikes = raster(2, 8, 8)
    names = [name for name, layer in network.named_children() if isinstance(layer, there.Leaky)]
    outs: list[torch.Tensor] = []
    expected = recorded(network, names, lambda: outs.extend(network(spikes[:, t]) for t in range(STEPS)))
    _, readout = assert_fits(network, spikes[:, 0], frames(spikes), expected, timesteps=STEPS)
    np.testing.assert_allclose(
        readout, torch.stack(outs).reshape(STEPS, SAMPLES, 5).sum(0).numpy(), rtol=1e-4, atol=1e-4
    )


class Residual(nn.Module):
    """A block with a way past it, maps of one dimension, and feedback to an earlier layer, as snnTorch writes loops."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.conv = nn.Conv1d(2, 3, 3, padding=1), nn.Conv1d(3, 3, 3, padding=1, bias=False)
        self.norm, self.back = nn.BatchNorm1d(3), nn.Conv1d(3, 3, 1)
        self.lif1, self.lif2, self.lif3 = (there.Leaky(0.75) for _ in range(3))
        self.fc = nn.Linear(24, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mem1, mem2, mem3 = (lif.reset_mem() for lif in (self.lif1, self.lif2, self.lif3))
        last, total = torch.zeros(x.shape[1], 3, 8), 0.0
        for frame in x:
            spk1, mem1 = self.lif1(self.stem(frame) + self.back(last), mem1)
            last, mem2 = self.lif2(self.norm(self.conv(spk1)) + spk1, mem2)
            spk3, mem3 = self.lif3(self.fc(last.flatten(1)), mem3)
            total = total + spk3
        return total / len(x)


def residual() -> Residual:
    torch.manual_seed(2)
    return settled(louder(Residual(), 2.0, 0.05))


def test_sums_and_feedback(tmp_path: Path) -> None:
    network, spikes = residual(), raster(2, 8)
    expected = recorded(network, ["lif1", "lif2", "lif3"], lambda: network(spikes.transpose(0, 1)))
    fitted, readout = assert_fits(network, spikes.transpose(0, 1), frames(spikes), expected)
    np.testing.assert_array_equal(readout, expected["lif3"].sum(1))
    spec = fitted.genotype.spec
    assert (spec.timesteps, len(spec.cells[0].backward), spec.neuron.reset) == (STEPS, 1, "subtract_next")
    fitted.save(tmp_path / "module.json")
    loaded = litesnn.load_genotype(tmp_path / "module.json")
    compiled = litesnn.compile(
        loaded, "loihi2", samples=litesnn.Samples(frames(spikes), None, "a test"), lava_samples=0
    )
    assert compiled.verification is not None
    assert compiled.verification.mismatching_spikes == 0
    assert sum(compiled.verification.spike_counts["exact"].values()) > 100


def test_a_held_input_and_a_membrane_that_is_read_out() -> None:
    torch.manual_seed(3)
    network = louder(
        nn.Sequential(nn.Linear(6, 8), hidden(), nn.Linear(8, 3), hidden(1.0, reset_mechanism="none", output=True))
    )
    coding = InputCoding("direct", ValueRange(0, 63), 1 / 64)
    values = torch.randint(0, 64, (SAMPLES, 6))
    outs: list[Any] = []
    expected = recorded(network, ["1"], lambda: outs.extend(network(values / 64) for _ in range(12)))
    fitted, readout = assert_fits(
        network, values / 64, values.reshape(SAMPLES, 6, 1, 1).numpy(), expected, timesteps=12, input=coding
    )
    np.testing.assert_allclose(readout, outs[-1][1].numpy(), rtol=1e-4, atol=1e-4)
    assert fitted.genotype.spec.input.scale == 1 / 64


class Branches(nn.Module):
    """A module whose forward is given."""

    def __init__(self, forward: Any) -> None:
        super().__init__()
        self.fc, self.conv, self.out = nn.Linear(6, 6), nn.Conv2d(1, 1, 3, padding=1), nn.Linear(6, 2)
        self.short, self.again, self.slow = hidden(0.75), hidden(0.75), hidden(0.5)
        self.at, self.free = there.LIFNode(tau=4.0, v_reset=None), hidden(1.0, reset_mechanism="none")
        self.each = hidden(torch.linspace(0.5, 0.9, 6))
        self.body = forward

    def forward(self, x: torch.Tensor) -> Any:
        return self.body(self, x)


REFUSED: dict[str, tuple[Any, str]] = {
    "decays": (lambda net, x: net.slow(net.fc(net.short(x))), "'short' has decay 0.75, 'slow' has decay 0.5"),
    "resets": (lambda net, x: net.at(net.fc(net.short(x))), "'short' has reset subtract_next, 'at' has reset subtract"),
    "a decay per neuron": (lambda net, x: net.each(x), r"module 'each'.*decays by 0.5 to 0.9"),
    "no reset": (lambda net, x: net.slow(net.free(x)), r"module 'free'.*never reset"),
    "a layer behind a layer": (
        lambda net, x: net.short(net.fc(net.conv(x.view(-1, 1, 2, 3)).flatten(1))),
        r"module 'short'.*'fc' multiplies what a convolution computed",
    ),
    "a flattened map": (lambda net, x: net.short(net.conv(x.view(-1, 1, 2, 3)).flatten(1)), "a dense layer between"),
    "a sum that is read out": (
        lambda net, x: net.out(net.short(x) + net.again(x)),
        "reads out a sum",
    ),
    "a maximum of values": (
        lambda net, x: net.short(nn.functional.max_pool2d(net.conv(x.view(-1, 1, 2, 3)), 1).flatten(1)),
        "no spike",
    ),
}


@pytest.mark.parametrize(("body", "words"), REFUSED.values(), ids=REFUSED)
def test_what_no_genotype_has_is_refused_at_its_place(body: Any, words: str) -> None:
    with pytest.raises(ImportFileError, match=f"{words}.*from_torch may make a program"):
        genotype_from_torch(Branches(body), torch.ones(2, 6))


def test_a_program_has_no_maxima() -> None:
    network = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1), hidden(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3), hidden()
    )
    with pytest.raises(ImportFileError, match="'2' is a maximum.*genotype_from_torch"):
        litesnn.from_torch(network, torch.zeros(1, 1, 4, 4))
    genotype_from_torch(network, torch.zeros(1, 1, 4, 4))


def bars() -> tuple[np.ndarray, np.ndarray]:
    """A bar of a row or a column of 4 x 4 pixels, in noise: spikes (N, T, 16), and which of the eight it is."""
    rng, y = np.random.default_rng(0), np.arange(320) % 8
    shown = np.zeros((320, 4, 4))
    for sample, label in zip(shown, y, strict=True):
        sample[label if label < 4 else slice(None), slice(None) if label < 4 else label - 4] = 1
    return (rng.random((320, 8, 16)) < 0.1 + 0.4 * shown.reshape(320, 1, 16)).astype(np.float32), y


def test_quantization_aware_training_of_the_modules_weights() -> None:
    torch.manual_seed(4)
    network, (x, y) = nn.Sequential(nn.Linear(16, 16), hidden(), nn.Linear(16, 8)), bars()
    optimizer = torch.optim.Adam(network.parameters(), 0.02)
    for _ in range(40):
        network[1].reset_mem()
        logits = sum(network(torch.from_numpy(x[:, t])) for t in range(8))
        optimizer.zero_grad()
        nn.functional.cross_entropy(logits, torch.from_numpy(y)).backward()
        optimizer.step()
    fitted = genotype_from_torch(network, torch.zeros(1, 16), timesteps=8, bits=1)
    settings = TrainingSettings(epochs=0, fixed_epochs=8, optimizer="adam", fixed_lr=0.01, batch_size=32)
    found = fitted.train((x, y), settings=settings)
    accuracies = found.accuracies
    assert accuracies.samples == 64
    assert accuracies.module > accuracies.before + 0.2
    assert accuracies.after > accuracies.before + 0.2
    assert [report.evaluation for report in found.history] == ["fixed"] * 8
    rows = torch.utils.data.TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
    loader = torch.utils.data.DataLoader(rows, batch_size=100)
    first, second = (fitted.train(loader, epochs=1, test=(x[:80], y[:80])) for _ in range(2))
    assert first.accuracies == second.accuracies
    for name, tensor in first.genotype.trained.items():
        np.testing.assert_array_equal(tensor, second.genotype.trained[name])
    smaller = prune(fitted.genotype, Scoring("l1"), parse_rates("cell0.node0=0.5")).genotype
    assert smaller.topology.nodes[0].shape == (8, 1, 1)
    with pytest.raises(DataError, match="0 and 1"):
        fitted.train((x / 2, y))
    with pytest.raises(DataError, match=r"\(N, 8, \*\(16, 1, 1\)\)"):
        fitted.train((x[:, :4], y))


def test_measured_statistics_change_no_spikes() -> None:
    """A float phase normalizes by the batch; it begins where the module is once its normalizations know the data."""
    torch.manual_seed(5)
    network = louder(nn.Sequential(nn.Linear(16, 8), hidden(), nn.Linear(8, 8), hidden()), 2.0, 0.1)
    fitted, (x, _) = genotype_from_torch(network, torch.zeros(1, 16), timesteps=8), bars()
    inputs = frames(torch.from_numpy(x[:20]))
    settled_on = measured(fitted.genotype, torch.from_numpy(inputs))
    before, after = (unquantized(found, inputs) for found in (fitted, replace(fitted, genotype=settled_on)))
    for path, spikes in before[0].items():
        np.testing.assert_array_equal(after[0][path], spikes)
    assert (settled_on.trained["cell0.node0.norm.running_mean"] != 0).all()
