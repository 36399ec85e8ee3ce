"""Nodes from the plain tree of a file: every parameter checked for presence, shape and finite numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from litesnn.compiler.frontends.bounded_hdf5 import Tree, Value
from litesnn.compiler.frontends.nir.nodes import (
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
    Shape,
)
from litesnn.errors import ImportFileError

SIDE_MAX = 1 << 24
VALUE_MAX = 1e30  # magnitudes beyond it, and below its inverse, are no network's
# type -> required parameters, optional ones with their default
NEURONS: dict[str, tuple[tuple[str, ...], dict[str, float]]] = {
    "IF": (("r", "v_threshold"), {"v_reset": 0.0}),
    "LIF": (("tau", "r", "v_leak", "v_threshold"), {"v_reset": 0.0}),
    "CubaLIF": (("tau_syn", "tau_mem", "r", "v_leak", "v_threshold"), {"v_reset": 0.0, "w_in": 1.0}),
    "I": (("r",), {}),
    "LI": (("tau", "r", "v_leak"), {}),
    "CubaLI": (("tau_syn", "tau_mem", "r", "v_leak"), {"w_in": 1.0}),
    "Threshold": (("threshold",), {}),
}
ALLOWED = (
    "Input",
    "Output",
    "Linear",
    "Affine",
    "Conv2d",
    "Scale",
    "Flatten",
    "SumPool2d",
    "AvgPool2d",
    "Delay",
    *NEURONS,
)


@dataclass(frozen=True)
class Fields:
    """The members of one node in the file, with errors that name the place."""

    file: str
    name: str
    type: str
    tree: Tree

    def error(self, problem: str) -> ImportFileError:
        """An error at this node."""
        return ImportFileError(f"{self.file}: node '{self.name}' ({self.type}): {problem}")

    def floats(self, key: str, ndim: int | None = None) -> Floats:
        """A finite array of numbers as float64."""
        value = self.tree.get(key)
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
            raise self.error(f"'{key}' is missing or not numbers")
        if ndim is not None and value.ndim != ndim:
            raise self.error(f"'{key}' has shape {value.shape}; allowed: {ndim} axes")
        if value.size == 0 or not np.isfinite(value).all():
            raise self.error(f"'{key}' is empty or holds NaN or infinity")
        result: Floats = value.astype(np.float64)
        if np.abs(result).max() > VALUE_MAX or np.abs(result[result != 0]).min(initial=1) < 1 / VALUE_MAX:
            raise self.error(f"'{key}' holds values beyond {VALUE_MAX:g} or below {1 / VALUE_MAX:g}")
        return result

    def pair(self, key: str, low: int, default: Pair | None = None) -> Pair:
        """One whole number for both axes, or (height, width)."""
        if key not in self.tree and default is not None:
            return default
        value = self.floats(key).ravel()
        if value.size not in (1, 2) or (value != np.rint(value)).any() or value.min() < low or value.max() > SIDE_MAX:
            raise self.error(f"'{key}' is {value.tolist()[:4]}; allowed: one or two whole numbers of at least {low}")
        return int(value[0]), int(value[-1])

    def whole(self, key: str, default: int) -> int:
        """One whole number."""
        if key not in self.tree:
            return default
        value = self.floats(key).ravel()
        if value.size != 1 or value[0] != np.rint(value[0]) or abs(value[0]) > SIDE_MAX:
            raise self.error(f"'{key}' is {value.tolist()[:4]}; allowed: one whole number")
        return int(value[0])

    def shape(self, key: str) -> Shape:
        """A shape of 1 to 5 positive sides."""
        value = self.floats(key).ravel()
        if value.size > 5 or (value != np.rint(value)).any() or value.min() < 1 or np.prod(value) > SIDE_MAX:
            raise self.error(
                f"'{key}' is {value.tolist()[:8]}; allowed: up to 5 positive sizes of together at most {SIDE_MAX:,}"
            )
        return tuple(int(side) for side in value)

    def metadata(self) -> dict[str, Value]:
        """Texts and arrays under `metadata`."""
        found = self.tree.get("metadata", {})
        return (
            {key: value for key, value in found.items() if not isinstance(value, dict)}
            if isinstance(found, dict)
            else {}
        )


def parse_node(fields: Fields) -> Node:
    """One node of the file.

    Raises
    ------
    ImportFileError
        For a type that is not supported, and for missing, misshapen or non-finite parameters.
    """
    if fields.type in NEURONS:
        return _neuron(fields)
    parser = PARSERS.get(fields.type)
    if parser is None:
        raise fields.error(f"this type is not supported; allowed: {', '.join(ALLOWED)}")
    return parser(fields)


def _neuron(fields: Fields) -> Neuron:
    required, optional = NEURONS[fields.type]
    parameters = {key: fields.floats(key) for key in required}
    for key, default in optional.items():
        parameters[key] = fields.floats(key) if key in fields.tree else np.array(default)
    if fields.type == "Threshold":
        parameters = {"v_threshold": parameters["threshold"]}
    for key in ("tau", "tau_mem", "tau_syn"):
        if key in parameters and parameters[key].min() <= 0:
            raise fields.error(f"'{key}' is {parameters[key].min():g}; allowed: positive times")
    return Neuron(fields.name, fields.type, fields.metadata(), parameters)


def _port(fields: Fields) -> Node:
    return Port(fields.name, fields.type, fields.metadata(), fields.shape("shape"))


def _linear(fields: Fields) -> Node:
    weight = fields.floats("weight", ndim=2)
    bias = fields.floats("bias").ravel() if fields.type == "Affine" else None
    if bias is not None and bias.size not in (1, weight.shape[0]):
        raise fields.error(f"'bias' has {bias.size} values; the weight has {weight.shape[0]} rows")
    full = None if bias is None else np.broadcast_to(bias, weight.shape[:1]).copy()
    return Linear(fields.name, fields.type, fields.metadata(), weight, full)


def _conv(fields: Fields) -> Node:
    weight = fields.floats("weight", ndim=4)
    bias = fields.floats("bias").ravel() if "bias" in fields.tree else None
    if bias is not None and bias.size not in (1, weight.shape[0]):
        raise fields.error(f"'bias' has {bias.size} values; the weight has {weight.shape[0]} output channels")
    groups = fields.whole("groups", 1)
    if groups < 1 or weight.shape[0] % groups:
        raise fields.error(f"'groups' is {groups}; allowed: a divisor of the {weight.shape[0]} output channels")
    padding = fields.tree.get("padding")
    mode: Pair | Literal["same", "valid"]
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise fields.error(f"'padding' is {padding[:20]!r}; allowed: same, valid or whole numbers")
        mode = "same" if padding == "same" else "valid"
    else:
        mode = fields.pair("padding", 0, (0, 0))
    full = None if bias is None else np.broadcast_to(bias, weight.shape[:1]).copy()
    stride, dilation = fields.pair("stride", 1, (1, 1)), fields.pair("dilation", 1, (1, 1))
    if mode == "same" and stride != (1, 1):
        raise fields.error(f"'padding' is same with stride {stride}; allowed: stride 1")
    return Conv2d(fields.name, fields.type, fields.metadata(), weight, full, stride, mode, dilation, groups)


def _pool(fields: Fields) -> Node:
    kernel = fields.pair("kernel_size", 1)
    stride, padding = fields.pair("stride", 1, kernel), fields.pair("padding", 0, (0, 0))
    return Pool2d(fields.name, fields.type, fields.metadata(), kernel, stride, padding)


def _flatten(fields: Fields) -> Node:
    start, end = fields.whole("start_dim", 1), fields.whole("end_dim", -1)
    return Flatten(fields.name, fields.type, fields.metadata(), start, end)


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
    "Conv2d": _conv,
    "SumPool2d": _pool,
    "AvgPool2d": _pool,
    "Flatten": _flatten,
    "Scale": _scale,
    "Delay": _delay,
}
