"""graph.json and weights.safetensors: a graph as plain documents and arrays, and back.

`graph_document` and `read_graph` are inverse: a graph that was written and read is the same graph, to the last bit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from litesnn.compiler.graph import (
    DECAY_UNITY,
    GEOMETRIES,
    INJECTED,
    FidelityLabel,
    Graph,
    Membranes,
    Neurons,
    Population,
    Range,
    Readout,
    Removal,
    Schedule,
    SigmaDelta,
    Source,
    SynapseBlock,
    SynapseFormat,
)
from litesnn.compiler.graph.block import MANTISSA_BITS
from litesnn.compiler.program.arrays import MEMBRANE_ARRAYS, array_problems, graph_arrays
from litesnn.errors import ProgramError

Array = npt.NDArray[Any]
# Far beyond any network of these chips, and small enough that nothing derived from them exhausts the machine.
TIMESTEPS_MAX = 2**16
STEPS_MAX = 2**20
SHIFT_MAX = 23
Name = Annotated[str, Field(min_length=1, max_length=1000)]
Side = Annotated[int, Field(ge=1, le=2**16)]
Index = Annotated[int, Field(ge=0, le=2**31)]
Steps = Annotated[int, Field(ge=0, le=STEPS_MAX)]
Period = Annotated[int, Field(ge=1, le=STEPS_MAX)]
Shift = Annotated[int, Field(ge=0, le=SHIFT_MAX)]
Value = Annotated[int, Field(ge=-(2**23), le=2**23 - 1)]
MessageBits = Annotated[int, Field(ge=1, le=32)]
Window = Annotated[int, Field(ge=0, le=2**15)]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class SigmaDeltaDocument(_Document):
    """What a sigma-delta population has besides its membranes."""

    kind: Literal["delta", "sigma_delta", "sigma"]
    activation: Literal["unit", "relu"]
    spike_exp: Shift
    state_exp: Shift
    cum_error: bool
    message_bits: MessageBits


class PopulationDocument(_Document):
    """One population; arrays per channel are tensors `<name>.vth`, `.bias_mant`, `.bias_exp`, `.unit`."""

    kind: Literal["source", "neurons", "readout", "sigma_delta"]
    name: Name
    shape: tuple[Side, Side, Side]
    channels: tuple[Index, ...]
    genotype_channels: Index
    place: str
    arrival: Steps | None = None
    minimum: Value | None = None
    maximum: Value | None = None
    message_bits: Annotated[int, Field(ge=0, le=24)] | None = None
    du: Annotated[int, Field(ge=-1, lt=DECAY_UNITY)] | None = None
    dv: Annotated[int, Field(ge=0, le=DECAY_UNITY)] | None = None
    reset_interval: Period | None = None
    reset_offset: Steps | None = None
    initiation_interval: Period | None = None
    open_slots: Period | None = None
    on_host: bool | None = None
    is_output: bool | None = None
    sigma_delta: SigmaDeltaDocument | None = None
    role: Literal["lif", "maximum", "relay"] | None = None

    @model_validator(mode="after")
    def _fields_of_its_kind(self) -> PopulationDocument:
        needed = _SOURCE if self.kind == "source" else _MEMBRANES | _OWN.get(self.kind, frozenset())
        missing = sorted(name for name in needed if getattr(self, name) is None)
        if missing:
            raise ValueError(f"a population of kind {self.kind} needs {', '.join(missing)}")
        return self


_SOURCE = frozenset({"minimum", "maximum", "message_bits"})
_MEMBRANES = frozenset({"du", "dv", "initiation_interval", "on_host", "is_output"})
_OWN = {"neurons": frozenset({"role"}), "sigma_delta": frozenset({"sigma_delta"})}


class BlockDocument(_Document):
    """One synapse block; weight codes (and channel maps) are tensors `<name>.codes`, `.sources`, ..."""

    name: Name
    source: Name
    target: Name
    edge: str
    place: str
    geometry: str
    params: dict[str, Window | tuple[Window, Window]]
    exponent: Shift
    num_weight_bits: Annotated[int, Field(ge=1, le=MANTISSA_BITS)]
    weight_exp: Annotated[int, Field(ge=-MANTISSA_BITS, le=SHIFT_MAX)]
    sign_mode: Literal["mixed", "excitatory", "inhibitory"]
    delay: Annotated[int, Field(ge=INJECTED, le=STEPS_MAX)]
    distance: Annotated[int, Field(ge=0, le=1)] = 0


class GraphDocument(_Document):
    """graph.json."""

    format: Literal["litesnn.graph"] = "litesnn.graph"
    version: Literal[1] = 1
    timesteps: Annotated[int, Field(ge=1, le=TIMESTEPS_MAX)]
    isolated: bool = False
    populations: tuple[PopulationDocument, ...]
    blocks: tuple[BlockDocument, ...]
    labels: tuple[FidelityLabel, ...]
    removals: tuple[Removal, ...]
    ranges: tuple[Range, ...]
    schedule: Schedule | None = None


def graph_document(graph: Graph) -> tuple[dict[str, Any], dict[str, Array]]:
    """The graph as a JSON document and named tensors."""
    tensors = {name: values for _, name, values in graph_arrays(graph)}
    document = GraphDocument(
        timesteps=graph.timesteps,
        isolated=graph.isolated,
        populations=tuple(_population_document(population) for population in graph.populations),
        blocks=tuple(_block_document(block) for block in graph.blocks),
        labels=graph.labels,
        removals=graph.removals,
        ranges=graph.ranges,
        schedule=graph.schedule,
    )
    return document.model_dump(mode="json", exclude_none=True), tensors


def read_graph(document: Mapping[str, Any], tensors: Mapping[str, Array]) -> Graph:
    """The graph of a document and its tensors.

    Raises
    ------
    ProgramError
        For fields that are missing, unknown or of the wrong type, for missing tensors, and for parts that do not fit together.
    """
    try:
        parsed = GraphDocument.model_validate_json(json.dumps(document))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ProgramError(
            f"graph.json: {place}: {first['msg']} (was this program written by another version?)"
        ) from error
    try:
        populations = [_read_population(entry, tensors) for entry in parsed.populations]
        blocks = [_read_block(entry, tensors) for entry in parsed.blocks]
    except KeyError as error:
        raise ProgramError(f"weights.safetensors: tensor {error} is missing") from error
    found = parsed.labels, parsed.removals, parsed.ranges, parsed.schedule
    graph = Graph(
        parsed.timesteps, Graph.build(parsed.timesteps, populations, blocks).network, *found, isolated=parsed.isolated
    )
    for problem in chain(array_problems(graph), graph.structural_problems()):
        raise ProgramError(f"graph.json: {problem}")
    unused = sorted(set(tensors) - {name for _, name, _ in graph_arrays(graph)})
    if unused:
        raise ProgramError(f"weights.safetensors: tensor '{unused[0]}' belongs to no population or block")
    return graph


def _population_document(population: Population) -> PopulationDocument:
    common: dict[str, Any] = {
        "name": population.name,
        "shape": population.shape,
        "channels": population.channels,
        "genotype_channels": population.genotype_channels,
        "place": population.place,
        "arrival": population.arrival,
    }
    if isinstance(population, Source):
        return PopulationDocument(
            kind="source",
            minimum=population.minimum,
            maximum=population.maximum,
            message_bits=population.message_bits,
            **common,
        )
    assert isinstance(population, Membranes)
    common |= {
        "du": population.du,
        "dv": population.dv,
        "reset_interval": population.reset_interval,
        "reset_offset": population.reset_offset,
        "initiation_interval": population.initiation_interval,
        "open_slots": population.open_slots,
        "on_host": population.on_host,
        "is_output": population.is_output,
    }
    if isinstance(population, SigmaDelta):
        parts = {part: getattr(population, part) for part in SigmaDeltaDocument.model_fields}
        return PopulationDocument(kind="sigma_delta", sigma_delta=SigmaDeltaDocument(**parts), **common)
    if isinstance(population, Neurons):
        return PopulationDocument(kind="neurons", role=population.role, **common)
    return PopulationDocument(kind="readout", **common)


def _read_population(entry: PopulationDocument, tensors: Mapping[str, Array]) -> Population:
    fields = entry.model_dump(exclude={"kind", "sigma_delta"}, exclude_none=True)
    try:
        if entry.kind == "source":
            return Source(**fields)
        arrays: dict[str, Any] = {part: tensors.get(f"{entry.name}.{part}") for part in MEMBRANE_ARRAYS}
        if entry.kind == "readout":
            arrays.pop("vth")
            return Readout(**fields, **arrays)
        if entry.sigma_delta is not None:
            return SigmaDelta(**fields, **arrays, **entry.sigma_delta.model_dump())
        arrays["vth"] = tensors[f"{entry.name}.vth"]
        return Neurons(**fields, **arrays)
    except TypeError as error:
        raise ProgramError(f"graph.json: population {entry.name}: {error}") from error


def _block_document(block: SynapseBlock) -> BlockDocument:
    assert block.format is not None, "programs hold formatted graphs"
    return BlockDocument(
        name=block.name,
        source=block.source,
        target=block.target,
        edge=block.edge,
        place=block.place,
        geometry=block.geometry.kind,
        params=block.geometry.params(),
        exponent=block.exponent,
        num_weight_bits=block.format.num_weight_bits,
        weight_exp=block.format.weight_exp,
        sign_mode=block.format.sign_mode,
        delay=block.delay,
        distance=block.distance,
    )


def _read_block(entry: BlockDocument, tensors: Mapping[str, Array]) -> SynapseBlock:
    kind = GEOMETRIES.get(entry.geometry)
    if kind is None:
        raise ProgramError(
            f"graph.json: block {entry.name}: geometry '{entry.geometry}'; allowed: {', '.join(GEOMETRIES)}"
        )
    arrays: dict[str, Any] = {part: tensors[f"{entry.name}.{part}"] for part in kind.array_names}
    params: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.params.items()
    }
    try:
        geometry = kind(**arrays, **params)
    except TypeError as error:
        raise ProgramError(f"graph.json: block {entry.name}: {error}") from error
    return SynapseBlock(
        name=entry.name,
        source=entry.source,
        target=entry.target,
        geometry=geometry,
        edge=entry.edge,
        place=entry.place,
        exponent=entry.exponent,
        format=SynapseFormat(entry.num_weight_bits, entry.weight_exp, entry.sign_mode),
        delay=entry.delay,
        distance=entry.distance,
    )


def packed(tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Tensors in the smallest signed integer type that holds them (floats stay), for the file."""
    result = {}
    for name, values in tensors.items():
        if values.dtype.kind == "i":
            low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
            dtype = next(
                t for t in (np.int8, np.int16, np.int32, np.int64) if np.iinfo(t).min <= low and high <= np.iinfo(t).max
            )
            values = values.astype(dtype)
        result[name] = np.ascontiguousarray(values)
    return result


def unpacked(tensors: Mapping[str, Array]) -> dict[str, Array]:
    """The types graphs compute with: int32 codes, int64 elsewhere; `ProgramError` for codes that are wider."""
    result = {}
    for name, values in tensors.items():
        if values.dtype.kind == "i":
            wide = values.astype(np.int64)
            codes = wide.astype(np.int32) if name.endswith(".codes") else wide
            if not np.array_equal(codes, wide):
                raise ProgramError(f"weights.safetensors: tensor '{name}': found values beyond 32 bits")
            values = codes
        result[name] = values
    return result
