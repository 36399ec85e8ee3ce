"""`export --to verilog --synthesize`: the chip through Yosys, and what it takes of an FPGA beside the chip's files."""

from __future__ import annotations

import json

from litesnn.compiler.export.exported import Exported
from litesnn.compiler.export.verilog.export import chip_layout, with_file
from litesnn.compiler.export.verilog.memories import chip_block_ram
from litesnn.compiler.export.verilog.synthesized import SYNTHESIS, SynthesisDocument
from litesnn.compiler.profile.fpga import Family
from litesnn.compiler.program import Program
from litesnn.runtime.rtl.synthesis import synthesize

USUAL: Family = "xc7"
"""What is synthesized for where the profile is no FPGA's."""


def with_synthesis(program: Program, exported: Exported) -> Exported:
    """The chip with synthesis.json.

    Raises
    ------
    BackendError
        Where Yosys is missing or fails.
    ExportError
        Where there is more than the FPGA of the program's profile has.
    """
    stated = program.profile.fpga.fpga_family.value
    family = stated or USUAL
    tool, cells = synthesize(exported.files, family)
    found = SynthesisDocument.of(tool, family, cells, chip_block_ram(chip_layout(exported)))
    found.refuse_too_large(program.profile, program.name)
    content = json.dumps(found.model_dump(mode="json"), indent=1, sort_keys=True) + "\n"
    chosen = "" if stated else f"; '{program.profile.name}' states no FPGA, so {USUAL} was taken"
    return with_file(exported, SYNTHESIS, content.encode(), f"{found.sentence}{chosen}")
