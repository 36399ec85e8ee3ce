"""What `litesnn show` found out about one sample: who sent what in which step, neurons against their thresholds, the answer.

All of it is bounded however large the network is: rows stand for groups of neurons, columns for groups of steps.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from litesnn.compiler.report.document import Count, Document, Flag, Number, Positive, Text, Whole
from litesnn.compiler.report.panels.provenance import ProvenanceSection
from litesnn.compiler.report.sections.verification import VerificationSection

Place = Annotated[tuple[Count, Count, Count], Field(description="channel, row, column in the genotype's numbering")]


class RasterEntry(Document):
    """What one population sent: rows of neurons, channel by channel, over columns of steps."""

    population: Text
    kind: Text
    shape: Annotated[tuple[Positive, Positive, Positive], Field(description="(C, H, W) on the chip")]
    channels: Annotated[
        tuple[Count, ...], Field(description="numbers in the genotype of the channels that are left; empty if all are")
    ] = ()
    graded: Flag
    sent: Annotated[Count, Field(description="spikes, or values other than 0, in the whole sample")]
    neurons_per_row: Positive
    rows_per_channel: Annotated[Count, Field(description="0 where a row holds whole channels")]
    cells: Annotated[
        tuple[tuple[Count, ...], ...],
        Field(description="of every row, from the first column on: spikes, or values other than 0"),
    ]
    differing: Annotated[
        tuple[tuple[Count, Count], ...],
        Field(description="(row, column) of cells in which engines that must agree sent different values"),
    ] = ()

    @property
    def neurons(self) -> int:
        """In all."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    @property
    def row(self) -> str:
        """What a row is, in words."""
        if self.neurons_per_row == 1:
            return "a row is a neuron"
        if self.rows_per_channel == 1:
            return "a row is a channel"
        if self.rows_per_channel:
            return f"a row is {self.neurons_per_row} neurons of a channel"
        return f"a row is {self.neurons_per_row // (self.shape[1] * self.shape[2])} channels"


class NeuronEntry(Document):
    """One neuron, step by step, in the chip's integers; lists of the first steps."""

    population: Text
    neuron: Place
    threshold: Annotated[Whole | None, Field(description="what has to be passed, in membrane units; null without one")]
    current: Annotated[tuple[Whole, ...], Field(description="u after the step")]
    potential: Annotated[tuple[Whole, ...], Field(description="what met the threshold: v before the reset")]
    membrane: Annotated[tuple[Whole, ...], Field(description="v after the step and its reset")]
    sent: tuple[Whole, ...]
    others: Annotated[
        dict[Text, tuple[Number, ...]],
        Field(description="engine -> its membrane: PyTorch's before the reset, Lava's after it"),
    ] = Field(default_factory=dict)


class CurveEntry(Document):
    """One output over the columns of the raster: its value at each one's last step."""

    output: Count
    values: tuple[Whole, ...]


class OutputEntry(Document):
    """What the host reads, step by step."""

    population: Text
    what: Text
    outputs: Positive
    curves: Annotated[tuple[CurveEntry, ...], Field(description="those with the highest value at the end, best first")]
    predicted: Count
    label: Count | None


class InputEntry(Document):
    """What entered: a picture of every channel, the mean over steps, in ten shades from `low` to `high`."""

    shape: tuple[Positive, Positive, Positive]
    held: Annotated[Flag, Field(description="the same in every step")]
    low: Number
    high: Number
    pictures: Annotated[
        tuple[tuple[tuple[Annotated[int, Field(ge=0, le=9)], ...], ...], ...],
        Field(description="of the first channels: rows of shades"),
    ]


class FirstEntry(Document):
    """Where a stored trace first parts from the exact simulator: first along the network, then by sample and step."""

    population: Text
    place: Text
    which: Annotated[Text, Field(alias="register", description="u, spikes or v")]
    sample: Count
    step: Count
    neuron: Place
    ours: Whole
    theirs: Whole
    causes: tuple[Text, ...]


class AgainstEntry(Document):
    """A stored trace against the exact simulator, over all of its samples."""

    name: Text
    samples: Count
    values: Annotated[Count, Field(description="of registers that were compared")]
    differing: Count
    readouts: Count
    differing_readouts: Count
    left_out: Annotated[tuple[Text, ...], Field(description="what the trace does not have")]
    first: FirstEntry | None

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return bool(self.differing or self.differing_readouts)


class SampleTrace(Document):
    """One sample through a program."""

    model_config = ConfigDict(title="LiteSNN sample trace")

    format: Literal["litesnn.sample_trace"]
    version: Literal[1]
    name: Text
    profile: Text
    sample: Count
    samples: Annotated[Text, Field(description="where it is from")]
    timesteps: Positive
    steps_per_column: Positive
    input: InputEntry
    populations: tuple[RasterEntry, ...]
    not_drawn: Annotated[Count, Field(description="populations that would be too many to draw")]
    neurons: tuple[NeuronEntry, ...]
    answer: OutputEntry
    verification: VerificationSection
    against: AgainstEntry | None = None
    provenance: ProvenanceSection | None

    @property
    def differs(self) -> bool:
        """Whether engines that must agree do not, or a stored trace parts from ours."""
        return any(comparison.differs for comparison in self.verification.binding) or bool(
            self.against is not None and self.against.differs
        )
