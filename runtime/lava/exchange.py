"""The folder through which `run_lava` and its worker exchange a plan and its results: .npy and .npz files and one JSON.

Recordings are `.npy` files of (steps, n), mapped into memory by the process that fills them: row k is Lava step k + 1.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from litesnn.runtime.lava.plan import NetworkPlan, NeuronPlan, SynapsePlan

Recorded = Literal["spikes", "u", "v"]
RECORDED_TYPES: dict[Recorded, type[np.generic]] = {"spikes": np.uint8, "u": np.int32, "v": np.int32}


def save_plan(plan: NetworkPlan, folder: Path) -> None:
    """Write a plan and create its empty recordings."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    header = _split(plan, "", arrays)
    header["neurons"] = [_split(part, f"neurons.{i}.", arrays) for i, part in enumerate(plan.neurons)]
    header["synapses"] = [_split(part, f"synapses.{i}.", arrays) for i, part in enumerate(plan.synapses)]
    np.savez(folder / "plan.npz", **arrays)
    (folder / "plan.json").write_text(json.dumps(header), encoding="utf-8")
    for name in plan.record:
        _create(plan, folder, name, "spikes")
    for name in plan.record_states:
        _create(plan, folder, name, "u")
        _create(plan, folder, name, "v")


def load_plan(folder: Path) -> NetworkPlan:
    """Read what `save_plan` wrote."""
    header = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    with np.load(folder / "plan.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    neurons = tuple(
        NeuronPlan(**part, **{key: arrays[f"neurons.{i}.{key}"] for key in ("vth", "bias_mant", "bias_exp")})
        for i, part in enumerate(header.pop("neurons"))
    )
    synapses = tuple(
        SynapsePlan(**part, mantissas=_matrix(arrays, f"synapses.{i}.mantissas"))
        for i, part in enumerate(header.pop("synapses"))
    )
    record, record_states = tuple(header.pop("record")), tuple(header.pop("record_states"))
    return NetworkPlan(
        **header,
        record=record,
        record_states=record_states,
        neurons=neurons,
        synapses=synapses,
        frames=arrays["frames"],
    )


def recording_path(plan: NetworkPlan, folder: Path, name: str, what: Recorded) -> Path:
    """File of one recording; populations are numbered, since their names need not be file names."""
    number = [neurons.name for neurons in plan.neurons].index(name)
    return folder / f"{number}.{what}.npy"


def load_recording(plan: NetworkPlan, folder: Path, name: str, what: Recorded) -> npt.NDArray[Any]:
    """One recording with the path delay removed, (N * T, n)."""
    rows = np.load(recording_path(plan, folder, name, what), mmap_mode="r", allow_pickle=False)
    first = plan.neuron(name).arrival
    return np.array(rows[first : first + plan.samples * plan.timesteps])


def save_readout(folder: Path, readout: npt.NDArray[np.int64]) -> None:
    """Write the readout's membranes, (N, classes)."""
    np.save(folder / "readout.npy", readout)


def load_readout(folder: Path) -> npt.NDArray[np.int64]:
    """Read the readout's membranes, (N, classes)."""
    readout: npt.NDArray[np.int64] = np.load(folder / "readout.npy", allow_pickle=False)
    return readout


def _create(plan: NetworkPlan, folder: Path, name: str, what: Recorded) -> None:
    shape = (plan.steps, plan.neuron(name).size)
    np.save(recording_path(plan, folder, name, what), np.zeros(shape, RECORDED_TYPES[what]))


def _split(part: NetworkPlan | NeuronPlan | SynapsePlan, prefix: str, arrays: dict[str, npt.NDArray[Any]]) -> Any:
    """The plain fields of a plan; its arrays and matrices go to `arrays`."""
    plain: dict[str, Any] = {}
    for entry in fields(part):
        value = getattr(part, entry.name)
        if isinstance(value, np.ndarray):
            arrays[prefix + entry.name] = value
        elif isinstance(value, csr_matrix):
            for piece in ("data", "indices", "indptr"):
                arrays[f"{prefix}{entry.name}.{piece}"] = getattr(value, piece)
            arrays[f"{prefix}{entry.name}.shape"] = np.array(value.shape)
        elif entry.name not in ("neurons", "synapses"):
            plain[entry.name] = value
    return plain


def _matrix(arrays: dict[str, npt.NDArray[Any]], name: str) -> csr_matrix:
    data, indices, indptr, shape = (arrays[f"{name}.{piece}"] for piece in ("data", "indices", "indptr", "shape"))
    return csr_matrix((data, indices, indptr), shape=tuple(int(side) for side in shape))
