"""A module's own spikes beside those of the network that is read from it, for tests of `from_torch`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from litesnn.jobs.from_torch.genotype import Fitted, genotype_from_torch
from litesnn.jobs.from_torch.read import read_module
from litesnn.search.model.compression import Compression
from litesnn.search.model.spiking_model import SpikingModel

STEPS, SAMPLES = 20, 4


def raster(*shape: int, rate: float = 0.4) -> torch.Tensor:
    """Spikes (N, T, *shape)."""
    return (torch.rand(SAMPLES, STEPS, *shape) < rate).float()


def louder(network: torch.nn.Module, gain: float = 2.5, offset: float = 0.03) -> torch.nn.Module:
    """The same network with weights that make its neurons spike."""
    with torch.no_grad():
        for values in network.parameters():
            if values.dim() > 1:
                values.mul_(gain).add_(offset)
    return network


def on_grid(network: torch.nn.Module, high: int = 3) -> torch.nn.Module:
    """The same network with weights that are eighths up to `high` / 8, which 8 bits hold exactly."""
    with torch.no_grad():
        for values in network.parameters():
            if values.dim() > 1:
                values.copy_(torch.randint(-high, high + 2, values.shape) / 8)
                values.view(-1)[0] = 127 / 8
    return network


def step_by_step(network: torch.nn.Module, spikes: torch.Tensor, out: Callable[[Any], torch.Tensor]) -> np.ndarray:
    """What a module of one step per call sends, (N, T, ...)."""
    with torch.no_grad():
        return np.stack([out(network(spikes[:, t])).numpy().copy() for t in range(spikes.shape[1])], 1)


def recorded(network: torch.nn.Module, names: Sequence[str], run: Callable[[], Any]) -> dict[str, np.ndarray]:
    """What neuron modules sent in the calls of a run, one step each, (N, T, ...)."""
    kept: dict[str, list[np.ndarray]] = {name: [] for name in names}

    def hook(name: str) -> Callable[..., None]:
        return lambda _, __, out: kept[name].append((out[0] if isinstance(out, tuple) else out).detach().numpy().copy())

    handles = [network.get_submodule(name).register_forward_hook(hook(name)) for name in names]
    with torch.no_grad():
        run()
    for handle in handles:
        handle.remove()
    return {name: np.stack(values, 1) for name, values in kept.items()}


def frames(spikes: torch.Tensor) -> np.ndarray:
    """Spikes (N, T, ...) as the simulator takes them, (N, T, C, H, W); maps of one dimension have height 1."""
    sides = tuple(spikes.shape[2:])
    sides = (sides[0], 1, sides[1]) if len(sides) == 2 else (*sides, 1, 1)[:3]
    return spikes.reshape(*spikes.shape[:2], *sides).numpy().astype(np.int16)


def assert_same(
    network: torch.nn.Module, example: Any, spikes: torch.Tensor, expected: dict[str, np.ndarray], **given: Any
) -> Any:
    """The float run of what `from_torch` reads sends what the module sent, layer by layer; the reading.

    `spikes` and `expected` are (N, T, ...). Membranes are compared to float32's rounding.
    """
    reading = read_module(network, example, timesteps=spikes.shape[1], **given)
    inputs = frames(spikes)
    found = reading.float_network.run(inputs, spikes.shape[1]).sent
    for name, values in expected.items():
        assert np.abs(values).sum() > 20, name
        flat = found[name].reshape(values.shape)
        if reading.graph.spikes(name):
            np.testing.assert_array_equal(flat, values, err_msg=name)
        else:
            np.testing.assert_allclose(flat, values, rtol=1e-4, atol=1e-4, err_msg=name)
    return reading


def unquantized(fitted: Fitted, inputs: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """What a genotype's network sends without quantization, (N, T, C, H, W) by the module's paths, and its readout."""
    model = SpikingModel.from_genotype(fitted.genotype)
    model.compress(Compression(pruning=False, learning_masks=False, quantizing=False))
    sent: dict[str, np.ndarray] = {}
    with torch.no_grad():
        readout = model.run(torch.from_numpy(inputs), lambda name, s, _: sent.update({name: s.transpose(0, 1).numpy()}))
    return {path: sent[name] for path, name in fitted.populations.items()}, readout.numpy()


def assert_fits(
    network: torch.nn.Module, example: Any, inputs: np.ndarray, expected: dict[str, np.ndarray], **given: Any
) -> tuple[Fitted, np.ndarray]:
    """The genotype of a module sends what the module sent, in every population that is expected; it, and its readout."""
    fitted = genotype_from_torch(network, example, **given)
    found, readout = unquantized(fitted, inputs)
    for path, values in expected.items():
        assert 20 < np.abs(values).sum() < 0.95 * values.size, path
        np.testing.assert_array_equal(found[path].reshape(values.shape), values, err_msg=path)
    return fitted, readout
