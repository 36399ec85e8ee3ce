"""Reading a trace that somebody wrote, in parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from litesnn.base.errors import DataError
from litesnn.base.text import brief
from litesnn.compiler.graph import Graph
from litesnn.reading import Kind, is_there, open_regular, parse_json, read_file, read_npy
from litesnn.reading.array_parts import ArrayParts
from litesnn.runtime.trace import Register
from litesnn.runtime.traces.document import PACK_FILE, PACK_FORMAT, TRACE_FILE, StoredArray, TraceDocument

Ints = npt.NDArray[np.int64]
_DOCUMENT = Kind(DataError, "trace", 2**26)
_ARRAY = Kind(DataError, "array", 2**40)
_PIECE = 2**20


@dataclass(frozen=True, eq=False)
class StoredTrace:
    """A trace in a folder.

    Attributes
    ----------
    arrays : (population, register) -> its array, (samples, timesteps, C, H, W)
    inputs : all of them
    readout : (samples, outputs); None where there is none
    """

    folder: Path
    document: TraceDocument
    inputs: npt.NDArray[np.generic]
    arrays: Mapping[tuple[str, Register], ArrayParts]
    readout: Ints | None

    def rows(self, population: str, register: Register, start: int, stop: int) -> Ints:
        """Some samples of a register, as whole numbers (`DataError` for others)."""
        return _whole(self.arrays[population, register].rows(start, stop), f"{brief(population)}: {register}")

    def check(self, graph: Graph) -> None:
        """Refuse arrays that are not of a graph's populations and shapes (`DataError`)."""
        known = {population.name for population in graph.membranes}
        for (name, register), array in self.arrays.items():
            if name not in known:
                raise DataError(
                    f"{self.folder}: found a trace of population '{brief(name)}'; allowed: {', '.join(sorted(known))}"
                )
            if register == "spikes" and graph[name].sends == "nothing":
                raise DataError(f"{self.folder}: found spikes of '{brief(name)}', which sends none; allowed: u and v")
            wanted = (self.document.samples, self.document.timesteps, *graph[name].shape)
            if array.shape != wanted:
                raise DataError(
                    f"{self.folder}: {register} of '{brief(name)}': found shape {array.shape}; allowed: (samples, timesteps, C, H, W) "
                    f"= {wanted}"
                )
        if self.readout is not None and self.readout.shape != (self.document.samples, graph.output.size):
            raise DataError(
                f"{self.folder}: readout: found shape {self.readout.shape}; allowed: "
                f"{(self.document.samples, graph.output.size)}"
            )


def read_trace(folder: Path) -> StoredTrace:
    """The trace of a folder that has a trace.json, or the manifest.json of a conformance pack.

    Raises
    ------
    DataError
        For a folder without either, a broken document, an array that is missing or broken or is not what its hash says.
    """
    document = _document(folder)
    arrays: dict[tuple[str, Register], ArrayParts] = {}
    for entry in document.arrays:
        key = (entry.population, entry.which)
        if key in arrays:
            raise DataError(f"{folder}: found {entry.which} of '{brief(entry.population)}' twice; allowed: once")
        arrays[key] = ArrayParts(_checked(folder, entry), _ARRAY)
    inputs = read_npy(_checked(folder, document.inputs), Kind(DataError))
    if inputs.shape[:1] != (document.samples,):
        raise DataError(
            f"{folder}: {document.inputs.file}: found shape {inputs.shape}; allowed: {document.samples} samples first"
        )
    readout = None
    if document.readout is not None:
        readout = _whole(read_npy(_checked(folder, document.readout), Kind(DataError)), "readout")
    return StoredTrace(folder=folder, document=document, inputs=inputs, arrays=arrays, readout=readout)


def _document(folder: Path) -> TraceDocument:
    own = is_there(folder / TRACE_FILE)
    place = folder / (TRACE_FILE if own else PACK_FILE)
    if not is_there(place):
        raise DataError(f"{folder}: found neither {TRACE_FILE} nor {PACK_FILE}; allowed: a folder with one of them")
    raw = parse_json(read_file(place, _DOCUMENT), str(place), DataError)
    if not own:
        found = raw.get("format") if isinstance(raw, dict) else None
        if found != PACK_FORMAT or not isinstance(raw.get("trace"), dict):
            raise DataError(
                f"{place}: found no '{PACK_FORMAT}' with a trace; allowed: one, or a {TRACE_FILE} beside it"
            )
        raw = raw["trace"]
    try:
        return TraceDocument.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise DataError(f"{place}: {brief(where)}: {first['msg']}") from error


def _checked(folder: Path, stored: StoredArray) -> Path:
    """The file of an array, after its hash where it has one."""
    path = folder / stored.file
    if stored.sha256 is not None:
        digest = hashlib.sha256()
        with open_regular(path, _ARRAY) as file:
            for piece in iter(partial(file.read, _PIECE), b""):
                digest.update(piece)
        if digest.hexdigest() != stored.sha256:
            raise DataError(
                f"{path}: wrong SHA-256: found {digest.hexdigest()}, the document says {stored.sha256}; if you wrote this array, leave its "
                "sha256 out of the document, or write yours"
            )
    return path


def _whole(values: npt.NDArray[Any], what: str) -> Ints:
    if values.dtype.kind == "f" and not (np.isfinite(values).all() and (values == np.rint(values)).all()):
        raise DataError(f"{what}: found values that are not whole numbers; allowed: the chip's integers")
    return values.astype(np.int64)
