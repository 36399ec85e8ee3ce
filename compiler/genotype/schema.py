"""The genotype: what a search found, as a typed, versioned JSON document (pydantic).

One schema holds LitE-SNN cells (nodes with two inputs, concatenated), SNASNet/LightSNN cells (backward edges) and plain
or residual stacks (chains of nodes with their own channels, strides and bits; `output: last`). Where its weights lie and how it
came to be stands in `records.py`. `docs/genotype.md` explains every field with examples.

Axis order is (channels, height, width) everywhere.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, WithJsonSchema, model_validator

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.compiler.genotype.card import genotype_card
from litesnn.compiler.genotype.data_record import DataRecord
from litesnn.compiler.genotype.one_of import one_of
from litesnn.compiler.genotype.ops import OPS
from litesnn.compiler.genotype.part import Part
from litesnn.compiler.genotype.plugins import PluginRecord
from litesnn.compiler.genotype.preprocessing import EventFrames, Preprocessing
from litesnn.compiler.genotype.records import BitsRecord, PruningRecord, SearchRecord, TrainingRecord, WeightsRef

FORMAT = "litesnn.genotype"
VERSION = 1

Bits = Annotated[int, Field(ge=1, le=8, description="weight bits; b bits carry the odd codes -(2^b-1) .. 2^b-1")]
Keep = Annotated[float, Field(gt=0, le=1, description="fraction of weights that pruning keeps, per tensor")]
Step = Annotated[float, Field(gt=0, description="quantizer step; the weight code 1 is worth step / 2")]
MEMBRANE_EXP_MAX = 15
MembraneExp = Annotated[
    int, Field(ge=0, le=MEMBRANE_EXP_MAX, description="accumulator units per smallest weight: 2^membrane_exp")
]
MAX_SIDE, MAX_CHANNELS, MAX_CLASSES, MAX_PARTS, MAX_TIMESTEPS = 4096, 2**16, 2**16, 4096, 4096
"""Pixels of a side, channels of a population, classes, parts of one list, and time steps: `limits.py` bounds their products."""
Side = Annotated[int, Field(ge=1, le=MAX_SIDE)]
Channels = Annotated[int, Field(ge=1, le=MAX_CHANNELS)]
NeuronReset = Literal["zero", "subtract", "subtract_next"]
"""Those that a spike causes; a membrane that no spike changes has no published network."""
RESETS: list[str] = list(get_args(NeuronReset))
"""These, and those of plugins."""


OpName = Annotated[str, one_of(OPS), WithJsonSchema({"enum": list(OPS), "type": "string"})]
ResetName = Annotated[str, one_of(RESETS), WithJsonSchema({"enum": list(RESETS), "type": "string"})]


class InputSpec(Part):
    """What enters the network and how raw values become integers (`docs/numbers.md`, Input).

    `direct`: one signed 8-bit integer per pixel, `clip(rint(((raw - mean) / std) / scale), minimum, maximum)`, held for all
    time steps. `spikes`: binary events per step; mean, std, scale and the range are not used. `preprocessing` says how recordings
    (events, sounds) became raw values; left out, it is the data set's own.
    """

    shape: tuple[Channels, Side, Side]
    encoding: Literal["direct", "spikes"] = "direct"
    mean: tuple[float, ...] = (0.0,)
    std: tuple[Annotated[float, Field(gt=0)], ...] = (1.0,)
    scale: Annotated[float, Field(gt=0)] = 1.0
    minimum: Annotated[int, Field(ge=-128, le=0)] = -128
    maximum: Annotated[int, Field(ge=1, le=127)] = 127
    preprocessing: Preprocessing | None = None

    @model_validator(mode="after")
    def _one_value_per_channel(self) -> InputSpec:
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) not in (1, self.shape[0]):
                raise ValueError(f"{name} has {len(values)} values; allowed: 1, or {self.shape[0]} (one per channel)")
        return self


class NeuronSpec(Part):
    """The leaky integrate-and-fire neuron: `u = decay * u + I`, spike where `u > threshold` (`docs/numbers.md`, Resets).

    `reset` says what a spike does to the membrane: `zero`, where left out, sets it to 0; `subtract` takes the threshold away at
    the spike, before the next decay; `subtract_next` with the next update, after its decay.

    Training alone reads the surrogate gradient: Dspike where left out (`surrogate_temperature` is its b), a triangle
    (whose half-width it is) or the arctangent (whose slope it is).
    """

    decay: Annotated[float, Field(ge=1 / 8192, le=1)] = 0.2
    threshold: Annotated[float, Field(gt=0)] = 0.5
    reset: ResetName | None = None
    surrogate_temperature: Annotated[float, Field(gt=0)] = 3.0
    surrogate: Literal["dspike", "triangle", "arctangent"] | None = None

    @property
    def decay_mantissa(self) -> int:
        """The 12-bit decay the chip uses: round(4096 * decay), 1..4096; 0.2 becomes 819."""
        return max(1, round(4096 * self.decay))

    @property
    def reset_kind(self) -> str:
        """`reset`, and `zero` where it is left out."""
        return self.reset or "zero"

    def resetting(self, reset: str) -> NeuronSpec:
        """These neurons with another reset; `zero` is left out of files, as it always was."""
        return self.model_copy(update={"reset": None if reset == "zero" else reset})


class QuantizerSpec(Part):
    """How weights become codes (`docs/numbers.md`, Weight codes) and how training chooses steps. Left out: LitE-SNN's.

    The largest level of a step is gamma = step * (2^b - 1) / 2. `rescaw` and `vanilla` are QP-SNN's (ICLR 2025).

    Attributes
    ----------
    method : `rescaw`: gamma is the `scale` of the weights; `vanilla`: gamma = 1; `lite`: steps from their standard deviation
    scale : mean of |W|, its maximum, or the larger magnitude of the percentiles `percentile` and 1 - `percentile` of W
    form : `B` multiplies the scale by (2^b - 1) / 2^(b-1), `A` by nothing
    granularity : one step per `tensor` or per output `channel`; the readout has one step always, its classes are compared
    straight_through : gradient of a quantized weight to the weight: `identity`: 1; `scaled`: 1 / gamma; `clipped`: 1 where |W| <= gamma
    ends : `float` leaves edges that read the input, and the readout, in floating point, as published; it cannot be deployed
    """

    method: Literal["lite", "rescaw", "vanilla"] = "rescaw"
    scale: Literal["mean", "max", "percentile"] = "mean"
    percentile: Annotated[float, Field(gt=0.5, le=1)] = 0.99
    form: Literal["A", "B"] = "A"
    granularity: Literal["tensor", "channel"] = "channel"
    straight_through: Literal["identity", "scaled", "clipped"] = "identity"
    ends: Literal["quantized", "float"] = "quantized"


class EdgeSpec(Part):
    """One input of a node. `source` is `s0` (cell before the previous), `s1` (previous cell) or `n<k>`, a node before."""

    source: Annotated[str, Field(pattern=r"^(s0|s1|n\d+)$")]
    op: OpName
    bits: Bits | None = None
    keep: Keep | None = None
    stride: Side | None = None
    pool: Annotated[int, Field(ge=2, le=MAX_SIDE)] | None = None
    step: Step | None = None


class BackwardEdgeSpec(Part):
    """Feedback with one step of delay: the target reads what the source held one time step ago."""

    source: Annotated[str, Field(pattern=r"^n\d+$")]
    target: Annotated[str, Field(pattern=r"^(input|n\d+)$")]
    op: OpName
    bits: Bits | None = None
    keep: Keep | None = None
    step: Step | None = None


class NodeSpec(Part):
    """One population: the sum of its inputs at one membrane. Unset fields come from the cell."""

    inputs: Annotated[tuple[EdgeSpec, ...], Field(min_length=1, max_length=MAX_PARTS)]
    channels: Channels | None = None
    stride: Side | None = None
    membrane_exp: MembraneExp | None = None


class CellSpec(Part):
    """A cell: nodes in order, each reading cell inputs or earlier nodes; output all nodes concatenated, or the last one."""

    channels: Channels
    stride: Side = 1
    bits: Bits = 4
    keep: Keep = 1.0
    nodes: Annotated[tuple[NodeSpec, ...], Field(min_length=1, max_length=MAX_PARTS)]
    backward: Annotated[tuple[BackwardEdgeSpec, ...], Field(max_length=MAX_PARTS)] = ()
    output: Literal["concat", "last"] = "concat"
    downsample: Literal["stride", "nearest"] = "stride"


class StemSpec(Part):
    """The first population: one convolution of the input, Conv-Norm-LIF."""

    channels: Channels
    op: Literal["conv1x1", "conv3x3", "conv5x5"] = "conv3x3"
    stride: Side = 1
    bits: Bits = 4
    keep: Keep = 1.0
    step: Step | None = None
    membrane_exp: MembraneExp | None = None


class HeadSpec(Part):
    """Spiked global average pool (or none: flatten), then an integrating readout; the class is the argmax.

    `threshold` is the pool's own, the neurons' where left out: a mean of spikes seldom reaches what a node's current does.
    """

    classes: Annotated[int, Field(ge=1, le=MAX_CLASSES)]
    pool: Literal["global_average", "none"] = "global_average"
    threshold: Annotated[float, Field(gt=0)] | None = None
    bits: Bits = 4
    keep: Keep = 1.0
    bias: bool = False
    step: Step | None = None
    membrane_exp: MembraneExp | None = None


class Genotype(Shown, Part):
    """The whole network; see the module docstring."""

    format: Literal["litesnn.genotype"] = "litesnn.genotype"
    version: Literal[1] = 1
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    input: InputSpec
    timesteps: Annotated[int, Field(ge=1, le=MAX_TIMESTEPS)]
    neuron: NeuronSpec = NeuronSpec()
    norm: Literal["node", "edge"] = "node"
    norm_eps: Annotated[float, Field(gt=0)] = 1e-5
    multiplier_max: Annotated[int, Field(ge=1, le=256)] = 16
    quantizer: QuantizerSpec | None = None
    stem: StemSpec | None = None
    cells: Annotated[tuple[CellSpec, ...], Field(max_length=MAX_PARTS)] = ()
    head: HeadSpec
    weights: WeightsRef | None = None
    data: DataRecord | None = None
    training: TrainingRecord | None = None
    search: SearchRecord | None = None
    pruning: tuple[PruningRecord, ...] | None = None
    lowered_bits: tuple[BitsRecord, ...] | None = None
    plugins: Annotated[tuple[PluginRecord, ...], Field(max_length=MAX_PARTS)] | None = None

    def card(self) -> Card:
        """See `Shown`: what it takes and holds, and how it was found and trained."""
        return genotype_card(self)

    @property
    def pool_threshold(self) -> float:
        """Threshold of the spiked global average pool."""
        return self.head.threshold or self.neuron.threshold

    @model_validator(mode="after")
    def _one_frame_per_step(self) -> Genotype:
        how = self.input.preprocessing
        if isinstance(how, EventFrames) and how.frames != self.timesteps:
            raise ValueError(
                f"input.preprocessing.frames is {how.frames}; allowed: timesteps ({self.timesteps}), one per step"
            )
        return self
