"""A network in plain numpy loops, one sample and one time step after the other, written from `docs/numbers.md` for the tests.

Shares nothing with `litesnn.search` but the genotype package; slow and obvious on purpose.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from litesnn.base.errors import RegisterError
from litesnn.compiler.genotype import EdgePlan, LoadedGenotype


def codes_of(loaded: LoadedGenotype, edge: EdgePlan) -> np.ndarray:
    """Integer codes (C_out, C_in, k, k) or (C_out, in) by the formula, or the constant kernels."""
    if edge.weighted:
        weight = loaded.trained[f"{edge.name}.weight"].astype(np.float64)
        top = 2**edge.bits - 1
        step = steps_of(loaded, edge).reshape(-1, *[1] * (weight.ndim - 1))
        if loaded.spec.quantizer is None or loaded.spec.quantizer.method == "lite":
            codes = np.clip(2 * np.rint(weight / step + 0.5) - 1, -top, top)
        else:
            ratio = weight.astype(np.float32) / step.astype(np.float32)
            levels = np.arange(1, top + 1, 2)  # a code belongs to the ratios up to the middle between it and the next
            magnitude = levels[np.minimum(np.searchsorted((levels + 1) / 2, np.abs(ratio)), len(levels) - 1)]
            codes = np.where(ratio < 0, -magnitude, magnitude)
        return (codes * loaded.trained[f"{edge.name}.mask"]).astype(np.int64)
    kernel = np.zeros((edge.out_shape[0], edge.in_shape[0], edge.kernel, edge.kernel), np.int64)
    before = (edge.out_shape[0] - edge.in_shape[0]) // 2
    for c in range(edge.in_shape[0]):
        kernel[c + before, c] = 1
    return kernel


def steps_of(loaded: LoadedGenotype, edge: EdgePlan) -> np.ndarray:
    """Steps (C_out,), all of them the same where the quantizer has one step per tensor."""
    stored = loaded.trained.get(f"{edge.name}.step")
    return np.full(edge.out_shape[0], edge.step) if stored is None else stored


def window_sum(edge: EdgePlan, weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    """One map (C, H, W) through a window of weights, output pixel by output pixel."""
    if edge.op == "dense":
        return (weights @ x.reshape(-1)).reshape(-1, 1, 1)
    padded = np.pad(x, ((0, 0), (edge.padding,) * 2, (edge.padding,) * 2))
    out = np.zeros(edge.out_shape, np.result_type(weights, x))
    if edge.op == "depthwise3x3":
        own = np.eye(len(weights), dtype=weights.dtype)[:, :, None, None]
        weights = weights * own  # each channel reads itself alone
    for row in range(edge.out_shape[1]):
        for column in range(edge.out_shape[2]):
            for i in range(edge.kernel):
                for j in range(edge.kernel):
                    pixel = padded[:, row * edge.stride + i * edge.dilation, column * edge.stride + j * edge.dilation]
                    out[:, row, column] += weights[:, :, i, j] @ pixel
    return out


def taps(window: tuple[int, int, int], x: np.ndarray) -> np.ndarray:
    """Spikes under each position of a window (kernel, stride, padding)."""
    size, stride, padding = window
    padded = np.pad(x, ((0, 0), (padding,) * 2, (padding,) * 2))
    rows, columns = ((n - size) // stride + 1 for n in padded.shape[1:])
    out = np.zeros((x.shape[0], rows, columns), np.int64)
    for r in range(rows):
        for c in range(columns):
            out[:, r, c] = padded[:, r * stride : r * stride + size, c * stride : c * stride + size].sum((1, 2))
    return out


def threshold_and_bias(threshold: float, unit: float, offset: float, reset: str | None = None) -> tuple[int, int, int]:
    """Threshold in membrane units, mantissa and exponent of the bias."""
    if reset in (None, "zero"):
        above = 64 * int(np.clip(np.rint(threshold / unit), 0, 2**17 - 1))
    else:
        above = int(np.clip(np.rint(64 * (threshold / unit)), 0, 2**23 - 1))
    b = 64 * offset / unit
    exponents = [x for x in range(8) if abs(np.rint(b / 2**x)) <= 4095]
    exponent = exponents[0] if exponents else 7
    return above, int(np.clip(np.rint(b / 2**exponent), -4095, 4095)), exponent


def affine(loaded: LoadedGenotype, owner: str, channel: int) -> tuple[float, float]:
    weight, bias, mean, var = (
        float(loaded.trained[f"{owner}.norm.{part}"][channel])
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    gain = weight / np.sqrt(var + loaded.spec.norm_eps)
    return gain, bias - mean * gain


def code_values(loaded: LoadedGenotype, edges: tuple[EdgePlan, ...]) -> list[np.ndarray]:
    """Value of code 1 per channel, (C_out,), of each edge."""
    scale = loaded.spec.input.scale if loaded.spec.input.encoding == "direct" else 1.0
    return [steps_of(loaded, edge) / 2 * (scale if edge.reads_input else 1.0) for edge in edges]


def integers_of_channel(loaded: LoadedGenotype, node: Any, channel: int) -> tuple[list[int], tuple[int, int, int]]:
    """Multiplier per edge, and (threshold, bias_mant, bias_exp), of one channel."""
    h = [values[channel] for values in code_values(loaded, node.edges)]
    exp, spec = node.membrane_exp, loaded.spec
    if spec.norm == "node":
        gain, offset = affine(loaded, node.name, channel)
        unit = (abs(gain) if gain != 0 else 1.0) * (min(h) * 2.0**-exp)
        multipliers = [int(np.sign(gain)) * 2 ** (round(np.log2(value / min(h))) + exp) for value in h]
        return multipliers, threshold_and_bias(spec.neuron.threshold, unit, offset, spec.neuron.reset)
    pairs = [affine(loaded, edge.name, channel) if edge.weighted else (1.0, 0.0) for edge in node.edges]
    offset = sum(pair[1] for pair in pairs)
    r = [pair[0] * value for pair, value in zip(pairs, h, strict=True)]
    largest = max(abs(value) for value in r)
    if largest == 0:
        return [0] * len(r), threshold_and_bias(spec.neuron.threshold, max(h) * 2.0**-exp, offset, spec.neuron.reset)
    x, p = [value / largest for value in r], spec.multiplier_max
    q = next(q for q in range(1, p + 1) if all(abs(v * q - np.rint(v * q)) <= q / (2 * p) for v in x))
    multipliers = [int(np.rint(value * q)) * 2**exp for value in x]
    return multipliers, threshold_and_bias(spec.neuron.threshold, (largest / q) * 2.0**-exp, offset, spec.neuron.reset)


def wrapped(current: np.ndarray) -> np.ndarray:
    """Lava's register of the current: beyond 2^23 it comes back from the other side, once."""
    back = np.where(current > 2**23, current - 2**24, np.where(current <= -(2**23), current + 2**24, current))
    if (np.abs(back) > 2**23).any():
        raise RegisterError(f"{np.abs(current).max()}")
    return back


