"""`explanation`: the waterfall from the floating-point network to the chip, and what was tried to win accuracy back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from litesnn.compiler.report.document import Count, Document, Flag, Fraction, Positive, Text, Whole


class MeasuredEntry(Document):
    """A run: accuracy where there are labels, how often it names the float network's class, spikes that are not the float network's."""

    accuracy: Fraction | None
    agreement: Fraction
    differing: Annotated[
        dict[Text, Fraction], Field(description="by population: of neurons and steps, the share whose spike is another")
    ]

    @property
    def worst(self) -> tuple[str, float] | None:
        """The population with most other spikes; None where all are the same."""
        name = max(self.differing, key=lambda name: self.differing[name], default=None)
        return None if name is None or not self.differing[name] else (name, self.differing[name])


class ChangeEntry(Document):
    """One change: by itself, and with all before it; `alone` is None where there is nothing of it, which `nothing` says."""

    key: Text
    name: Text
    nothing: Text | None
    alone: MeasuredEntry | None
    sequence: MeasuredEntry


class EdgeEntry(Document):
    """Integer weights of one edge alone."""

    edge: Text
    bits: Positive
    alone: MeasuredEntry


class TriedEntry(Document):
    """A change of the deployment that was compiled and run; `words` of synaptic memory, and how many more than now."""

    change: Text
    option: Text
    measured: MeasuredEntry | None
    words: Count | None
    words_more: Whole | None
    problem: Text | None


class ExplanationSection(Document):
    """The waterfall.

    `reference` is the floating-point network's own run; `composed` the same network with the chip's order of sums and steps.
    """

    samples: Positive
    of: Text
    labels: Flag
    computed_by: Text
    reference: MeasuredEntry
    composed: MeasuredEntry
    changes: tuple[ChangeEntry, ...]
    clipped_inputs: Annotated[Fraction | None, Field(description="share of input values outside the chip's range")]
    edges: tuple[EdgeEntry, ...]
    words: Count | None
    tried: tuple[TriedEntry, ...]
    best: Annotated[Count | None, Field(description="index into `tried`: wins most back, for the least memory")]

    def score(self, run: MeasuredEntry) -> float:
        """What the waterfall shows of a run."""
        return run.agreement if run.accuracy is None else run.accuracy

    @property
    def chip(self) -> MeasuredEntry:
        """The last row: the program itself."""
        return self.changes[-1].sequence
