"""PyTorch's own layers as operations: the members of their NIR node, with 1-d maps as 2-d maps of height 1.

SpikingJelly's layers of the same names compute the same over one more axis for time, and are taken as these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from litesnn.compiler.frontends.real.nodes import Shape
from litesnn.jobs.from_torch.neurons.reading import Refused, floats
from litesnn.jobs.from_torch.neurons.table import framework_of

Members = dict[str, Any]
Pair = tuple[int, int]


def layer_members(module: Any, arriving: Shape, sent: Shape) -> Members | None:
    """The members of a layer's NIR node, given what arrives and what it sends; None where it hands on the same values in the same order.

    Raises
    ------
    Refused
        For settings that the chip's layers do not have.
    """
    return LAYERS[type(module).__name__](module, arriving, sent)


def is_layer(module: nn.Module) -> bool:
    """Whether a module is a layer of the table."""
    kind = type(module)
    if kind.__name__ not in LAYERS:
        return False
    if kind.__name__ == "SumPool2d":
        return framework_of(kind) == "sinabs"
    of_spikingjelly = kind.__module__.startswith("spikingjelly.activation_based.layer")
    return kind.__module__.startswith("torch.nn.modules") or of_spikingjelly


def check_leading(module: Any, axes: int) -> None:
    """Refuse a layer of maps that time and batch reach as two axes, unless it is one of SpikingJelly's for all steps at once.

    Raises
    ------
    Refused
        With the ways to give both as one axis.
    """
    if axes > 1 and type(module).__name__ in PER_STEP and getattr(module, "step_mode", "s") != "m":
        raise Refused(
            "receives batch and time as two axes, of which it takes the second for channels; allowed: one axis, as SpikingJelly's "
            "layers of step mode 'm' and SeqToANNContainer, norse's Lift and sinabs's squeezed layers have it"
        )


def known_layers() -> str:
    """All of them, for messages."""
    return ", ".join(LAYERS)


def affine(weight: Any, bias: Any) -> Members:
    """A dense layer."""
    members: Members = {"type": "Linear", "weight": floats(weight)}
    return members if bias is None else {**members, "type": "Affine", "bias": floats(bias)}


def average(kernel: Pair, stride: Pair, padding: Pair, kind: str = "AvgPool2d") -> Members:
    """A pooling layer."""
    sides = {"kernel_size": kernel, "stride": stride, "padding": padding}
    return {"type": kind, **{key: np.array(value) for key, value in sides.items()}}


def _linear(module: Any, arriving: Shape, sent: Shape) -> Members:
    if len(arriving) != 1:
        raise Refused(
            f"receives {arriving} and multiplies its last axis alone; allowed: one axis, so flatten before it"
        )
    return affine(module.weight, module.bias)


def _convolution(module: Any, arriving: Shape, sent: Shape) -> Members:
    if module.padding_mode != "zeros":
        raise Refused(f"padding_mode is '{module.padding_mode}'; allowed: zeros")
    flat, weight = module.weight.dim() == 3, floats(module.weight)
    members: Members = {
        "type": "Conv2d",
        "weight": weight[:, :, None] if flat else weight,
        "stride": np.array(_pair(module.stride, flat, 1)),
        "dilation": np.array(_pair(module.dilation, flat, 1)),
        "groups": np.array(module.groups),
    }
    padding = module.padding
    members["padding"] = padding if isinstance(padding, str) else np.array(_pair(padding, flat, 0))
    return members if module.bias is None else {**members, "bias": floats(module.bias)}


def _average_pool(module: Any, arriving: Shape, sent: Shape) -> Members:
    flat = isinstance(module, nn.AvgPool1d)
    if module.ceil_mode or getattr(module, "divisor_override", None):
        raise Refused("ceil_mode or divisor_override; allowed: whole windows, divided by their size")
    padding = _pair(module.padding, flat, 0)
    if any(padding) and not module.count_include_pad:
        raise Refused("count_include_pad=False with padding; allowed: count_include_pad=True, or no padding")
    return average(_pair(module.kernel_size, flat, 1), _pair(module.stride, flat, 1), padding)


def _max_pool(module: Any, arriving: Shape, sent: Shape) -> Members:
    if module.ceil_mode or module.return_indices or _pair(module.dilation, False, 1) != (1, 1):
        raise Refused("ceil_mode, dilation or return_indices; allowed: plain maxima")
    stride = _pair(module.stride, False, 1)
    return average(_pair(module.kernel_size, False, 1), stride, _pair(module.padding, False, 0), "MaxPool2d")


def _sum_pool(module: Any, arriving: Shape, sent: Shape) -> Members:
    kernel = _pair(module.kernel_size, False, 1)
    stride = kernel if module.stride is None else _pair(module.stride, False, 1)
    return average(kernel, stride, (0, 0), "SumPool2d")


def _adaptive_pool(module: Any, arriving: Shape, sent: Shape) -> Members:
    sides = list(zip(arriving[1:], sent[1:], strict=True))
    if any(side % out for side, out in sides):
        raise Refused(f"pools {arriving} to {sent} in windows of different sizes; allowed: sizes that divide")
    windows = (1, *(side // out for side, out in sides))[-2:]
    kernel = (windows[0], windows[1])
    return average(kernel, kernel, (0, 0))


def _normalization(module: Any, arriving: Shape, sent: Shape) -> Members:
    if module.training or module.running_mean is None:
        raise Refused("normalizes by the batch; allowed: its running statistics, so call .eval() on the module first")
    factor, offset = folded(module)
    if len(arriving) == 1:
        return {"type": "Affine", "weight": np.diag(factor), "bias": offset}
    weight = factor[:, None, None, None]
    return {"type": "Conv2d", "weight": weight, "bias": offset, "groups": np.array(len(factor)), **_plain()}


def _plain() -> Members:
    return {"stride": np.array((1, 1)), "dilation": np.array((1, 1)), "padding": np.array((0, 0))}


def folded(module: Any) -> tuple[Any, Any]:
    """Factor and offset per channel of a normalization by its running statistics."""
    factor = 1 / np.sqrt(floats(module.running_var) + module.eps)
    if module.weight is not None:
        factor = factor * floats(module.weight)
    offset = -floats(module.running_mean) * factor
    return factor, offset if module.bias is None else offset + floats(module.bias)


def fold(module: Any, before: Mapping[str, Any]) -> Members:
    """The members of a weighted layer with the normalization after it."""
    factor, offset = folded(module)
    bias = before.get("bias", 0.0) * factor + offset
    weight = before["weight"] * factor.reshape(-1, *(1,) * (before["weight"].ndim - 1))
    kind = "Conv2d" if before["type"] == "Conv2d" else "Affine"
    return {**before, "type": kind, "weight": weight, "bias": bias}


def _same(module: Any, arriving: Shape, sent: Shape) -> None:
    if module.training and getattr(module, "p", 0) and not isinstance(module, nn.Identity):
        raise Refused("drops at random while training; call .eval() on the module first")


def _order(module: Any, arriving: Shape, sent: Shape) -> None:
    """Reshaping layers: nothing is computed."""


def _pair(value: Any, flat: bool, beside: int) -> Pair:
    """(height, width); of a 1-d layer, `beside` for the height of 1."""
    sides = tuple(value) if isinstance(value, (tuple, list, torch.Size)) else (value,)
    if flat:
        return beside, int(sides[0])
    return int(sides[0]), int(sides[-1])


LAYERS: Mapping[str, Callable[[Any, Shape, Shape], Members | None]] = {
    "Linear": _linear,
    "Conv1d": _convolution,
    "Conv2d": _convolution,
    "AvgPool1d": _average_pool,
    "AvgPool2d": _average_pool,
    "AdaptiveAvgPool1d": _adaptive_pool,
    "AdaptiveAvgPool2d": _adaptive_pool,
    "SumPool2d": _sum_pool,
    "MaxPool2d": _max_pool,
    "BatchNorm1d": _normalization,
    "BatchNorm2d": _normalization,
    "Flatten": _order,
    "Unflatten": _order,
    "Identity": _same,
    "Dropout": _same,
    "Dropout1d": _same,
    "Dropout2d": _same,
}
PER_STEP = tuple(name for name in LAYERS if name.startswith(("Conv", "Avg", "Adaptive", "Sum", "Max", "Batch")))
"""Layers that take one leading axis, whatever its size: with time before or behind the batch they would compute over time."""
NORMALIZATIONS = ("BatchNorm1d", "BatchNorm2d")
