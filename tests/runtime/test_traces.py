"""Traces on disk: what is written is read, a difference is found where it is, and a wrong rule is named for what it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_graphs import dense, neurons, readout, source

from litesnn.base.errors import DataError
from litesnn.compiler.graph import Conv2d, Graph, SynapseBlock
from litesnn.compiler.passes import BalanceDelays, StaggerResets
from litesnn.runtime.exact import simulate
from litesnn.runtime.trace import Register
from litesnn.runtime.traces import TraceComparison, TraceWriter, compare_stored, read_trace
from litesnn.runtime.traces import compare as comparing

Ints = Any
SAMPLES, STEPS, CHANNELS, SIDE, HIDDEN = 5, 6, 2, 4, 7
RNG = np.random.default_rng(5)
KERNEL = RNG.integers(-7, 8, (CHANNELS, CHANNELS, 3, 3))
CODES = RNG.integers(-7, 8, (HIDDEN, CHANNELS * SIDE * SIDE))


def network() -> Graph:
    """Spikes -> a convolution with current memory -> LIF -> readout; biases with exponents."""

    def ints(*values: int) -> Ints:
        return np.array(values, np.int64)

    first = neurons(
        "map", CHANNELS, SIDE, du=1500, dv=900, vth=ints(9, 11), bias_mant=ints(-37, 23), bias_exp=ints(1, 2)
    )
    second = neurons(
        "hidden", HIDDEN, dv=1300, vth=np.full(HIDDEN, 14), bias_mant=np.full(HIDDEN, 31), bias_exp=np.full(HIDDEN, 2)
    )
    conv = SynapseBlock("c", "input", "map", Conv2d(KERNEL.astype(np.int32), 1, 1), "c", "c", exponent=1)
    blocks = [conv, dense("map", "hidden", CODES), dense("hidden", "readout", RNG.integers(-7, 8, (3, HIDDEN)))]
    graph = Graph.build(STEPS, [source(CHANNELS, SIDE), first, second, readout(3)], blocks)
    return StaggerResets().apply(BalanceDelays(62, relay_bits=1).apply(graph))


GRAPH = network()
NAMES = ["map", "hidden", "readout"]
INPUTS = (np.random.default_rng(1).random((SAMPLES, STEPS, CHANNELS, SIDE, SIDE)) < 0.4).astype(np.int16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Our own trace, without hashes, so that a test may change it."""
    with TraceWriter(tmp_path, GRAPH, INPUTS, NAMES, STEPS) as writer:
        for start in range(0, SAMPLES, 2):
            writer.add(simulate(GRAPH, INPUTS[start : start + 2], record=NAMES[:2], record_states=NAMES))
        document = writer.document().model_dump(mode="json", by_alias=True)
    for entry in (document["inputs"], document["readout"], *document["arrays"]):
        del entry["sha256"]
    (tmp_path / "trace.json").write_text(json.dumps({**document, "written_by": "somebody"}))
    return tmp_path


def place(folder: Path, name: str, register: Register) -> Path:
    arrays = json.loads((folder / "trace.json").read_text())["arrays"]
    return next(folder / a["file"] for a in arrays if (a["population"], a["register"]) == (name, register))


def change(folder: Path, name: str, register: Register, edit: Callable[[Ints], Ints]) -> None:
    file = place(folder, name, register)
    np.save(file, edit(np.load(file).astype(np.int64)))


def compare(folder: Path, **more: Any) -> TraceComparison:
    return compare_stored(GRAPH, read_trace(folder), INPUTS, **more)


def test_what_was_written_is_equal(folder: Path) -> None:
    result = compare(folder)
    assert result.equal
    assert (result.differing, result.left_out, result.readouts) == (0, (), SAMPLES)
    assert result.values == sum(GRAPH[name].size for name in NAMES) * SAMPLES * STEPS * 3 - 3 * SAMPLES * STEPS


def test_chunks_find_what_one_run_finds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(folder, "hidden", "v", lambda v: np.where(np.arange(SAMPLES)[:, None, None, None, None] == 4, v + 1, v))
    change(folder, "map", "u", lambda u: np.where(np.arange(SAMPLES)[:, None, None, None, None] == 3, u + 1, u))
    whole = compare(folder)
    monkeypatch.setattr(comparing, "CHUNK_BYTES", 1)
    assert compare(folder) == whole
    assert whole.first is not None
    assert (whole.first.population, whole.first.register, whole.first.sample, whole.first.step) == ("map", "u", 3, 0)