class PlainNetwork:
    """Runs one sample at a time in `fixed`; `spikes[name]` and `membranes[name]` become lists over time."""

    def __init__(self, loaded: LoadedGenotype) -> None:
        self.loaded = loaded
        self.spec = loaded.spec
        self.codes = {edge.name: codes_of(loaded, edge) for edge in loaded.topology.edges()}
        self.channels = {
            node.name: [integers_of_channel(loaded, node, c) for c in range(node.shape[0])]
            for node in loaded.topology.nodes
        }

    def run(self, x: np.ndarray) -> np.ndarray:
        """One sample (C, H, W), or (T, C, H, W) spikes; returns the readout's membrane (classes,)."""
        self.spikes: dict[str, list[np.ndarray]] = {}
        self.membranes: dict[str, list[np.ndarray]] = {}
        self.rest: dict[str, np.ndarray] = {}
        self.due: dict[str, np.ndarray] = {}
        self.before = {node.name: np.zeros(node.shape, np.int64) for node in self.loaded.topology.nodes}
        total: Any = 0
        for t in range(self.spec.timesteps):
            signals = {"input": (x if self.spec.input.encoding == "direct" else x[t]).astype(np.int64)}
            for node in self.loaded.topology.nodes:
                signals[node.name] = self.node(node, signals)
            if self.loaded.topology.pool is not None:
                signals["pool"] = self.pool(signals)
            total = np.clip(total + self.readout(signals), 1 - 2**23, 2**23 - 1)
            total = np.where(total > 64 * (2**17 - 1), 0, total)
            self.log_feedback_maxima(signals)
            self.before = signals
        return total

    def node(self, node: Any, signals: dict[str, np.ndarray]) -> np.ndarray:
        sums = [window_sum(edge, self.codes[edge.name], self.source(edge, signals)) for edge in node.edges]
        a, bias, above = (np.zeros(node.shape, np.int64) for _ in range(3))
        for c, (multipliers, (threshold, mantissa, exponent)) in enumerate(self.channels[node.name]):
            a[c] = sum(m * s[c] for m, s in zip(multipliers, sums, strict=True))
            bias[c], above[c] = mantissa * 2**exponent, threshold
        return self.fire(node.name, a, bias, above)

    def source(self, edge: EdgePlan, signals: dict[str, np.ndarray]) -> np.ndarray:
        if edge.distance:
            last = [self.before[name] for name in edge.sources]
            return np.concatenate(
                [(taps(edge.max_window, part) > 0).astype(np.int64) if edge.max_window else part for part in last]
            )
        parts = [signals[name] for name in edge.sources]
        if edge.max_window is not None:
            counts = [taps(edge.max_window, part) for part in parts]
            for i, count in enumerate(counts):
                name = f"{edge.name}.max" + (str(i) if len(counts) > 1 else "")
                self.log(name, (count > 0).astype(np.int64), 64 * count)
            parts = [(count > 0).astype(np.int64) for count in counts]
        return np.concatenate(parts)

    def log_feedback_maxima(self, signals: dict[str, np.ndarray]) -> None:
        """A maximum belongs to the step of its source's spikes; only what it says arrives a step later."""
        for node in self.loaded.topology.nodes:
            for edge in node.edges:
                if edge.distance and edge.max_window is not None:
                    count = taps(edge.max_window, signals[edge.sources[0]])
                    self.log(f"{edge.name}.max", (count > 0).astype(np.int64), 64 * count)

    def fire(self, name: str, a: np.ndarray, bias: np.ndarray, above: np.ndarray) -> np.ndarray:
        rest = self.rest.get(name, np.zeros_like(a))
        v = np.sign(rest) * ((np.abs(rest) * self.spec.neuron.decay_mantissa) >> 12) + wrapped(64 * a) + bias
        v = np.clip(v - self.due.get(name, 0), 1 - 2**23, 2**23 - 1)
        spikes = (v > above).astype(np.int64)
        self.reset(name, v, spikes, above)
        self.log(name, spikes, v)
        return spikes

    def reset(self, name: str, v: np.ndarray, spikes: np.ndarray, threshold: np.ndarray | float) -> None:
        """What spikes do to membranes: now, or in the next update."""
        now = {"subtract": v - threshold, "subtract_next": v}.get(self.spec.neuron.reset or "zero", 0 * v)
        self.rest[name] = np.where(spikes == 1, now, v)
        if self.spec.neuron.reset == "subtract_next":
            self.due[name] = spikes * threshold

    def pool(self, signals: dict[str, np.ndarray]) -> np.ndarray:
        plan = self.loaded.topology.pool
        assert plan is not None
        maps = np.concatenate([signals[name] for name in plan.sources])
        unit = 2.0**-plan.membrane_exp / (maps.shape[1] * maps.shape[2])
        real = self.spec.head.threshold or self.spec.neuron.threshold
        above, _, _ = threshold_and_bias(real, unit, 0.0, self.spec.neuron.reset)
        a = 2**plan.membrane_exp * maps.sum((1, 2)).reshape(-1, 1, 1)
        return self.fire("pool", a, np.zeros_like(a), np.full_like(a, above))

    def readout(self, signals: dict[str, np.ndarray]) -> np.ndarray:
        edge = self.loaded.topology.readout
        biases = self.loaded.trained.get("readout.bias", np.zeros(self.spec.head.classes)).astype(np.float64)
        rounded = [threshold_and_bias(0.0, edge.step / 2, b) for b in biases]
        flat = np.concatenate([signals[name] for name in edge.sources]).reshape(-1)
        return wrapped(64 * (self.codes[edge.name] @ flat)) + np.array(
            [mantissa * 2**exponent for _, mantissa, exponent in rounded]
        )

    def log(self, name: str, spikes: np.ndarray, membranes: np.ndarray) -> None:
        self.spikes.setdefault(name, []).append(spikes)
        self.membranes.setdefault(name, []).append(membranes)


