"""Writing a conformance pack: all integers of a program, inputs, and what the exact simulator makes of them, as plain files."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import DataError
from litesnn.base.output_folder import FolderKind
from litesnn.base.text import brief
from litesnn.base.version import __version__
from litesnn.compiler.graph import Graph
from litesnn.compiler.program import Program
from litesnn.compiler.program.documents import graph_document, packed
from litesnn.jobs.card import pack_card
from litesnn.jobs.conformance.page import page
from litesnn.jobs.engines import Progress
from litesnn.jobs.fitting_input import Inputs
from litesnn.jobs.samples import Samples
from litesnn.reading import Kind, parse_json, read_file
from litesnn.runtime.exact import Simulator
from litesnn.runtime.trace import check_recorded
from litesnn.runtime.traces import TraceWriter
from litesnn.runtime.traces.compare import chunk_of, require_single_samples
from litesnn.runtime.traces.document import PACK_FILE, PACK_FORMAT

VERSION = 1
PAGE = "README.md"
NETWORK = "network"


def _listed(root: Path) -> Sequence[str]:
    """The files that a pack's manifest lists."""
    place = root / PACK_FILE
    found = parse_json(read_file(place, Kind(DataError, "manifest", 2**26)), str(place), DataError)
    files = found.get("files") if isinstance(found, dict) and found.get("format") == PACK_FORMAT else None
    if not isinstance(files, dict):
        raise DataError(f"{place}: found no '{PACK_FORMAT}' with its files")
    return list(files)


PACK = FolderKind(
    name="a LiteSNN conformance pack", directory="the pack's folder", error=DataError, manifest=PACK_FILE, files=_listed
)


@dataclass(frozen=True, repr=False)
class ConformancePack(Shown):
    """What was written where: the origin of its samples, how many, steps per sample, traced populations, files and their bytes."""

    path: Path
    origin: str
    samples: int
    timesteps: int
    populations: tuple[str, ...]
    files: int
    bytes: int

    def card(self) -> Card:
        """See `Shown`: what is in it."""
        return pack_card(self)


def traced(graph: Graph, populations: Sequence[str]) -> list[str]:
    """Names to trace, in the order of the graph: those given, or all.

    Raises
    ------
    DataError
        For names that are not populations of the graph.
    """
    check_recorded(graph, populations)
    return [p.name for p in graph.membranes if not populations or p.name in populations]


def write_pack(
    program: Program,
    samples: Samples,
    directory: Path,
    *,
    populations: Sequence[str] = (),
    device: str = "cpu",
    progress: Progress | None = None,
) -> ConformancePack:
    """Write a pack, whole or not at all; an earlier one there is replaced.

    Parameters
    ----------
    samples : whose inputs are as the chip gets them
    populations : that are traced; all where empty. The integers are those of the whole network always

    Raises
    ------
    DataError
        For names that are not populations, a program whose samples meet, or a place that cannot be written.
    """
    graph, inputs = program.graph, samples.inputs
    names = traced(graph, populations)
    require_single_samples(graph)
    steps = int(inputs.shape[1]) if inputs.ndim == 5 else graph.timesteps
    with PACK.staged(directory) as staging:
        with TraceWriter(folder=staging, graph=graph, inputs=inputs, record=names, timesteps=steps) as writer:
            _trace(graph, inputs, names, chunk_of(graph, names, steps), writer, device, progress)
            trace = writer.document()
        document, tensors = graph_document(graph)
        network = _Files(staging)
        places = {
            name: network.add(number, name, values) for number, (name, values) in enumerate(packed(tensors).items())
        }
        network.write(PAGE, page(program, trace, places).encode())
        recorded = (trace.inputs, trace.readout, *trace.arrays)
        digests = {stored.file: stored.sha256 for stored in recorded if stored is not None}
        manifest: dict[str, Any] = {
            "format": PACK_FORMAT,
            "version": VERSION,
            "litesnn": __version__,
            "name": program.name,
            "profile": program.profile.name,
            "command": program.command,
            "network": document,
            "tensors": places,
            "trace": trace.model_dump(mode="json", by_alias=True, exclude_none=True),
            "files": {**digests, **network.digests},
        }
        network.write(PACK_FILE, (json.dumps(manifest, indent=1, sort_keys=True, allow_nan=False) + "\n").encode())
        files = [path for path in staging.rglob("*") if path.is_file()]
        return ConformancePack(
            path=directory,
            origin=samples.origin,
            samples=len(inputs),
            timesteps=steps,
            populations=tuple(names),
            files=len(files),
            bytes=sum(path.stat().st_size for path in files),
        )


def _trace(
    graph: Graph,
    inputs: Inputs,
    names: Sequence[str],
    step: int,
    writer: TraceWriter,
    device: str,
    progress: Progress | None,
) -> None:
    simulator = Simulator(graph, device)
    sending = [name for name in names if graph[name].sends != "nothing"]
    for start in range(0, len(inputs), step):
        part = inputs[start : start + step]
        writer.add(simulator.run(part, record=sending, record_states=names))
        if progress is not None:
            progress("exact", start + len(part), len(inputs))


class _Files:
    """Writes files and keeps their hashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digests: dict[str, str] = {}
        (folder / NETWORK).mkdir()

    def write(self, name: str, content: bytes) -> None:
        """One file."""
        (self.folder / name).write_bytes(content)
        self.digests[name] = hashlib.sha256(content).hexdigest()

    def add(self, number: int, name: str, values: Any) -> str:
        """A tensor as a .npy file of its own; its name in the folder."""
        buffer = io.BytesIO()
        np.save(buffer, np.atleast_1d(values), allow_pickle=False)
        file = f"{NETWORK}/{number:04}.{_plain(name)}.npy"
        self.write(file, buffer.getvalue())
        return file


def _plain(name: str) -> str:
    """A name of characters that every file system takes, for people; the manifest says which tensor it is."""
    return "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in brief(name)
    )
