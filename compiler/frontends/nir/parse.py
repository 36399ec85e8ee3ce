"""Nodes from the members that a file gives them: one parser per type of NIR."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from litesnn.base.text import brief
from litesnn.compiler.frontends.nir.fields import ALLOWED, NEURONS, SIDE_MAX, Fields
from litesnn.compiler.frontends.real.nodes import (
    Conv1d,
    Conv2d,
    Delay,
    Flatten,
    Floats,
    Linear,
    Neuron,
    Node,
    Pair,
    Pool2d,
    Port,
    Scale,
)

# A time constant may be infinite where the gain beside it is: both stand for a state that keeps all and adds what arrives.
ENDLESS = (("tau", "r"), ("tau_mem", "r"), ("tau_syn", "w_in"))


def parse_node(fields: Fields) -> Node:
    """One node of the file.

    Raises
    ------
    ImportFileError
        For a type that is not supported, and for missing, misshapen or non-finite parameters.
    """
    parser = _neuron if fields.type in NEURONS else PARSERS.get(fields.type)
    if parser is None:
        raise fields.error(f"this type is not supported; allowed: {', '.join(ALLOWED)}")
    fields.only_known()
    return replace(parser(fields), missing=dict(fields.missing), declared=fields.declared())


def _neuron(fields: Fields) -> Neuron:
    required, optional = NEURONS[fields.type]
    endless = {key for pair in ENDLESS for key in pair if {*pair} <= {*required, *optional}}
    parameters = {key: fields.floats(key, endless=key in endless) for key in required}
    for key, default in optional.items():
        if key in fields.tree:
            parameters[key] = fields.floats(key, endless=key in endless)
        else:
            parameters[key] = np.array(default)
            fields.missing[key] = f"{default:g}"
    if fields.type == "Threshold":
        parameters = {"v_threshold": parameters["threshold"]}
    for key in ("tau", "tau_mem", "tau_syn"):
        if key in parameters and parameters[key].min() <= 0:
            raise fields.error(f"'{key}' is {parameters[key].min():g}; allowed: positive times")
    for pair in ENDLESS:
        if {*pair} <= parameters.keys():
            _check_endless(fields, *pair, parameters)
    return Neuron(fields.name, fields.type, fields.metadata(), parameters)


def _check_endless(fields: Fields, tau: str, gain: str, parameters: dict[str, Floats]) -> None:
    """Refuse an infinite time constant without an infinite gain, which receives nothing, and the other way round, which is no neuron."""
    endless, unbounded = np.isinf(parameters[tau]), np.isinf(parameters[gain])
    if (
        endless.any()
        and not unbounded.all()
        and (endless.size != unbounded.size or (endless.ravel() & ~unbounded.ravel()).any())
    ):
        raise fields.error(
            f"'{tau}' is infinite and '{gain}' is not, so that {gain} / {tau} is 0 and nothing that arrives has an effect; allowed: both "
            f"infinite (as snnTorch writes a neuron without leak, which adds what arrives), or an IF node with the gain as its r"
        )
    if (
        unbounded.any()
        and not endless.all()
        and (endless.size != unbounded.size or (unbounded.ravel() & ~endless.ravel()).any())
    ):
        raise fields.error(f"'{gain}' is infinite and '{tau}' is not; allowed: finite numbers, or both infinite")
    if (parameters[gain] == -np.inf).any():
        raise fields.error(f"'{gain}' is -inf; allowed: finite numbers, or inf beside an infinite '{tau}'")


def _port(fields: Fields) -> Node:
    return Port(fields.name, fields.type, fields.metadata(), fields.shape("shape"))


def _linear(fields: Fields) -> Node:
    weight = fields.floats("weight", ndim=2)
    bias = fields.floats("bias").ravel() if fields.type == "Affine" else None
    if bias is not None and bias.size not in (1, weight.shape[0]):
        raise fields.error(f"'bias' has {bias.size} values; the weight has {weight.shape[0]} rows")
    full = None if bias is None else np.broadcast_to(bias, weight.shape[:1]).copy()
    return Linear(name=fields.name, type=fields.type, metadata=fields.metadata(), weight=weight, bias=full)


def _conv(fields: Fields) -> Node:
    line = fields.type == "Conv1d"
    weight = fields.floats("weight", ndim=3 if line else 4)
    weight = weight[:, :, None] if line else weight
    bias = fields.floats("bias").ravel() if "bias" in fields.tree else None
    if bias is None:
        fields.missing["bias"] = "none"
    elif bias.size not in (1, weight.shape[0]):
        raise fields.error(f"'bias' has {bias.size} values; the weight has {weight.shape[0]} output channels")
    groups = fields.whole("groups", 1)
    if groups < 1 or weight.shape[0] % groups:
        raise fields.error(f"'groups' is {groups}; allowed: a divisor of the {weight.shape[0]} output channels")
    padding = fields.tree.get("padding")
    mode: Pair | Literal["same", "valid"]
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise fields.error(f"'padding' is '{brief(padding, 20)}'; allowed: same, valid or whole numbers")
        mode = "same" if padding == "same" else "valid"
    else:
        mode = (0, _along(fields, "padding", 0, 0)) if line else fields.pair("padding", 0, (0, 0))
    full = None if bias is None else np.broadcast_to(bias, weight.shape[:1]).copy()
    if line:
        stride, dilation = (1, _along(fields, "stride", 1, 1)), (1, _along(fields, "dilation", 1, 1))
    else:
        stride, dilation = fields.pair("stride", 1, (1, 1)), fields.pair("dilation", 1, (1, 1))
    if mode == "same" and stride != (1, 1):
        raise fields.error(f"'padding' is same with stride {stride}; allowed: stride 1")
    return (Conv1d if line else Conv2d)(
        name=fields.name,
        type=fields.type,
        metadata=fields.metadata(),
        weight=weight,
        bias=full,
        stride=stride,
        padding=mode,
        dilation=dilation,
        groups=groups,
    )


def _along(fields: Fields, key: str, low: int, default: int) -> int:
    """One whole number, for the one axis of a Conv1d."""
    value = fields.whole(key, default)
    if not low <= value <= SIDE_MAX:
        raise fields.error(f"'{key}' is {value}; allowed: a whole number of at least {low}")
    return value


def _pool(fields: Fields) -> Node:
    kernel = fields.pair("kernel_size", 1)
    stride, padding = fields.pair("stride", 1, kernel), fields.pair("padding", 0, (0, 0))
    return Pool2d(
        name=fields.name, type=fields.type, metadata=fields.metadata(), kernel=kernel, stride=stride, padding=padding
    )


def _flatten(fields: Fields) -> Node:
    start, end = fields.whole("start_dim", 1), fields.whole("end_dim", -1)
    return Flatten(name=fields.name, type=fields.type, metadata=fields.metadata(), start=start, end=end)


def _scale(fields: Fields) -> Node:
    return Scale(fields.name, fields.type, fields.metadata(), fields.floats("scale"))


def _delay(fields: Fields) -> Node:
    delay = fields.floats("delay")
    if delay.min() < 0:
        raise fields.error(f"'delay' is {delay.min():g}; allowed: 0 or more")
    return Delay(fields.name, fields.type, fields.metadata(), delay)


PARSERS: dict[str, Callable[[Fields], Node]] = {
    "Input": _port,
    "Output": _port,
    "Linear": _linear,
    "Affine": _linear,
    "Conv1d": _conv,
    "Conv2d": _conv,
    "SumPool2d": _pool,
    "AvgPool2d": _pool,
    "Flatten": _flatten,
    "Scale": _scale,
    "Delay": _delay,
}
