"""Writing a trace as plain arrays, some samples at a time."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph
from litesnn.runtime.trace import Register, Trace
from litesnn.runtime.traces.document import RecordedArray, StoredArray, TraceDocument

INPUTS, READOUT = "inputs.npy", "readout.npy"
FOLDER = "trace"


class GrowingArray:
    """A .npy file of a known shape that is filled along its first axis; `sha256` is of what has been written."""

    def __init__(self, file: BinaryIO, dtype: npt.DTypeLike, shape: tuple[int, ...]) -> None:
        self.file, self.dtype, self.shape, self.digest = (
            file,
            np.dtype(dtype).newbyteorder("<"),
            shape,
            hashlib.sha256(),
        )
        header = {"descr": self.dtype.str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self, header)  # type: ignore[no-untyped-call]

    def write(self, content: bytes | memoryview) -> int:
        """Bytes as they are."""
        self.digest.update(content)
        return self.file.write(content)

    def add(self, values: npt.NDArray[Any]) -> None:
        """More rows."""
        self.write(np.ascontiguousarray(values, self.dtype).data.cast("B"))

    @property
    def sha256(self) -> str:
        """Of the file so far, in hexadecimal."""
        return self.digest.hexdigest()


class TraceWriter:
    """Writes inputs, readout and the registers of some populations into a folder.

    Parameters
    ----------
    inputs : of all samples
    record : names of populations
    timesteps : per sample
    """

    def __init__(self, folder: Path, graph: Graph, inputs: npt.NDArray[Any], record: list[str], timesteps: int) -> None:
        self._inputs, self._timesteps = inputs, timesteps
        self._open = ExitStack()
        self._folder = folder
        (folder / FOLDER).mkdir()
        samples = len(inputs)
        self._readout = self._array(READOUT, np.int64, (samples, graph.output.size))
        self._arrays: dict[tuple[str, Register], tuple[str, GrowingArray]] = {}
        numbers = {population.name: number for number, population in enumerate(graph.populations)}
        for name in record:
            population = graph[name]
            sent = np.int32 if population.sends == "graded" else np.uint8
            kept: list[tuple[Register, Any]] = [("u", np.int32), ("v", np.int32)]
            if population.sends != "nothing":
                kept.append(("spikes", sent))
            for register, dtype in kept:
                file = f"{FOLDER}/{numbers[name]:03}.{register}.npy"
                shape = (samples, timesteps, *population.shape)
                self._arrays[name, register] = (file, self._array(file, dtype, shape))

    def __enter__(self) -> TraceWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def add(self, trace: Trace) -> None:
        """The next samples, with all that is recorded."""
        self._readout.add(trace.readout)
        for (name, register), (_, array) in self._arrays.items():
            array.add(trace.recorded(name, register))

    def document(self) -> TraceDocument:
        """What was written, after all samples."""
        inputs = self._array(INPUTS, np.int16, self._inputs.shape)
        inputs.add(self._inputs)
        recorded = tuple(
            RecordedArray(file=file, sha256=array.sha256, population=name, register=register)
            for (name, register), (file, array) in self._arrays.items()
        )
        return TraceDocument(
            samples=len(self._inputs),
            timesteps=self._timesteps,
            inputs=StoredArray(file=INPUTS, sha256=inputs.sha256),
            readout=StoredArray(file=READOUT, sha256=self._readout.sha256),
            arrays=recorded,
        )

    def _array(self, name: str, dtype: npt.DTypeLike, shape: tuple[int, ...]) -> GrowingArray:
        return GrowingArray(self._open.enter_context((self._folder / name).open("wb")), dtype, shape)
