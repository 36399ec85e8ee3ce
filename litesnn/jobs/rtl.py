"""The SystemVerilog cores as an engine of verification: samples through the simulated chip, and the cycles that it took."""

from __future__ import annotations

from dataclasses import dataclass, field

from litesnn.compiler.export.verilog.refusals import hardware_image
from litesnn.compiler.graph import Graph
from litesnn.compiler.program import Program
from litesnn.jobs.fitting_input import Inputs
from litesnn.runtime.rtl import RtlSession, verilator
from litesnn.runtime.trace import Trace


@dataclass
class RtlEngine:
    """The simulated chip of a program; `cycles` and `samples` add up over its runs."""

    session: RtlSession
    graph: Graph
    cycles: int = 0
    samples: int = field(default=0)

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
        self.cycles += counted.cycles
        self.samples += len(inputs)
        return trace

    @property
    def note(self) -> str:
        """What the runs took, for a person."""
        return f"; the SystemVerilog cores took {self.cycles / max(1, self.samples):,.0f} clock cycles per sample"
