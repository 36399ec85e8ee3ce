"""The folder through which `run_lava` and its worker exchange a job and its results: one JSON, safetensors, .npy files.

Recordings are `.npy` files that the process which fills them maps into memory: rows of (Lava steps, n), row k being Lava step
k + 1, or whole samples (N, T, n).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from litesnn.base.parts.part import Told, preparations, prepare
from litesnn.compiler.graph import Graph
from litesnn.compiler.program.documents import graph_document, packed, read_graph, unpacked
from litesnn.runtime.lava.neurons import Recorded
from litesnn.runtime.lava.plan import Inputs, NetworkPlan, plan_network

Models = Literal["stock", "fast", "fused"]


@dataclass(frozen=True, eq=False)
class Job:
    """What a worker is to run: samples through a graph, with one of the model sets, and what to record."""

    graph: Graph
    inputs: Inputs
    record: tuple[str, ...]
    record_states: tuple[str, ...]
    models: Models

    @property
    def plan(self) -> NetworkPlan:
        """The network of the job."""
        return plan_network(self.graph, self.inputs, self.record, self.record_states)


def save_job(job: Job, folder: Path) -> None:
    """Write a job."""
    document, tensors = graph_document(job.graph)
    save_file(packed(tensors), folder / "weights.safetensors")
    np.save(folder / "inputs.npy", job.inputs)
    request = {
        "preparations": asdict(preparations()),
        "record": job.record,
        "record_states": job.record_states,
        "models": job.models,
        "graph": document,
    }
    (folder / "job.json").write_text(json.dumps(request), encoding="utf-8")


def load_job(folder: Path) -> Job:
    """Read what `save_job` wrote; the inputs stay on the disk until they are used."""
    request = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    prepare(Told(**request["preparations"]))
    graph = read_graph(request["graph"], unpacked(load_file(folder / "weights.safetensors")))
    inputs = np.load(folder / "inputs.npy", mmap_mode="r", allow_pickle=False)
    return Job(
        graph=graph,
        inputs=inputs,
        record=tuple(request["record"]),
        record_states=tuple(request["record_states"]),
        models=request["models"],
    )


def recording_path(graph: Graph, folder: Path, name: str, what: Recorded) -> Path:
    """File of one recording; populations are numbered, since their names need not be file names."""
    number = [population.name for population in graph.populations].index(name)
    return folder / f"{number}.{what}.npy"


def create_recording(path: Path, shape: tuple[int, ...], dtype: npt.DTypeLike) -> None:
    """An empty recording; written in full, so that a disk without room is an error here and not a fault on first touch."""
    np.save(path, np.zeros(shape, dtype))


def load_recording(plan: NetworkPlan, path: Path, name: str) -> npt.NDArray[Any]:
    """One recording with the path delay removed, (N, T, n)."""
    recorded = np.load(path, mmap_mode="r", allow_pickle=False)
    return np.array(plan.unfold(name, recorded) if recorded.ndim == 2 else recorded)


def readout_path(folder: Path) -> Path:
    """File of what the host reads, (N, outputs) int64."""
    return folder / "readout.npy"
