"""Reading the layers of a .net file: what SLAYER's blocks write, each entry checked, before anything is lowered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.net.dense import read_dense, read_recurrent
from litesnn.compiler.frontends.net.entries import refuse_unread
from litesnn.compiler.frontends.net.fields import Array, Fields, Ints
from litesnn.compiler.frontends.net.layers import Average, Conv, Flatten, Input, Layer, Pool, Shape, Window
from litesnn.compiler.frontends.net.parts import bias_of, neuron_of, optional, required_neuron

MAX_LAYERS = 1000
SIDE_MAX = 2**15
DEFAULT_INPUT_WEIGHT = 64  # SLAYER's unit of 1: netx takes it where the file has none


@dataclass(frozen=True, eq=False)
class Document:
    """All layers in order.

    `timesteps` of a sample where the file says them (`simulation/tSample` / `Ts`); `outside`: entries beside the layers that nothing
    here reads.
    """

    layers: tuple[Layer, ...]
    timesteps: int | None
    outside: tuple[str, ...]


def read_layers(file: str, arrays: Mapping[str, Array]) -> Document:
    """The layers of a file.

    Raises
    ------
    ImportFileError
        For a layer that is missing, broken or of a kind that is not supported, and for entries of layers that could change the
        network and are not read (see `entries`), named by place.
    """
    found = sorted({path.split("/")[1] for path in arrays if path.startswith("layer/") and path.count("/") >= 2})
    among = [path for path in arrays if path.startswith("layer/") and path.count("/") == 1 and path != "layer/"]
    strange = sorted([*among, *(f"layer/{name}" for name in found if not name.isdecimal())])
    if strange:
        raise ImportFileError(f"{file}: {strange[0]}: an entry among the layers; allowed: groups numbered from 0")
    count = len(found)
    if count == 0:
        raise ImportFileError(f"{file}: has no group 'layer/0'; a SLAYER network has layers numbered from 0")
    missing = sorted(set(map(str, range(count))) - set(found), key=int)
    if missing or count > MAX_LAYERS:
        raise ImportFileError(
            f"{file}: layer/{missing[0] if missing else MAX_LAYERS}: layers must be numbered 0 .. n - 1 (at most {MAX_LAYERS}); "
            f"found {', '.join(found[:12])}"
        )
    groups = [Fields(file, f"layer/{index}", arrays) for index in range(count)]
    layers = tuple(_read_layer(fields) for fields in groups)
    simulation = Fields(file, "simulation", arrays)
    timesteps = _timesteps(simulation)
    beside = [path for path in arrays if not path.startswith(("layer/", "simulation/")) and not path.endswith("/")]
    return Document(layers, timesteps, tuple(sorted([*beside, *simulation.unread])))


def _timesteps(fields: Fields) -> int | None:
    if not fields.has("tSample"):
        return None
    step = fields.integer("Ts", 1, 2**20, default=1)
    return max(1, fields.integer("tSample", 1, 2**20) // step)


def _read_layer(fields: Fields) -> Layer:
    kind = fields.text("type")
    if kind not in READERS:
        supported = ", ".join(READERS)
        fields.refuse(f"found a layer of type '{kind:.40}'; supported: {supported}", "type")
    if fields.has("weight/imag") or fields.has("weight/real"):
        fields.refuse("found complex weights (resonate-and-fire networks); supported: real weights", "weight")
    layer = READERS[kind](fields, kind)
    refuse_unread(fields)
    return layer


def _input(fields: Fields, kind: str) -> Layer:
    shape = None
    if fields.has("shape"):
        sides = fields.shape("shape", (1, 2, 3))
        channels, height, width = {1: (*sides, 1, 1), 2: (1, *sides), 3: sides}[len(sides)]
        shape = (channels, height, width)
    neuron = neuron_of(fields)
    if neuron is None:  # then nothing is transformed: a weight or a bias is an entry that nobody reads
        return Input(place=fields.place, kind=kind, shape=shape, neuron=None, weight=1, bias=0)
    weight = fields.integer("weight", -4096, 4096, default=DEFAULT_INPUT_WEIGHT)
    bias = fields.integer("bias", -4096, 4096, default=0)
    return Input(place=fields.place, kind=kind, shape=shape, neuron=neuron, weight=weight, bias=bias)


def _conv(fields: Fields, kind: str) -> Layer:
    shape = _map_shape(fields)
    weight = _kernel(fields, shape[0])
    groups = fields.integer("groups", 1, shape[0], default=1)
    if shape[0] % groups:
        fields.refuse(f"found {groups}; allowed: divisors of the {shape[0]} output channels", "groups")
    if fields.integer("inChannels", 1, SIDE_MAX, default=weight.shape[1] * groups) != weight.shape[1] * groups:
        fields.refuse(f"kernels read {weight.shape[1] * groups} channels; inChannels says otherwise", "weight")
    fields.integer("outChannels", shape[0], shape[0], default=shape[0])
    _kernel_size(fields, weight.shape[2:])
    window = _window(fields)
    neuron, bias, delay = required_neuron(fields), bias_of(fields, shape[0]), optional(fields, "delay")
    return Conv(fields.place, kind, shape, weight, window=window, groups=groups, neuron=neuron, bias=bias, delay=delay)


def _pool(fields: Fields, kind: str) -> Layer:
    shape = _map_shape(fields)
    weight = fields.integers("weight")
    while weight.ndim > 2 and 1 in (weight.shape[0], weight.shape[-1]):
        weight = weight[0] if weight.shape[0] == 1 else weight[..., 0]
    if weight.ndim != 2:
        fields.refuse(f"found shape {weight.shape}; allowed: one kernel (kH, kW) for all channels", "weight")
    _kernel_size(fields, weight.shape)
    window, neuron = _window(fields), required_neuron(fields)
    return Pool(fields.place, kind, shape, weight, window=window, neuron=neuron, delay=optional(fields, "delay"))


def _flatten(fields: Fields, kind: str) -> Layer:
    fields.ignore("shape")
    return Flatten(fields.place, kind)


def _average(fields: Fields, kind: str) -> Layer:
    outputs = int(np.prod(fields.shape("shape", (1, 2, 3))))
    return Average(fields.place, kind, outputs)


def _map_shape(fields: Fields) -> Shape:
    channels, height, width = fields.shape("shape", (3,))
    return (channels, height, width)


def _kernel(fields: Fields, outputs: int) -> Ints:
    """Kernels (C_out, C_in / groups, kH, kW); SLAYER may leave its time axis of 1 behind them."""
    weight = fields.integers("weight")
    if weight.ndim == 5 and weight.shape[4] == 1:
        weight = weight[..., 0]
    if weight.ndim != 4 or weight.shape[0] != outputs:
        fields.refuse(f"found shape {weight.shape}; allowed: ({outputs}, channels, rows, columns)", "weight")
    return weight


def _kernel_size(fields: Fields, found: tuple[int, ...]) -> None:
    """A kernel's size beside the kernel must be that kernel's."""
    said = fields.pair("kernelSize", 1, SIDE_MAX, 1)
    if fields.has("kernelSize") and said != found:
        fields.refuse(f"found {said}; the weights are {found}", "kernelSize")


def _window(fields: Fields) -> Window:
    return Window(
        fields.pair("stride", 1, SIDE_MAX, 1),
        fields.pair("padding", 0, SIDE_MAX, 0),
        fields.pair("dilation", 1, SIDE_MAX, 1),
    )


READERS: dict[str, Callable[[Fields, str], Layer]] = {
    "input": _input,
    "dense": read_dense,
    "dense_rec": read_recurrent,
    "recurrent": read_recurrent,
    "conv": _conv,
    "pool": _pool,
    "flatten": _flatten,
    "average": _average,
}
