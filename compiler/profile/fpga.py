"""Section `[fpga]`: what the SystemVerilog cores are put on, for a target that is an FPGA (docs/hardware.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from litesnn.compiler.profile.figure import Cost, Count, Figure, Limit, Section, optional
from litesnn.compiler.profile.ranges import Real

EXPORT = "`export --to verilog`"
SYNTHESIZED = f"{EXPORT} with --synthesize"
Family = Literal["ecp5", "xc7"]


class Fpga(Section):
    """What is on it, and the clock that its cores are taken to have in MHz.

    `fpga_family`: what Yosys maps to, `synth_ecp5` or `synth_xilinx -family xc7`. `block_rams`: blocks of 18 Kbit. `luts`: lookup
    tables, of the inputs that the family has. `dsps`: multipliers of 18 x 18 bits, or DSP blocks that hold one each.
    """

    fpga_family: Annotated[Figure[Family], Cost(f"{SYNTHESIZED}: what is counted")] = optional()
    clock_mhz: Annotated[
        Figure[Annotated[float, Real(1e-3, 1e5)]], Cost("`verify --engines rtl`: time of the cycles that it counts")
    ] = optional()
    block_rams: Annotated[Count, Limit(EXPORT)] = optional()
    luts: Annotated[Count, Limit(SYNTHESIZED)] = optional()
    dsps: Annotated[Count, Limit(SYNTHESIZED)] = optional()
