"""Archives of arrays, what is taken for input and output, what is rounded, and networks that LiteSNN exported itself."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from command_line import call, ok
from fuzz.readers.sanafe import archive

import litesnn
from litesnn.base.errors import CompileError, ImportFileError
from litesnn.compiler.export.sanafe import export_sanafe
from litesnn.compiler.frontends.sanafe.units import parse_units
from litesnn.compiler.origin.formats import format_of, read_network
from litesnn.compiler.program import Program
from litesnn.runtime.exact import simulate

DATA = Path(__file__).parents[3] / "data" / "sanafe"
UNITS = "lif=leaky_integrate_fire,source=input,delays=accumulator_with_delay"


def test_an_archive_is_the_network_that_sanafes_layers_build(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(archive())
    origin = read_network(path, timesteps=8)
    arrays = np.load(path)
    assert origin.own_input is not None
    assert (origin.own_input == arrays["inputs"].reshape(1, 6, 6)).all()
    graph = origin.read_graph
    conv, dense = graph.into("conv1")[0].geometry, graph.into("dense1")[0].geometry
    assert (conv.codes == arrays["conv1"].transpose(3, 2, 0, 1)).all()
    assert (dense.codes == arrays["dense1"].T).all()
    assert [graph[name].shape for name in ("input", "conv1", "dense1")] == [(1, 6, 6), (4, 4, 4), (3, 1, 1)]
    assert graph.output.name == "dense1"
    assert "assumed" not in {label.status for label in graph.labels}


def test_an_archive_of_others_is_left_to_them(tmp_path: Path) -> None:
    np.savez(tmp_path / "cells.npz", cnt_mat=np.zeros((4, 4), int))
    assert format_of(tmp_path / "cells.npz") is None
    np.savez(tmp_path / "more.npz", conv1=np.zeros(1))
    assert format_of(tmp_path / "more.npz") is None
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04")
    assert format_of(tmp_path / "broken.npz") is None
    assert format_of(tmp_path / "missing.npz") is None


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({}, {"strides": (2,)}, "--strides says them (2,1,1,1 for SANA-FE's DVS gesture network)"),
        ({}, {"strides": (1, 1)}, "--strides: found 2 for 1 convolutions"),
        ({}, {"input_shape": (1, 5, 7)}, "inputs: found 36 values; --input-shape says (1, 5, 7)"),
        ({"thresholds": np.array([1, 2])}, {}, "thresholds: found 2; allowed: 3"),
        ({"inputs": np.zeros(35)}, {}, "found 35 values, no square; allowed with --input-shape C,H,W"),
        ({"conv1": np.zeros((3, 3, 2, 4))}, {}, "conv1: found kernels (3, 3, 2, 4)"),
        ({"dense1": np.full((64, 3), np.nan)}, {}, "dense1: found values that are not finite"),
        ({"pool1": np.zeros(1)}, {}, "found 'pool1'; allowed: conv1, conv2"),
    ],
)
def test_archives_that_do_not_fit(tmp_path: Path, changes: dict, options: dict, message: str) -> None:  # type: ignore[type-arg]
    (tmp_path / "a.npz").write_bytes(archive())
    np.savez(tmp_path / "b.npz", **{**np.load(tmp_path / "a.npz"), **changes})
    with pytest.raises(ImportFileError, match=re.escape(message)):
        read_network(tmp_path / "b.npz", **options)


def test_what_rounds_says_so(tmp_path: Path) -> None:
    text = (DATA / "maps.yaml").read_text()
    (tmp_path / "n.yaml").write_text(
        text.replace("threshold: 341", "threshold: 341, leak_decay: 0.99975585937, bias: 0.2")
    )
    labels = {label.step: label for label in read_network(tmp_path / "n.yaml").read_graph.labels}
    assert labels["decay"].status == labels["biases"].status == "bounded"
    assert "biases are rounded to 64ths, by up to 0.0031" in labels["biases"].detail
    assert labels["decay"].bound is not None
    assert 0 < labels["decay"].bound < 1e-4


def test_several_input_groups_become_one_and_chance_is_left_to_the_user(tmp_path: Path) -> None:
    origin = read_network(DATA / "fractions.yaml")
    assert [(p.name, p.shape) for p in origin.read_graph.sources] == [("left", (4, 1, 1))]
    assert origin.read_graph.into("cells")[0].geometry.codes.dtype == np.int32
    (tmp_path / "n.yaml").write_text((DATA / "fractions.yaml").read_text().replace("rate: 0.3", "poisson: 0.3"))
    assert read_network(tmp_path / "n.yaml", timesteps=9).own_input is None


def test_an_exported_program_reads_back_to_the_same_spikes(tmp_path: Path) -> None:
    origin = read_network(DATA / "delays.yaml")
    assert origin.own_input is not None
    samples = litesnn.Samples(origin.own_input[None], None, "its own")
    program = litesnn.compile(origin, "loihi2", samples=samples, lava_samples=0).program
    (tmp_path / "network.yaml").write_bytes(export_sanafe(program, origin.own_input, "its own").files["network.yaml"])
    again = read_network(tmp_path / "network.yaml", units=parse_units(UNITS))
    assert again.own_input is not None
    assert (again.own_input[:40] == origin.own_input).all()
    found, wanted = (
        simulate(graph, source.own_input[None, :40], record=["a", "b"]).spikes
        for graph, source in ((again.pipeline(program.profile).run(), again), (program.graph, origin))
    )
    assert all((found[name] == wanted[name]).all() and wanted[name].any() for name in ("a", "b"))


def test_an_exported_archive_has_its_kernels_and_biases_and_reads_back(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(archive())
    origin = read_network(tmp_path / "a.npz", timesteps=20)
    assert origin.own_input is not None
    samples = litesnn.Samples(origin.own_input[None], None, "its own")
    program = litesnn.compile(origin, "loihi2", samples=samples, lava_samples=0).program
    text = export_sanafe(program, origin.own_input, "its own").files["network.yaml"].decode()
    assert text.count("type: conv2d") == 1, "a kernel without zeros and padding is one hyperedge"
    assert "name: input_" not in text, "values that the host writes are biases, no neurons"
    (tmp_path / "network.yaml").write_text(text)
    again = read_network(tmp_path / "network.yaml", units=parse_units(UNITS), timesteps=20)
    assert (again.own_input == origin.own_input).all()
    found, wanted = (
        simulate(graph, origin.own_input[None], record=["input", "conv1", "dense1"]).spikes
        for graph in (again.pipeline(program.profile).run(), program.graph)
    )
    assert all((found[name] == wanted[name]).all() and wanted[name].any() for name in wanted)
    with pytest.raises(CompileError, match="values that are written into neurons step by step; allowed: \\(C, H, W\\)"):
        export_sanafe(program, np.repeat(origin.own_input[None], 20, axis=0), "by step")


def test_the_command_keeps_the_files_own_input_and_verifies_with_it(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(archive())
    folder = tmp_path / "program"
    ok("import", tmp_path / "a.npz", "--timesteps", "12", "--no-lava", "-o", folder)
    program = Program.load(folder)
    assert program.report.verification.samples == {"exact": 1}
    assert program.report.verification.note.startswith("the input that the file holds")
    ok("run", folder, "--input", folder / "source" / "input.npy", "-o", tmp_path / "y.npz", "--record", "all")
    assert np.load(tmp_path / "y.npz")["conv1.spikes"].shape == (1, 12, 4, 4, 4)
    again = call("verify", folder, "--no-lava").stdout
    assert "the input that the file holds" in " ".join(again.split())
