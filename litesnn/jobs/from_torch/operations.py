"""Functions and methods of tensors that a forward may call, by name: what each makes of the meanings of its arguments.

Everything here is linear, a maximum, or leaves the values as they are; what is not in the table is refused where its result is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from litesnn.compiler.frontends.real.nodes import Shape
from litesnn.jobs.from_torch.layers import layer_members
from litesnn.jobs.from_torch.neurons.reading import Floats, Refused, floats
from litesnn.jobs.from_torch.signals import Recorded, Signal, signals_in
from litesnn.jobs.from_torch.terms import Given, Operation, Total, Zeros


@dataclass(frozen=True)
class Call:
    """A call: its arguments' meanings, the value that the example gives, and the module input's leading sides and time axis."""

    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    value: Any
    whole: Shape
    time_axis: int | None

    def argument(self, position: int, name: str, default: Any = None) -> Any:
        """By position or name."""
        return self.args[position] if len(self.args) > position else self.kwargs.get(name, default)

    @property
    def signal(self) -> Signal:
        """The first argument, where it is one signal."""
        first = self.args[0] if self.args else None
        if isinstance(first, Signal):
            return first
        raise Refused("its first argument is nothing that the module's input or neurons sent")


def operate(call: Call) -> Any:
    """The meaning of a call's result.

    Raises
    ------
    Refused
        For functions that are not in the table, and arguments that they cannot take.
    """
    if any(isinstance(value, Recorded) for value in call.args) and call.name not in AFTER:
        raise Refused("computes with what was gathered over time; allowed: sums, means and constant factors of it")
    if call.name not in OPERATIONS:
        raise Refused(f"this function is not supported; allowed: {', '.join(OPERATIONS)}")
    return OPERATIONS[call.name](call)


def _add(call: Call) -> Any:
    parts = [_signal_or_zeros(value) for value in call.args[:2]]
    if call.kwargs.get("alpha", 1) != 1:
        raise Refused("alpha besides 1; allowed: plain sums")
    whole = [part for part in parts if isinstance(part, Signal)]
    if len(whole) == 2 and (whole[0].leading, whole[0].shape) != (whole[1].leading, whole[1].shape):
        raise Refused(f"adds {whole[0].shape} and {whole[1].shape}; allowed: the same shapes")
    terms = [part.term if isinstance(part, Signal) else part for part in parts]
    flat = [part for term in terms for part in (term.parts if isinstance(term, Total) else (term,))]
    return replace(whole[0], term=Total(tuple(flat)))


def _subtract(call: Call) -> Any:
    first, second = call.args[:2]
    return _add(replace(call, args=(first, _negated(second)))) if isinstance(second, Signal) else _add(call)


def _negative(call: Call) -> Any:
    return _negated(call.signal)


def _negated(signal: Signal) -> Signal:
    return _scaled(signal, floats(-1.0), (*signal.leading, *signal.shape))


def _signal_or_zeros(value: Any) -> Signal | Zeros:
    if isinstance(value, Signal):
        return value
    if not (value.any() if isinstance(value, torch.Tensor) else value):
        return Zeros()
    raise Refused("adds a constant; allowed: sums of layers and neurons, constants as the bias of a layer")


def _scale(call: Call) -> Any:
    first, second = call.args[0], call.args[1]
    if isinstance(first, Recorded):
        return first
    signal, factor = (first, second) if isinstance(first, Signal) else (second, first)
    if not isinstance(factor, (int, float, torch.Tensor)) or (call.name in DIVISIONS and signal is not first):
        raise Refused("multiplies or divides what is computed by each other; allowed: constant factors")
    values = floats(factor)
    values = 1 / values if call.name in DIVISIONS else values
    return _scaled(signal, values, tuple(call.value.shape))


def _scaled(signal: Signal, values: Floats, sides: Shape) -> Signal:
    own, extra = (*signal.leading, *signal.shape), max(values.ndim - len(signal.shape), 0)
    if sides != own or any(side != 1 for side in values.shape[:extra]):
        raise Refused(
            f"multiplies {own} by a factor of {values.shape}; allowed: one number, or one per neuron or channel, the same in every "
            "sample and time step"
        )
    spread = np.broadcast_to(values.reshape(values.shape[extra:]), signal.shape)
    key = ("scale", spread.tobytes())
    return signal.through(Operation("scale", key, {"type": "Scale", "scale": spread.copy()}), own)


def _reshape(call: Call) -> Any:
    return call.signal.reshaped(call.value.shape, call.whole)


def _item(call: Call) -> Any:
    first, key = call.args
    if not isinstance(first, Signal):
        return first[key]
    axes = list(key) if isinstance(key, tuple) else [key]
    axis = len(axes) - 1
    plain = all(part == slice(None) for part in axes[:-1]) and isinstance(axes[-1], int)
    if not plain or axis > 1 or not isinstance(first.term, Given) or first.term.step is not None:
        raise Refused("takes a part of a tensor; allowed: one time step of the input, x[t] or x[:, t]")
    size = tuple(call.value.shape)
    step = axes[-1] % (first.leading + first.shape)[axis]
    return Signal(Given(step, size[1:]), size[:1], size[1:])


def _stack(call: Call) -> Any:
    return Recorded(tuple(signals_in(list(call.args[0]))))


def _over_time(call: Call) -> Any:
    if isinstance(call.args[0], Recorded):
        return call.args[0]
    axis = call.argument(1, "dim")
    if call.time_axis is None or axis != call.time_axis:
        raise Refused(f"sums or averages over axis {axis}; allowed: over time, at the module's end")
    return Recorded((call.signal,))


def _pool(call: Call) -> Any:
    made = POOLS[call.name](*call.args[1:], **{key: v for key, v in call.kwargs.items() if key != "input"})
    signal, shape = call.signal, tuple(call.value.shape)[len(call.signal.leading) :]
    members = layer_members(made, signal.shape, shape)
    return signal.through(Operation("pool", (call.name, repr(made)), members or {}), call.value.shape)


def _dropout(call: Call) -> Any:
    training = call.argument(2, "training", call.name == "dropout")
    if training and call.argument(1, "p", 0.5):
        raise Refused("drops at random while training; allowed: training=False, or self.training after .eval()")
    return call.signal


DIVISIONS = ("truediv", "div", "itruediv", "div_")
POOLS: Mapping[str, Callable[..., nn.Module]] = {
    "avg_pool1d": nn.AvgPool1d,
    "avg_pool2d": nn.AvgPool2d,
    "adaptive_avg_pool1d": nn.AdaptiveAvgPool1d,
    "adaptive_avg_pool2d": nn.AdaptiveAvgPool2d,
    "max_pool2d": nn.MaxPool2d,
}
RESHAPES = (
    "view",
    "reshape",
    "flatten",
    "unflatten",
    "squeeze",
    "unsqueeze",
    "contiguous",
    "float",
    "to",
    "clone",
    "detach",
)
OPERATIONS: Mapping[str, Callable[[Call], Any]] = {
    **dict.fromkeys(("add", "iadd", "add_"), _add),
    **dict.fromkeys(("sub", "isub", "sub_"), _subtract),
    "neg": _negative,
    **dict.fromkeys(("mul", "imul", "mul_", *DIVISIONS), _scale),
    **dict.fromkeys(RESHAPES, _reshape),
    "getitem": _item,
    "stack": _stack,
    **dict.fromkeys(("sum", "mean"), _over_time),
    **dict.fromkeys(POOLS, _pool),
    "dropout": _dropout,
}
AFTER = ("sum", "mean", "mul", *DIVISIONS, "getitem")