def test_one_value_is_found_where_it_is(folder: Path) -> None:
    def edit(v: Ints) -> Ints:
        v[2, 3, 1, 0, 2] += 5
        return v

    change(folder, "map", "v", edit)
    first = compare(folder).first
    assert first is not None
    assert (first.population, first.register, first.sample, first.step, first.neuron) == ("map", "v", 2, 3, (1, 0, 2))
    assert first.theirs - first.ours == 5
    assert "cause unknown" in first.causes[0]


def test_a_readout_that_forgets_is_found_and_named(folder: Path) -> None:
    change(folder, "readout", "v", lambda v: np.diff(v, axis=1, prepend=0))
    first = compare(folder).first
    assert first is not None
    assert (first.population, first.register) == ("readout", "v")
    assert "the membrane has no memory (explains all" in first.causes[0]


def test_a_part_of_a_trace_is_enough(folder: Path) -> None:
    document = json.loads((folder / "trace.json").read_text())
    document["arrays"] = [a for a in document["arrays"] if a["register"] == "spikes"]
    del document["readout"]
    (folder / "trace.json").write_text(json.dumps(document))
    result = compare(folder)
    assert result.equal
    assert result.left_out == ("map: u, v", "hidden: u, v", "readout")
    assert compare(folder, populations=["readout"]).equal is None


def run_wrongly(folder: Path, rule: str) -> None:
    """A simulator of somebody else, wrong in one rule; it writes all registers of the first population and its spikes."""
    population = GRAPH["map"]
    arriving = np.zeros((SAMPLES, STEPS, CHANNELS, SIDE, SIDE), np.int64)
    kernel = {"flipped": KERNEL[:, :, ::-1, ::-1], "transposed": KERNEL.swapaxes(2, 3)}.get(rule, KERNEL)
    exponent = 0 if rule == "exponent" else 1
    padded = np.pad(INPUTS.astype(np.int64), ((0, 0), (0, 0), (0, 0), (1, 1), (1, 1)))
    for y in range(SIDE):
        for x in range(SIDE):
            window = padded[:, :, :, y : y + 3, x : x + 3]
            arriving[:, :, :, y, x] = np.einsum("ntcyx,ocyx->nto", window, kernel) << exponent
    if rule == "late":
        arriving = np.concatenate([0 * arriving[:, :1], arriving[:, :-1]], 1)
    du, dv = 4096 - 1501, 4096 - 900
    du += rule == "du offset"
    dv += rule == "dv offset"
    bias = (population.bias_mant << (0 if rule == "mantissa" else population.bias_exp))[:, None, None]  # type: ignore[attr-defined]
    vth = (population.vth << 6)[:, None, None]  # type: ignore[attr-defined]

    def decayed(state: Ints, keeps: int, floor: bool) -> Ints:
        return (state * keeps) >> 12 if floor else np.sign(state) * ((np.abs(state) * keeps) >> 12)

    u = v = np.zeros(arriving[:, 0].shape, np.int64)
    kept_u, kept_v, kept_s = [], [], []
    for t in range(STEPS):
        u = decayed(u, du, rule == "floor u") + (arriving[:, t] << (0 if rule == "shift" else 6))
        v = decayed(v, dv, rule == "floor v") + u + (0 if rule == "no bias" else bias)
        spikes = v >= vth if rule == "at" else v > vth
        before = v
        v = np.where(spikes, v - vth if rule == "subtract" else 0, v)
        for kept_list, value in ((kept_u, u), (kept_v, before if rule == "before reset" else v), (kept_s, spikes)):
            kept_list.append(value)
    for register, values in (("u", kept_u), ("v", kept_v), ("spikes", kept_s)):
        change(folder, "map", register, lambda _, values=values: np.stack(values, 1).astype(np.int64))  # type: ignore[arg-type, misc]


def test_the_other_simulator_is_right_where_nothing_is_wrong(folder: Path) -> None:
    run_wrongly(folder, "")
    assert compare(folder).equal


