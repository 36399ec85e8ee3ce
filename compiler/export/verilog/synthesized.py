"""What a synthesizer made of a chip: the primitives of an FPGA's family, counted as its profile counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from litesnn.base.errors import ExportError
from litesnn.compiler.graph.kinds.document import Document
from litesnn.compiler.profile import Profile
from litesnn.compiler.profile.fpga import Family

SYNTHESIS = "synthesis.json"
Counted = Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class Primitives:
    """What one of each primitive takes; `command` is Yosys'. Lookup tables that hold carries and small memories are counted."""

    command: str
    luts: Mapping[str, int]
    flip_flops: Mapping[str, int]
    dsps: Mapping[str, int]
    block_rams: Mapping[str, int]


FAMILIES: dict[Family, Primitives] = {
    "ecp5": Primitives(
        command="synth_ecp5 -noabc9 -top top",
        luts={"LUT4": 1, "CCU2C": 2, "TRELLIS_DPR16X4": 6},
        flip_flops={"TRELLIS_FF": 1},
        dsps={"MULT18X18D": 1},
        block_rams={"DP16KD": 1, "PDPW16KD": 1},
    ),
    "xc7": Primitives(
        command="synth_xilinx -family xc7 -noiopad -flatten -top top -run begin:map_luts; abc -lut 6; clean; "
        "techmap -map +/xilinx/ff_map.v; synth_xilinx -family xc7 -noiopad -flatten -top top -run finalize:edif",
        luts={
            **{f"LUT{inputs}": 1 for inputs in range(1, 7)},
            "INV": 1,
            "RAM32X1S": 1,
            "RAM32X1D": 2,
            "RAM64X1D": 2,
            "RAM128X1D": 4,
            "RAM32M": 4,
            "RAM64M": 4,
            "SRL16E": 1,
            "SRLC32E": 1,
            "$lut": 1,
        },
        flip_flops=dict.fromkeys(("FDRE", "FDSE", "FDCE", "FDPE"), 1),
        dsps={"DSP48E1": 1},
        block_rams={"RAMB18E1": 1, "RAMB36E1": 2},
    ),
}


class SynthesisDocument(Document):
    """synthesis.json: resources of the whole chip. Nothing was placed or routed."""

    format: Literal["litesnn.synthesis"] = "litesnn.synthesis"
    version: Literal[1] = 1
    tool: str
    family: Family
    luts: Counted
    flip_flops: Counted
    dsps: Counted
    block_rams: Annotated[Counted, Field(description="of 18 Kbit")]
    block_rams_at_most: Annotated[Counted, Field(description="what was estimated from the sizes of the memories")]

    @classmethod
    def of(cls, tool: str, family: Family, cells: Mapping[str, int], at_most: int) -> SynthesisDocument:
        """Of primitives as a netlist has them, name -> number."""
        counts = FAMILIES[family]
        taken = {
            name: sum(cells.get(primitive, 0) * each for primitive, each in getattr(counts, name).items())
            for name in ("luts", "flip_flops", "dsps", "block_rams")
        }
        return cls(tool=tool, family=family, block_rams_at_most=at_most, **taken)

    @property
    def sentence(self) -> str:
        """For a person."""
        return (
            f"{self.tool}, {self.family}: {self.luts:,} LUTs, {self.flip_flops:,} flip-flops, {self.dsps} DSPs, {self.block_rams} "
            f"blocks of 18 Kbit block RAM (at most {self.block_rams_at_most} by our estimate)"
        )

    def refuse_too_large(self, profile: Profile, program: str) -> None:
        """Hold what was found against the FPGA of a profile.

        Raises
        ------
        ExportError
            Names everything of which there is more than the FPGA has.
        """
        fpga = profile.fpga
        there = {"luts": fpga.luts.value, "dsps": fpga.dsps.value, "block_rams": fpga.block_rams.value}
        over = [
            f"{getattr(self, name):,} {name} (allowed: {limit:,})"
            for name, limit in there.items()
            if limit is not None and getattr(self, name) > limit
        ]
        if over:
            raise ExportError(
                f"program '{program}': after synthesis found {', '.join(over)} by profile '{profile.name}'; fewer cores are less logic "
                "(--set cores= with larger core_words), fewer neurons on a core narrower addresses; compile again"
            )
