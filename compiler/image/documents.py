"""image.json and memory.json: the parts of an image that are not tables, strictly typed; docs/image.md says what each field means."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from litesnn.compiler.encoding import ENCODINGS
from litesnn.compiler.encoding.rule import COUNT_BITS, FORMAT_BITS, IMAGE_FORMATS, AxisName
from litesnn.compiler.graph.block import MANTISSA_BITS
from litesnn.compiler.graph.kinds.document import SHIFT_MAX, Document, Name, Period, Side, Steps, Value
from litesnn.compiler.margin import MARGIN_MAX

ABOUT = "LiteSNN's own format (docs/image.md), no chip's: the bit layout of Loihi 2 is not public. Little-endian."
VERSION: Final = 1
Parameter = Literal["bias_mant", "bias_exp", "vth", "du", "dv"]
PARAMETERS: tuple[Parameter, ...] = ("bias_mant", "bias_exp", "vth", "du", "dv")
"""Arrays per channel, in the order in which they stand in memory.bin."""

EncodingName = Annotated[str, Field(pattern=f"^({'|'.join(ENCODINGS)})$")]
Number = Annotated[int, Field(ge=0, lt=2**32)]
Width = Annotated[int, Field(ge=0, le=24)]
Interval = tuple[Number, Number]
Gap = Annotated[int, Field(ge=0, le=MARGIN_MAX)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class FormatDocument(Document):
    """A format register."""

    id: Annotated[int, Field(ge=1, le=IMAGE_FORMATS)]
    encoding: EncodingName
    weight_bits: Annotated[int, Field(ge=1, le=MANTISSA_BITS)]
    sign_mode: Literal["mixed", "excitatory", "inhibitory"]
    weight_exp: Annotated[int, Field(ge=-MANTISSA_BITS, le=SHIFT_MAX)]
    delay_bits: Width
    prefix_bits: Width
    index_bits: Width
    skip_bits: Width


class WindowDocument(Document):
    """A kernel that a read slides over its source; pairs are (row, column)."""

    source: tuple[Side, Side, Side]
    kernel: tuple[Side, Side]
    stride: tuple[Side, Side]
    padding: Interval
    dilation: tuple[Side, Side]
    channels: tuple[Number, ...]


class GroupDocument(Document):
    """Neurons of one population on a core: which, how they are numbered, what they compute, and which parameters they have."""

    population: Name
    map: tuple[Side, Side, Side]
    channels: Interval
    rows: Interval
    columns: Interval
    first: Number
    compartments: Literal[1, 2]
    margin: tuple[Gap, Gap] | None = None
    neurons: dict[str, Any]
    parameters: tuple[Parameter, ...]


class SectionsDocument(Document):
    """Rows of the tables of memory.bin."""

    words: Number
    lists: Number
    entries: Number
    axons: Number
    reads: Number
    routes: Number
    parameters: Number


class CoreDocument(Document):
    """memory.json."""

    about: str = ABOUT
    format: Literal["litesnn.image.core"] = "litesnn.image.core"
    version: Literal[1] = VERSION
    core: Number
    chip: Number
    router: tuple[Number, Number]
    slot: Number
    sections: SectionsDocument
    formats: Annotated[tuple[FormatDocument, ...], Field(max_length=IMAGE_FORMATS)]
    windows: tuple[WindowDocument, ...]
    groups: tuple[GroupDocument, ...]


class SenderDocument(Document):
    """What enters the cores from outside; tables in input.bin."""

    name: Name
    kind: Literal["source", "host"]
    shape: tuple[Side, Side, Side]
    minimum: Value
    maximum: Value
    message_bits: Annotated[int, Field(ge=0, le=24)]
    arrival: Steps
    routes: Number
    writes: Number


class ImageDocument(Document):
    """image.json."""

    about: str = ABOUT
    format: Literal["litesnn.image"] = "litesnn.image"
    version: Literal[1] = VERSION
    name: str
    profile: str
    timesteps: Annotated[int, Field(ge=1, le=2**16)]
    isolated: bool
    interval: Period
    slots: Period
    word_bits: Annotated[int, Field(ge=8, le=1024)]
    header_bits: Annotated[int, Field(ge=FORMAT_BITS + COUNT_BITS, le=1024)]
    order: tuple[AxisName, AxisName, AxisName]
    cores: Number
    senders: tuple[SenderDocument, ...]
    files: dict[str, Digest] = Field(default_factory=dict)
