"""`litesnn run`: the readout, what is recorded and timed, and what it refuses."""

import re
import time
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from command_line import call, everything, json_of, ok, refused
from rich.console import Console
from written_genotypes import document, written

from litesnn.base.bars import EngineProgress
from litesnn.commands.compile import compile_app
from litesnn.compiler.program import Program
from litesnn.kernels import library
from litesnn.runtime.exact import simulate


def test_run_writes_the_readout_and_what_is_recorded(program: Path, inputs: Path, tmp_path: Path) -> None:
    graph = Program.load(program).graph
    target = tmp_path / "y.npz"
    found = json_of("run", program, "--input", inputs, "-o", target, "--record", "all")
    arrays = dict(np.load(target))
    assert arrays["readout"].shape == (5, 4)
    expected = {"readout", "readout.u", "readout.v"}
    names = [p.name for p in graph.membranes if p.name != "readout"]
    expected |= {f"{name}.{part}" for name in names for part in ("spikes", "u", "v")}
    fewer = {p.name: p.channels for p in graph.membranes if len(p.channels) < p.genotype_channels}
    assert fewer, "this network was chosen for its dead channels"
    assert set(arrays) == expected | {f"{name}.channels" for name in fewer}
    for name, channels in fewer.items():
        assert tuple(arrays[f"{name}.channels"]) == channels
    trace = simulate(graph, np.load(inputs).astype(np.int16), record=names, record_states=names)
    for name in names:
        for part, values in (("spikes", trace.spikes), ("u", trace.currents), ("v", trace.membranes)):
            assert arrays[f"{name}.{part}"].shape == (5, graph.timesteps, *graph[name].shape)
            np.testing.assert_array_equal(arrays[f"{name}.{part}"], values[name])
    np.testing.assert_array_equal(arrays["readout"], trace.readout)
    np.testing.assert_array_equal(arrays["readout.v"][:, -1].reshape(5, -1), trace.readout)
    assert found["predictions"] == trace.predictions.tolist()
    assert found["samples"] == 5
    assert found["arrays"]["readout"] == [5, 4]


def test_run_records_only_what_is_asked_for(program: Path, inputs: Path, tmp_path: Path) -> None:
    ok("run", program, "--input", inputs, "-o", tmp_path / "a.npz")
    assert set(np.load(tmp_path / "a.npz")) == {"readout"}
    ok("run", program, "--input", inputs, "-o", tmp_path / "b.npz", "--record", "stem")
    assert set(np.load(tmp_path / "b.npz")) == {"readout", "stem.spikes", "stem.u", "stem.v"}
    refused(
        call("run", program, "--input", inputs, "-o", tmp_path / "c.npz", "--record", "stam"),
        "record: found 'stam'; allowed: cell0.node0, ",
    )
    assert not (tmp_path / "c.npz").exists()


def test_run_shows_where_its_time_went(program: Path, inputs: Path, tmp_path: Path) -> None:
    graph = Program.load(program).graph
    arguments = ("run", program, "--input", inputs, "-o", tmp_path / "y.npz", "--profile-time")
    timing = json_of(*arguments)["timing"]
    assert [entry["population"] for entry in timing] == [p.name for p in graph.topological() if p.name != "input"]
    trace = simulate(graph, np.load(inputs).astype(np.int16), record=["stem"])
    stem = timing[0]
    assert stem["rate"] == pytest.approx(trace.spikes["stem"].mean())
    assert stem["kernels"] == {"input": "windows of spikes" if library() else "convolution"}
    assert stem["synapses_s"] > 0
    assert stem["neurons_s"] > 0
    said = ok(*arguments).stdout
    assert all(word in said for word in ("synapses ms", "samples/word", "cell0.node0"))
    assert "timing" not in json_of("run", program, "--input", inputs, "-o", tmp_path / "y.npz")


def test_run_takes_spikes_per_step(tmp_path: Path) -> None:
    path = written(document(input={"shape": [2, 4, 4], "encoding": "spikes"}), tmp_path)
    ok(path, "-o", tmp_path / "program", "--no-lava", entry=compile_app)
    spikes = np.random.default_rng(0).integers(0, 2, (3, 3, 2, 4, 4))
    np.save(tmp_path / "x.npy", spikes)
    ok("run", tmp_path / "program", "--input", tmp_path / "x.npy", "-o", tmp_path / "y.npz")
    assert np.load(tmp_path / "y.npz")["readout"].shape == (3, 4)
    for bad, message in (
        (spikes[:, :2], "found shape (3, 2, 2, 4, 4); allowed: (N, 3, C, H, W)"),
        (spikes * 2, "allowed: 0 .. 1"),
    ):
        np.save(tmp_path / "x.npy", bad)
        refused(call("run", tmp_path / "program", "--input", tmp_path / "x.npy", "-o", tmp_path / "z.npz"), message)


def test_run_refuses_a_device_that_is_not_there_and_one_for_lava(program: Path, inputs: Path, tmp_path: Path) -> None:
    arguments = ("run", program, "--input", inputs, "-o", tmp_path / "y.npz")
    refused(call(*arguments, "--device", "abacus"), "device: found 'abacus'; allowed: cpu, cuda, cuda:1, ...")
    refused(call("verify", program, "--no-lava", "--device", "abacus"), "device: found 'abacus'")
    refused(call(*arguments, "--simulator", "lava", "--profile-time"), "--profile-time: found with --simulator lava")
    assert not (tmp_path / "y.npz").exists()


def test_run_refuses_output_it_cannot_write(program: Path, inputs: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    before = everything(tmp_path)
    refused(call("run", program, "--input", inputs, "-o", tmp_path / "folder"), "cannot write")
    refused(call("run", program, "--input", inputs, "-o", inputs / "y.npz"), "cannot write")
    assert everything(tmp_path) == before


def test_progress_has_rate_and_remaining_time_on_a_terminal_and_is_silent_elsewhere() -> None:
    shown, hidden = Console(file=StringIO(), force_terminal=True, width=100), Console(file=StringIO())
    for console in (shown, hidden):
        with EngineProgress(console) as progress:
            for done in range(1, 5):
                progress("exact", done, 4)
                time.sleep(0.01)
            progress.bar.refresh()
    assert re.search(r"exact.*4/4.*\d/s", shown.file.getvalue())
    assert hidden.file.getvalue() == ""
