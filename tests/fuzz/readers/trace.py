"""Traces that others write: the document, and the arrays that it names."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from small_graphs import dense, neurons, readout, source

from fuzz.case import Case, read_case
from fuzz.mutators.documents import json_document
from fuzz.mutators.kinds import everything, files
from fuzz.mutators.lift import on
from fuzz.mutators.npy import npy_header, npy_values
from fuzz.mutators.texts import encoding, json_text, token
from fuzz.reader import DifferentError, Place, Reader
from litesnn.compiler.graph import Graph
from litesnn.compiler.passes import BalanceDelays, StaggerResets
from litesnn.runtime.exact import simulate
from litesnn.runtime.traces import StoredTrace, TraceWriter, compare_stored, read_trace

STEPS = 3


def graph() -> Graph:
    """Two inputs, three neurons, two classes."""
    blocks = [dense("input", "lif", [[2, 1], [-1, 3], [1, 1]]), dense("lif", "readout", [[1, -1, 2], [2, 1, -1]])]
    made = Graph.build(STEPS, [source(2), neurons("lif", 3), readout(2)], blocks)
    return StaggerResets().apply(BalanceDelays(62, relay_bits=1).apply(made))


def seeds(folder: Path) -> list[Case]:
    """One trace with hashes and one without, as others may write it."""
    network, cases = graph(), []
    inputs = np.random.default_rng(0).integers(0, 2, (4, STEPS, 2, 1, 1)).astype(np.int16)
    for hashed in (True, False):
        place = folder / str(hashed)
        place.mkdir()
        with TraceWriter(place, network, inputs, ["lif", "readout"], STEPS) as writer:
            writer.add(simulate(network, inputs, record=["lif"], record_states=["lif", "readout"]))
            document = writer.document().model_dump(mode="json", by_alias=True)
        for entry in (document["inputs"], document["readout"], *document["arrays"]) if not hashed else ():
            del entry["sha256"]
        (place / "trace.json").write_text(json.dumps(document))
        cases.append(read_case(place))
    return cases


def read(place: Place) -> StoredTrace:
    """As `conformance --against` does."""
    return read_trace(place.path)


def use(found: StoredTrace, place: Place) -> None:
    """Compare it: a trace that is accepted has a verdict."""
    from litesnn.jobs.testbench.file_samples import check_values

    network = graph()
    result = compare_stored(network, found, check_values(network, None, found.inputs).inputs)
    if result.equal and result.differing:
        raise DifferentError("a trace with other values was called equal")


READER = Reader(
    seeds,
    (
        *(on(json_document, "trace.json"),) * 6,
        *(on(npy_header, ".npy"),) * 3,
        *(on(npy_values, ".npy"),) * 3,
        *(on(change, ".json") for change in (json_text, json_text, token, encoding)),
        files(".json", ".npy"),
        *everything(),
    ),
    read,
    use,
)
