"""`run_lava`: a compiled graph in Lava's CPU simulator, all samples streamed back to back through one network."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable, Collection
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph
from litesnn.errors import BackendError
from litesnn.runtime.lava.exchange import Recorded, load_readout, load_recording, save_plan
from litesnn.runtime.lava.plan import NetworkPlan, plan_network
from litesnn.runtime.lava.supervise import run_worker
from litesnn.runtime.trace import Trace

LAVA_VERSION = "0.10.0"


def run_lava(
    graph: Graph,
    inputs: npt.NDArray[np.int16],
    *,
    record: Collection[str] = (),
    record_states: Collection[str] = (),
    timeout: float = 120.0,
    progress: Callable[[int, int], None] | None = None,
) -> Trace:
    """Run samples in Lava, one every T steps; the graph is taken as it is, faults included.

    Parameters
    ----------
    inputs : (N, C, H, W) integers held for T steps, or (N, T, C, H, W) binary spikes
    record : populations whose spikes are recorded; one process each
    record_states : populations whose u and v are recorded after every step; one process each and a second phase per step
    timeout : seconds without a sign of life (the start, or a step of a large network) after which the run is given up
    progress : called with (Lava steps done, Lava steps)

    Raises
    ------
    BackendError
        If Lava is not installed, one of its processes died, raised or hangs, or the graph is not compiled through.
    DataError
        If the input does not fit the graph, or a recorded name is not a population.
    """
    require_lava()
    plan = plan_network(graph, inputs, record, record_states)
    with tempfile.TemporaryDirectory(prefix="litesnn-lava-") as name:
        folder = Path(name)
        try:
            save_plan(plan, folder)
        except OSError as error:
            raise BackendError(f"Lava: cannot write to {folder} ({error}); set TMPDIR to a folder with room") from error
        run_worker(folder, timeout, lambda step: progress(step, plan.steps) if progress else None)
        return Trace(
            readout=load_readout(folder),
            spikes={name: _shaped(graph, plan, folder, name, "spikes") for name in plan.record},
            currents={name: _shaped(graph, plan, folder, name, "u") for name in plan.record_states},
            membranes={name: _shaped(graph, plan, folder, name, "v") for name in plan.record_states},
        )


def require_lava() -> None:
    """Raise a BackendError that says what to install unless the Lava version this backend is written for is here."""
    try:
        found = f"lava-nc {metadata.version('lava-nc')}"
    except metadata.PackageNotFoundError:
        found = "no lava-nc"
    if found != f"lava-nc {LAVA_VERSION}":
        raise BackendError(
            f"the Lava backend needs Python 3.10 and lava-nc=={LAVA_VERSION}, found Python {platform.python_version()} and "
            f"{found}: install it in a Python 3.10 environment with pip install 'litesnn[lava]', or use the exact simulator (--samples 0, --simulator exact)"
        )


def _shaped(graph: Graph, plan: NetworkPlan, folder: Path, name: str, what: Recorded) -> npt.NDArray[Any]:
    """One recording as (N, T, C, H, W)."""
    rows = load_recording(plan, folder, name, what)
    shaped = rows.reshape(plan.samples, plan.timesteps, *graph[name].shape)
    return shaped if what == "spikes" else shaped.astype(np.int64)