class PlainFloatNetwork(PlainNetwork):
    """The same walk in floating point (float64): quantized weights, normalization, membranes with the rounded decay."""

    def node(self, node: Any, signals: dict[str, np.ndarray]) -> np.ndarray:
        current = np.zeros(node.shape)
        values = code_values(self.loaded, node.edges)
        for edge, h in zip(node.edges, values, strict=True):
            part = h[:, None, None] * window_sum(edge, self.codes[edge.name], self.source(edge, signals))
            if self.spec.norm == "edge" and edge.weighted:
                part = self.normalize(edge.name, part)
            current += part
        if self.spec.norm == "node":
            current = self.normalize(node.name, current)
        return self.fire_float(node.name, current)

    def normalize(self, owner: str, x: np.ndarray) -> np.ndarray:
        pairs = [affine(self.loaded, owner, c) for c in range(x.shape[0])]
        return np.stack([gain * channel + offset for (gain, offset), channel in zip(pairs, x, strict=True)])

    def fire_float(self, name: str, current: np.ndarray, threshold: float | None = None) -> np.ndarray:
        u = self.rest.get(name, np.zeros_like(current)) * (self.spec.neuron.decay_mantissa / 4096) + current
        above = threshold or self.spec.neuron.threshold
        u = u - self.due.get(name, 0)
        spikes = (u > above).astype(np.int64)
        self.reset(name, u, spikes, above)
        self.log(name, spikes, u)
        return spikes

    def pool(self, signals: dict[str, np.ndarray]) -> np.ndarray:
        plan = self.loaded.topology.pool
        assert plan is not None
        maps = np.concatenate([signals[name] for name in plan.sources])
        return self.fire_float("pool", maps.mean((1, 2)).reshape(-1, 1, 1), self.spec.head.threshold)

    def readout(self, signals: dict[str, np.ndarray]) -> np.ndarray:
        edge = self.loaded.topology.readout
        flat = np.concatenate([signals[name] for name in edge.sources]).reshape(-1)
        bias = self.loaded.trained.get("readout.bias", np.zeros(self.spec.head.classes))
        return edge.step / 2 * (self.codes[edge.name] @ flat) + bias