@pytest.mark.parametrize(
    ("rule", "register", "cause"),
    [
        ("floor u", "u", "current's decay rounds down instead of toward zero"),
        ("floor v", "v", "the decay rounds down instead of toward zero"),
        ("du offset", "u", "4096 - du of 4096 instead of"),
        ("dv offset", "v", "4096 - (dv - 1) of 4096"),
        ("shift", "u", "what arrives lacks its shift"),
        ("flipped", "u", "rotated by 180 degrees"),
        ("transposed", "u", "height and width of the kernel are swapped"),
        ("exponent", "u", "lacks its exponent"),
        ("late", "u", "one step late"),
        ("mantissa", "spikes", "the bias lacks its exponent"),
        ("no bias", "spikes", "the bias is left out"),
        ("subtract", "v", "subtracts the threshold"),
        ("before reset", "v", "given before the reset"),
    ],
)
def test_a_wrong_rule_is_named(folder: Path, rule: str, register: str, cause: str) -> None:
    run_wrongly(folder, rule)
    first = compare(folder, populations=["map"]).first
    assert first is not None
    assert first.register == register
    assert cause in first.causes[0]
    assert "explains all" in first.causes[0]


def test_spiking_at_the_threshold_is_named(tmp_path: Path) -> None:
    """Whole-numbered membranes that reach their threshold exactly."""
    graph = Graph.build(
        2,
        [source(1), neurons("lif", 1, dv=0, vth=np.array([3])), readout(1)],
        [
            dense("input", "lif", [[3]]),
            dense("lif", "readout", [[1]]),
        ],
    )
    graph = StaggerResets().apply(BalanceDelays(62, relay_bits=1).apply(graph))
    inputs = np.ones((1, 2, 1, 1, 1), np.int16)
    with TraceWriter(tmp_path, graph, inputs, ["lif"], 2) as writer:
        writer.add(simulate(graph, inputs, record=["lif"], record_states=["lif"]))
        document = writer.document()
    spikes = next(a for a in document.arrays if a.which == "spikes")
    np.save(tmp_path / spikes.file, np.ones((1, 2, 1, 1, 1), np.uint8))
    (tmp_path / "trace.json").write_text(document.model_dump_json(by_alias=True).replace(spikes.sha256 or "", "0" * 64))
    with pytest.raises(DataError, match="wrong SHA-256"):
        read_trace(tmp_path)
    plain = json.loads(document.model_dump_json(by_alias=True))
    for entry in plain["arrays"]:
        entry["sha256"] = None
    (tmp_path / "trace.json").write_text(json.dumps(plain))
    first = compare_stored(graph, read_trace(tmp_path), inputs).first
    assert first is not None
    assert (first.register, first.step, first.ours, first.theirs) == ("spikes", 0, 0, 1)
    assert "spikes at the threshold too" in first.causes[0]


def broken(document: dict[str, Any], **changes: Any) -> str:
    return json.dumps({**document, **changes})


def test_broken_traces_are_refused(folder: Path) -> None:
    document = json.loads((folder / "trace.json").read_text())
    array = document["arrays"][0]
    cases = [
        (broken(document, format="other"), "format"),
        (broken(document, samples=0), "samples"),
        (broken(document, samples=4), "allowed: 4 samples first"),
        (broken(document, arrays=[{**array, "file": "../u.npy"}]), "a file inside the folder"),
        (broken(document, arrays=[{**array, "file": "none.npy"}]), "none.npy"),
        (broken(document, arrays=[array, array]), "twice"),
        (broken(document, arrays=[{**array, "population": "ghost"}]), "found a trace of population 'ghost'"),
        (broken(document, timesteps=7), "found shape"),
        (broken(document, timesteps=7, arrays=[]), "found 7 timesteps"),
        (broken(document, arrays=[{**array, "population": "readout", "register": "spikes"}]), "which sends none"),
        ("[", "trace.json"),
    ]
    for text, message in cases:
        (folder / "trace.json").write_text(text)
        with pytest.raises(DataError, match=message):
            compare(folder)
    (folder / "trace.json").write_text(json.dumps(document))
    np.save(folder / array["file"], np.load(folder / array["file"]) + 0.5)
    with pytest.raises(DataError, match="not whole numbers"):
        compare(folder)
