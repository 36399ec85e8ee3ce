"""graph.json and weights.safetensors: a graph as plain documents and arrays, and back.

`graph_document` and `read_graph` are inverse: a graph that was written and read is the same graph, to the last bit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import Field, ValidationError

from litesnn.base.errors import ProgramError
from litesnn.compiler.graph import (
    GEOMETRIES,
    KINDS,
    FidelityLabel,
    Graph,
    Part,
    Population,
    Range,
    Removal,
    Schedule,
    Source,
    SynapseBlock,
    SynapseFormat,
    Table,
)
from litesnn.compiler.graph.block import MANTISSA_BITS
from litesnn.compiler.graph.kinds.document import SHIFT_MAX, Document, Name, PopulationDocument, Shift, Steps
from litesnn.compiler.graph.parts import Parts
from litesnn.compiler.graph.problems import structural_problems
from litesnn.compiler.program.arrays import array_problems, graph_arrays
from litesnn.compiler.program.version_1 import upgraded

Array = npt.NDArray[Any]
Parsed = TypeVar("Parsed", bound=Document)
# Far beyond any network of these chips, and small enough that nothing derived from them exhausts the machine.
TIMESTEPS_MAX = 2**16
Window = Annotated[int, Field(ge=0, le=2**15)]


class PartDocument(Document):
    """Which part of a split block's weights a block holds."""

    whole: Name
    byte: Annotated[int, Field(ge=0, le=MANTISSA_BITS)]


class BlockDocument(Document):
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
    delay: Steps
    distance: Steps = 0
    part: PartDocument | None = None
    injected: bool = False


class GraphDocument(Document):
    """graph.json."""

    format: Literal["litesnn.graph"] = "litesnn.graph"
    version: Literal[2] = 2
    timesteps: Annotated[int, Field(ge=1, le=TIMESTEPS_MAX)]
    isolated: bool = False
    populations: tuple[dict[str, Any], ...]
    blocks: tuple[BlockDocument, ...]
    labels: tuple[FidelityLabel, ...]
    removals: tuple[Removal, ...]
    ranges: tuple[Range, ...]
    schedule: Schedule | None = None


_KINDS: tuple[type[Population], ...] = (Source, *KINDS)
DOCUMENTS: Table[type[PopulationDocument]] = Table("graph.json", {k: k.document for k in _KINDS}, ProgramError)
"""Of every kind, a plugin's too."""


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
    parsed = _parsed(GraphDocument, upgraded(document), "")
    try:
        populations = [read_population(f"populations.{i}", x, tensors) for i, x in enumerate(parsed.populations)]
        blocks = [_read_block(entry, tensors) for entry in parsed.blocks]
    except KeyError as error:
        raise ProgramError(f"weights.safetensors: tensor {error} is missing") from error
    found = parsed.labels, parsed.removals, parsed.ranges, parsed.schedule
    graph = Graph(parsed.timesteps, Parts(populations, blocks), *found, isolated=parsed.isolated)
    for problem in chain(array_problems(graph), structural_problems(graph)):
        raise ProgramError(f"graph.json: {problem}")
    unused = sorted(set(tensors) - {name for _, name, _ in graph_arrays(graph)})
    if unused:
        raise ProgramError(f"weights.safetensors: tensor '{unused[0]}' belongs to no population or block")
    return graph


def _parsed(kind: type[Parsed], document: Mapping[str, Any], place: str) -> Parsed:
    try:
        return kind.model_validate_json(json.dumps(document))
    except ValidationError as error:
        first = error.errors()[0]
        where = place + ".".join(map(str, first["loc"]))
        raise ProgramError(
            f"graph.json: {where}: {first['msg']} (was this program written by another version?)"
        ) from error


def _population_document(population: Population) -> dict[str, Any]:
    return DOCUMENTS.of(population, population.name).of(population).model_dump(mode="json", exclude_none=True)


def read_population(place: str, entry: Mapping[str, Any], tensors: Mapping[str, Array]) -> Population:
    """The population of an entry, with its arrays `<name>.<array>`; `place` is where it stands. Raises as `read_graph`."""
    kind: Any = next((kind for kind in DOCUMENTS if DOCUMENTS.entry(kind).tells(entry)), None)
    if kind is None:
        told = ", ".join(f"{tag} {entry[tag]!r}" for tag in ("kind", "role", "sigma_delta") if tag in entry)
        raise ProgramError(
            f"graph.json: {place}: found {told or 'no kind'}; allowed: {', '.join(k.kind for k in DOCUMENTS)} "
            "(was this program written by another version?)"
        )
    document = _parsed(kind.document, entry, f"{place}.")
    given = document.arguments()
    arrays: dict[str, Any] = {
        part: tensors[name] for part in kind.arrays if (name := f"{document.name}.{part}") in tensors
    }
    for part in document.in_either:
        if (part in given) == (part in arrays):
            found = "both" if part in given else "neither"
            where = f"as a number there or as the tensor '{document.name}.{part}'"
            raise ProgramError(f"graph.json: {place}: '{part}' stands {where}; found {found}")
    made: Population = kind(**given, **arrays)
    return made


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
        part=None if block.part is None else PartDocument(whole=block.part.whole, byte=block.part.byte),
        injected=block.injected,
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
        part=None if entry.part is None else Part(entry.part.whole, entry.part.byte),
        injected=entry.injected,
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
