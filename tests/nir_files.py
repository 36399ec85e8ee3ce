"""NIR files made by hand: trees of nodes written as HDF5, and random networks whose integers the chip holds exactly."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np

EXACT = np.float64


def write_tree(path: Path, tree: dict[str, Any]) -> Path:
    """Write nested dicts, arrays and texts as `nir` does."""

    def fill(group: h5py.Group, members: dict[str, Any]) -> None:
        for name, value in members.items():
            if isinstance(value, dict):
                fill(group.create_group(name), value)
            elif isinstance(value, h5py.Empty):
                group.create_dataset(name, data=value)
            elif isinstance(value, str) or np.asarray(value).dtype.kind == "O":
                group.create_dataset(name, data=value, dtype=h5py.string_dtype())
            else:
                group.create_dataset(name, data=value)

    with h5py.File(path, "w") as file:
        fill(file, tree)
    return path


def nir_tree(
    nodes: dict[str, dict[str, Any]], edges: list[tuple[str, str]], metadata: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The tree of a graph of nodes."""
    graph = {"type": "NIRGraph", "nodes": nodes, "edges": np.array(edges, object).reshape(-1, 2)}
    return {"version": "1.0.8", "node": graph if metadata is None else {**graph, "metadata": metadata}}


def write_nir(path: Path, nodes: dict[str, dict[str, Any]], edges: list[tuple[str, str]], **metadata: Any) -> Path:
    """A `.nir` file of nodes and edges."""
    return write_tree(path, nir_tree(nodes, edges, metadata or None))


def chain(nodes: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """Edges from each node to the next."""
    return list(pairwise(nodes))


def port(kind: str, *shape: int) -> dict[str, Any]:
    return {"type": kind, "shape": np.array(shape)}


def linear(weight: Any, bias: Any = None) -> dict[str, Any]:
    node = {"type": "Linear" if bias is None else "Affine", "weight": np.asarray(weight, EXACT)}
    return node if bias is None else {**node, "bias": np.asarray(bias, EXACT)}


def if_node(shape: Any, threshold: Any = 1.5, r: float = 1.0) -> dict[str, Any]:
    return {
        "type": "IF",
        "r": np.full(shape, r),
        "v_threshold": np.zeros(shape) + threshold,
        "v_reset": np.zeros(shape),
    }


def lif_node(shape: Any, decay: float = 0.5, threshold: Any = 1.5, dt: float = 1e-4, **more: Any) -> dict[str, Any]:
    """A LIF as snnTorch writes it: r = tau / dt."""
    tau = dt / (1 - decay)
    fields = {"tau": np.full(shape, tau), "r": np.full(shape, tau / dt), "v_leak": np.zeros(shape)}
    return {"type": "LIF", **fields, "v_threshold": np.zeros(shape) + threshold, "v_reset": np.zeros(shape), **more}


def conv(rng: np.random.Generator, channels: int, shape: tuple[int, int, int]) -> dict[str, Any]:
    """A random convolution that fits a map: groups, strides, dilations and paddings of every kind."""
    kernel = [int(rng.integers(1, min(3, side) + 1)) for side in shape[1:]]
    groups = int(rng.choice([g for g in (1, 2, shape[0]) if shape[0] % g == 0]))
    out = channels * groups
    dilation = [
        int(rng.integers(1, 3)) if k > 1 and 2 * (k - 1) < side else 1
        for k, side in zip(kernel, shape[1:], strict=True)
    ]
    same = rng.random() < 0.25
    padding = "same" if same else np.array(rng.integers(0, 3, 2)) if rng.random() < 0.5 else int(rng.integers(0, 2))
    node: dict[str, Any] = {
        "type": "Conv2d",
        "weight": rng.integers(-3, 4, (out, shape[0] // groups, *kernel)).astype(EXACT),
        "bias": rng.integers(-1, 2, out).astype(EXACT) if rng.random() < 0.5 else np.zeros(out),
        "stride": np.array([1, 1]) if same else rng.integers(1, 3, 2),
        "padding": padding if isinstance(padding, str) else np.array(padding),
        "dilation": np.array(dilation),
        "groups": np.array(groups),
    }
    return node


def pool(rng: np.random.Generator, shape: tuple[int, int, int]) -> dict[str, Any]:
    """A random pool that fits a map; averages over windows of powers of two, so that codes stay exact."""
    average = rng.random() < 0.5
    kernel = [int(rng.choice([k for k in (1, 2, *(() if average else (3,))) if k <= side])) for side in shape[1:]]
    stride = kernel if rng.random() < 0.6 else [int(rng.integers(1, 3)) for _ in kernel]
    padding = [int(rng.integers(0, k // 2 + 1)) for k in kernel]
    kind = "AvgPool2d" if average else "SumPool2d"
    return {"type": kind, "kernel_size": np.array(kernel), "stride": np.array(stride), "padding": np.array(padding)}
