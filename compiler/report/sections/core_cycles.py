"""`verification.cycles`: clock cycles of the simulated SystemVerilog cores, and times where the profile states a clock."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from litesnn.compiler.report.document import Amount, Count, Document, Text


class ClockEntry(Document):
    """A clock as the profile states it, and the times that follow from the cycles: nothing here was measured on hardware."""

    mhz: Amount
    status: Text
    source: Text
    note: Annotated[Text, Field(description="what it assumes")]
    step_us: Annotated[Amount, Field(description="a time step, on average")]
    sample_us: Annotated[
        Amount, Field(description="a sample from the step of its first input to that of its answer, on average")
    ]
    samples_per_s: Annotated[Amount, Field(description="where samples stream back to back")]


class CyclesSection(Document):
    """What was counted; the host sends a message per cycle where cores take it."""

    samples: Count
    steps: Count
    cycles: Annotated[Count, Field(description="of all steps")]
    longest_step: Count
    latency: Annotated[
        Amount,
        Field(description="from the step of a sample's first input to that of its answer, on average over samples"),
    ]
    longest_latency: Count
    clock: Annotated[ClockEntry | None, Field(description="null where the profile states no clock")]

    @property
    def sentence(self) -> str:
        """For a person: cycles, and times with the clock they rest on."""
        counted = (
            f"{self.cycles / self.samples:,.0f} clock cycles per sample, {self.cycles / self.steps:,.0f} per time step "
            f"(at most {self.longest_step:,}), {self.latency:,.0f} from a sample's first input to its answer (at most "
            f"{self.longest_latency:,})"
        )
        clock = self.clock
        if clock is None:
            return f"{counted}; no times, for the profile states no clock (fpga.clock_mhz)"
        assumed = f"; {clock.note}" if clock.note else ""
        return (
            f"{counted}; at {clock.mhz:g} MHz {clock.samples_per_s:,.1f} samples/s, {clock.step_us:,.1f} us per time step, "
            f"{clock.sample_us:,.0f} us per sample ({clock.status}: {clock.source}{assumed})"
        )
