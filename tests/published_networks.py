"""Networks as the released codes compute them, written here from their descriptions: random state dicts, and what they spike.

Independent of LiteSNN's model: plain functions over a state dict with the released names, float64.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

State = dict[str, Tensor]
README = """
network_path = [0,0,1,1,1,2,2,2] # default
cell_arch = [[1, 0],
                  [0, 0],
                  [2, 1],
                  [3, 1],
                  [7, 1],
                  [5, 1]]
bits_arch = [0, 2, 1, 1, 1, 1, 0, 2]
"""
"""LitE-SNN's searched architecture, as its README gives it."""
STEPS = {1: 1.596, 2: 0.996, 4: 0.336}
DECAY = 819 / 4096


def _norm(state: State, prefix: str, channels: int, generator: torch.Generator) -> None:
    state[f"{prefix}.weight"] = torch.rand(channels, generator=generator) + 1
    state[f"{prefix}.bias"] = torch.rand(channels, generator=generator) * 0.5
    state[f"{prefix}.running_mean"] = torch.randn(channels, generator=generator) * 0.1
    state[f"{prefix}.running_var"] = torch.rand(channels, generator=generator) * 0.3 + 0.1
    state[f"{prefix}.num_batches_tracked"] = torch.tensor(7)


def dhs_state(
    levels: list[int], edges: list[int], width: int, classes: int, *, scores: bool, bias: bool, seed: int = 0
) -> State:
    """A retrained LitE-SNN (`scores`) or SpikeDHS (`bias`) network of one cell of `edges`, sorted, for three channels."""
    generator = torch.Generator().manual_seed(seed)
    state: State = {}
    nodes = len(edges) // 2

    def conv(prefix: str, out: int, into: int) -> None:
        state[f"{prefix}.conv1.weight"] = torch.randn(out, into, 3, 3, generator=generator) / (3 * into**0.5)
        if scores:
            state[f"{prefix}.conv1.popup_scores"] = torch.randn(out, into, 3, 3, generator=generator)
        if bias:
            state[f"{prefix}.conv1.bias"] = torch.randn(out, generator=generator) * 0.3
        _norm(state, f"{prefix}.bn", out, generator)

    conv("feature.stem0.snn_optimal", width * nodes, 3)
    widths = [width * nodes, width * nodes]
    for cell, level in enumerate(levels):
        out = width * 2**level
        for number, edge in enumerate(edges):
            local = _local(edge)
            into = (widths[-2], widths[-1])[local] if local < 2 else out
            conv(f"feature.cells.{cell}._ops.{number}", out, into)
        widths.append(out * nodes)
    state["classifier.fc1.weight"] = torch.randn(classes, widths[-1], generator=generator)
    state["classifier.fc1.bias"] = torch.randn(classes, generator=generator)
    if scores:
        state["classifier.fc1.popup_scores"] = torch.randn(classes, widths[-1], generator=generator)
    _norm(state, "classifier.bn", classes, generator)
    state["feature.auxiliary_head.conv1.conv1.weight"] = torch.zeros(4, 4, 1, 1)
    return state


def dhs_spikes(
    state: State, levels: list[int], edges: list[int], bits: list[int] | None, keep: float, steps: int, images: Tensor
) -> dict[str, Tensor]:
    """Spikes (T, N, C, H, W) of `stem`, `cell0.node0`, ..., `pool` and mean `logits` (N, classes) of images (N, 3, H, W)."""
    found: dict[str, list[Tensor]] = {}
    membranes: dict[str, Tensor] = {}
    state = {name: tensor.double() for name, tensor in state.items()}
    nodes = len(edges) // 2

    def fire(name: str, current: Tensor) -> Tensor:
        membrane = membranes.get(name, torch.zeros_like(current)) + current
        spikes = (membrane > 0.5).double()
        membranes[name] = membrane * DECAY * (1 - spikes)
        found.setdefault(name, []).append(spikes)
        return spikes

    def conv(prefix: str, signal: Tensor, width: int) -> Tensor:
        weight = _weights(state, f"{prefix}.conv1", width if bits else None, keep)
        return _normed(state, f"{prefix}.bn", F.conv2d(signal, weight, state.get(f"{prefix}.conv1.bias"), padding=1))

    for _ in range(steps):
        before = signal = fire("stem", conv("feature.stem0.snn_optimal", images, 4))
        level = 0
        for cell, next_level in enumerate(levels):
            s1 = signal[:, :, ::2, ::2] if next_level > level else signal
            stride = before.shape[2] // s1.shape[2]
            states = [before[:, :, ::stride, ::stride], s1]
            number = 0
            for node in range(nodes):
                first = sum(2 + j for j in range(node))
                current = torch.zeros(())
                for edge in edges:
                    if first <= edge < first + 2 + node:
                        prefix = f"feature.cells.{cell}._ops.{number}"
                        current = current + conv(prefix, states[edge - first], bits[cell] if bits else 0)
                        number += 1
                states.append(fire(f"cell{cell}.node{node}", current))
            before, signal, level = signal, torch.cat(states[2:], 1), next_level
        pooled = fire("pool", signal.mean((2, 3), keepdim=True))
        weight = _weights(state, "classifier.fc1", 4 if bits else None, keep)
        logits = pooled.flatten(1) @ weight.T
        if not bits:
            logits = logits + state["classifier.fc1.bias"]
        found.setdefault("logits", []).append(_normed(state, "classifier.bn", logits))
    return {
        name: torch.stack(values).mean(0) if name == "logits" else torch.stack(values) for name, values in found.items()
    }


