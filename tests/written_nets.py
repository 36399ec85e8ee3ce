"""Small .net files as SLAYER writes them, Intel's own networks of the lava-dl wheel, and what SLAYER itself computes."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from litesnn.compiler.frontends.net.read import read_net
from litesnn.compiler.graph import Graph
from litesnn.compiler.profile import load_profile

LOIHI2 = load_profile("loihi2")
CUBA = {"type": "CUBA", "iDecay": 1024, "vDecay": 512, "vThMant": 40, "refDelay": 1, "gradedSpike": False}
INSTANT = {**CUBA, "iDecay": 4096}
SDNN = {"type": "SDNN", "activation": "relu", "vThMant": 2}


def layer(kind: str, **entries: Any) -> dict[str, Any]:
    """A layer's entries by path below `layer/N`; a dict is a group."""
    return {"type": kind, **entries}


def dense(weight: Any, neuron: dict[str, Any] | None = CUBA, kind: str = "dense", **entries: Any) -> dict[str, Any]:
    weight = np.asarray(weight)
    neurons = {} if neuron is None else {"neuron": neuron}
    return layer(kind, shape=np.array([weight.shape[0]]), weight=weight.astype(np.float32), **neurons, **entries)


def conv(weight: Any, shape: tuple[int, int, int], neuron: dict[str, Any] = CUBA, **entries: Any) -> dict[str, Any]:
    return layer("conv", shape=np.array(shape), weight=np.asarray(weight, np.float32), neuron=neuron, **entries)


def write_net(path: Path, layers: list[dict[str, Any]], timesteps: int | None = 8, **more: Any) -> Path:
    """Write a file of layers, and further datasets by path."""
    with h5py.File(path, "w") as file:
        for index, entries in enumerate(layers):
            _write(file.require_group(f"layer/{index}"), entries)
        if timesteps is not None:
            file["simulation/Ts"], file["simulation/tSample"] = 1, timesteps
        for name, value in more.items():
            file[name] = value
    return path


def _write(group: Any, entries: dict[str, Any]) -> None:
    for name, value in entries.items():
        if isinstance(value, dict):
            _write(group.require_group(name), value)
        elif name == "type" and group.name.count("/") == 2:
            group.create_dataset("type", (1,), "S10", [value.encode()])
        else:
            group[name] = value


def compiled(path: Path, **options: Any) -> Graph:
    return read_net(path, **options).pipeline(LOIHI2).run()


def random_spikes(shape: tuple[int, ...], seed: int = 0, rate: float = 0.4) -> np.ndarray:
    return (np.random.default_rng(seed).random(shape) < rate).astype(np.int16)


def intel(name: str) -> Path:
    """A file among netx's tests in the lava-dl wheel; skips where the wheel is not installed."""
    try:
        found = [file for file in files("lava-dl") or () if str(file).endswith(f"dl/netx/{name}")]
    except PackageNotFoundError:
        found = []
    if not found:
        pytest.skip(f"lava-dl, which ships {name}, is not installed")
    return Path(str(found[0].locate()))


def intel_array(name: str) -> np.ndarray:
    return np.asarray(np.load(intel(name), allow_pickle=False))


def from_whc(values: np.ndarray) -> np.ndarray:
    """netx's (W, H, C) or (W, H, C, T) as ours: (C, H, W) or (T, C, H, W)."""
    return np.moveaxis(values, -1, 0).transpose(0, 3, 2, 1) if values.ndim == 4 else values.transpose(2, 1, 0)
