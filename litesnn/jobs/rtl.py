"""The SystemVerilog cores as an engine of verification: samples through the simulated chip, and the cycles that it took."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from litesnn.compiler.export.verilog.refusals import hardware_image
from litesnn.compiler.graph import Graph
from litesnn.compiler.profile import Profile
from litesnn.compiler.program import Program
from litesnn.compiler.report.sections.core_cycles import ClockEntry, CyclesSection
from litesnn.jobs.fitting_input import Inputs
from litesnn.runtime.rtl import Cycles, RtlSession, verilator
from litesnn.runtime.trace import Trace


@dataclass
class RtlEngine:
    """The simulated chip of a program; `counted` are the cycles of its runs."""

    session: RtlSession
    graph: Graph
    counted: list[Cycles] = field(default_factory=list)

    @classmethod
    def of(cls, program: Program) -> RtlEngine:
        """Of a program that was compiled.

        Raises
        ------
        ExportError
            Names everything about the program that the cores do not compute.
        BackendError
            Where Verilator is missing.
        """
        image = hardware_image(program)
        verilator()
        return cls(RtlSession(image, program.profile), program.graph)

    def run(self, inputs: Inputs) -> Trace:
        """All that is sent, by the cores."""
        names = [population.name for population in self.graph.membranes if population.sends != "nothing"]
        senders = [sender.document.name for sender in self.session.image.senders]
        trace, counted = self.session.run(dict.fromkeys(senders, inputs), record=names)
        self.counted.append(counted)
        return trace

    @property
    def section(self) -> CyclesSection:
        """What the runs took, once there was one."""
        steps = np.concatenate([counted.steps for counted in self.counted])
        samples = np.concatenate([counted.samples for counted in self.counted])
        total, latency = int(steps.sum()), float(samples.mean())
        return CyclesSection(
            samples=len(samples),
            steps=len(steps),
            cycles=total,
            longest_step=int(steps.max()),
            latency=round(latency, 1),
            longest_latency=int(samples.max()),
            clock=_clock(self.session.profile, total / len(steps), latency, total / len(samples)),
        )


def _clock(profile: Profile, step: float, latency: float, sample: float) -> ClockEntry | None:
    """Times of so many cycles at the clock that a profile states, where it does."""
    stated = profile.fpga.clock_mhz
    if stated.value is None:
        return None
    return ClockEntry(
        mhz=stated.value,
        status=stated.status,
        source=stated.source,
        note=stated.note,
        step_us=round(step / stated.value, 3),
        sample_us=round(latency / stated.value, 3),
        samples_per_s=round(stated.value * 1e6 / sample, 3),
    )
