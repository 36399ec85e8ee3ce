"""The modules, one a file, in the order in which tools read them."""

from __future__ import annotations

from pathlib import Path

PACKAGE = "image_pkg.sv"
"""Sizes and rows of one chip: written for it, and read before all modules."""
MODULES = (
    "ram.sv",
    "rom.sv",
    "link.sv",
    "divider.sv",
    "list_reader.sv",
    "window.sv",
    "axon_in.sv",
    "accumulate.sv",
    "lif.sv",
    "sequencer.sv",
    "axon_out.sv",
    "core.sv",
    "router.sv",
    "barrier.sv",
    "top.sv",
)
TESTBENCH = "testbench.sv"


def module_files() -> dict[str, bytes]:
    """Name -> text of every module, and of the testbench."""
    folder = Path(__file__).with_name("sources")
    return {name: (folder / name).read_bytes() for name in (*MODULES, TESTBENCH)}