def _local(edge: int) -> int:
    node, first = 0, 0
    while edge >= first + 2 + node:
        first, node = first + 2 + node, node + 1
    return edge - first


def _weights(state: State, prefix: str, bits: int | None, keep: float) -> Tensor:
    weight = state[f"{prefix}.weight"]
    if bits is None:
        return weight
    step = STEPS[bits] * float(weight.float().double().std())
    limit = (2**bits / 2 - 0.5) * step
    quantized = ((torch.round(weight / step + 0.5) - 0.5) * step).clamp(-limit, limit)
    scores = state[f"{prefix}.popup_scores"].abs().flatten()
    mask = torch.ones_like(scores)
    mask[scores.argsort()[: int((1 - keep) * scores.numel())]] = 0
    return quantized * mask.reshape(weight.shape)


def _normed(state: State, prefix: str, current: Tensor) -> Tensor:
    parts = (state[f"{prefix}.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
    mean, variance, weight, bias = parts
    return F.batch_norm(current, mean, variance, weight, bias, eps=1e-5)


def autosnn_state(width: int, classes: int, size: int, seed: int = 0) -> State:
    """A network of SRB_k3 | pool | SCB_k5, skip_connect | pool | skip_connect (wider), SRB_k3 | pool; tau 2 everywhere."""
    generator = torch.Generator().manual_seed(seed)
    state: State = {"spike_neuron_stem.w": torch.zeros(()), "fc.2.w": torch.zeros(())}

    def conv(prefix: str, norm: str, out: int, into: int, kernel: int) -> None:
        deviation = 2 / (kernel * into**0.5)
        state[f"{prefix}.weight"] = torch.randn(out, into, kernel, kernel, generator=generator) * deviation
        _norm(state, norm, out, generator)

    conv("conv_stem.0", "conv_stem.1", width, 3, 3)
    for layer, out, into, kernel in ((0, width, width, 3), (2, 2 * width, width, 5), (6, 4 * width, 4 * width, 3)):
        conv(f"layers.{layer}.conv1", f"layers.{layer}.bn1", out, into, kernel)
        conv(f"layers.{layer}.conv2", f"layers.{layer}.bn2", out, out, kernel)
        state[f"layers.{layer}.spike_neuron_1.w"] = state[f"layers.{layer}.spike_neuron_2.w"] = torch.zeros(())
    conv("layers.5.conv", "layers.5.bn", 4 * width, 2 * width, 1)
    state["layers.5.spike_neuron.w"] = torch.zeros(())
    state["fc.1.weight"] = torch.randn(10 * classes, 4 * width * (size // 8) ** 2, generator=generator)
    return state


AUTOSNN = ["SRB_k3", "max_pool_k2", "SCB_k5", "skip_connect", "max_pool_k2", "skip_connect", "SRB_k3", "max_pool_k2"]


def autosnn_spikes(state: State, steps: int, images: Tensor) -> dict[str, Tensor]:
    """Spikes (T, N, C, H, W) of the populations by the genotype's names, and mean `logits`; weights in floating point."""
    found: dict[str, list[Tensor]] = {}
    membranes: dict[str, Tensor] = {}
    state = {name: tensor.double() for name, tensor in state.items()}

    def fire(name: str, current: Tensor) -> Tensor:
        membrane = membranes.get(name, torch.zeros_like(current))
        membrane = membrane + (current - membrane) / 2
        spikes = (membrane > 1).double()
        membranes[name] = membrane * (1 - spikes)
        found.setdefault(name, []).append(spikes)
        return spikes

    def conv(prefix: str, norm: str, signal: Tensor) -> Tensor:
        weight = state[f"{prefix}.weight"]
        return _normed(state, norm, F.conv2d(signal, weight, padding=weight.shape[2] // 2))

    def block(cell: int, layer: int, signal: Tensor, residual: bool) -> Tensor:
        first = fire(f"cell{cell}.node0", conv(f"layers.{layer}.conv1", f"layers.{layer}.bn1", signal))
        second = conv(f"layers.{layer}.conv2", f"layers.{layer}.bn2", first)
        return fire(f"cell{cell}.node1", second + signal if residual else second)

    for _ in range(steps):
        signal = fire("stem", conv("conv_stem.0", "conv_stem.1", images))
        signal = F.max_pool2d(block(0, 0, signal, True), 2)
        signal = F.max_pool2d(block(1, 2, signal, False), 2)
        signal = fire("cell2.node0", conv("layers.5.conv", "layers.5.bn", signal))
        signal = F.max_pool2d(block(3, 6, signal, True), 2)
        votes = fire("cell4.node0", (signal.flatten(1) @ state["fc.1.weight"].T)[:, :, None, None])
        found.setdefault("logits", []).append(votes.reshape(len(images), -1, 10).mean(2))
    return {
        name: torch.stack(values).mean(0) if name == "logits" else torch.stack(values) for name, values in found.items()
    }
