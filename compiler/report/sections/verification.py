"""`verification`: what the engines agreed on, engine by engine, population by population, and where they first part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from litesnn.compiler.report.document import Count, Document, Flag, Fraction, Number, Text, Whole
from litesnn.compiler.report.sections.core_cycles import CyclesSection

ENGINES = {
    "pytorch_float": "PyTorch (float)",
    "pytorch": "PyTorch (fixed)",
    "exact": "exact simulator",
    "lava": "Lava CPU simulator",
    "rtl": "SystemVerilog cores",
}
_NOTHING_COMPARED: dict[str, Any] = {
    "dependentRequired": {"compared_spikes": ["compared_readouts", "silent_populations"]},
    "if": {"properties": {"comparisons": {"maxItems": 0}}, "required": ["compared_spikes"]},
    "then": {"properties": {"mismatching_spikes": {"type": "null"}, "mismatching_readouts": {"type": "null"}}},
}


def engine_name(engine: str) -> str:
    """An engine as people call it."""
    return ENGINES.get(engine, engine)


class MismatchEntry(Document):
    """One population in two engines."""

    mismatching_spikes: Count
    mismatches_per_step: tuple[Count, ...]
    expected_spikes: Count
    found_spikes: Count


class DivergenceEntry(Document):
    """The first spike that differs."""

    population: Text
    place: Text
    sample: Count
    step: Count
    neuron: Annotated[tuple[Count, Count, Count], Field(description="channel, y, x in the genotype's numbering")]
    expected_spike: Annotated[Whole, Field(description="0 or 1; of graded neurons the message")]
    found_spike: Whole
    threshold: Whole | None
    expected_membrane: Number | None
    found_membrane: Number | None
    causes: tuple[Text, ...]


class ComparisonEntry(Document):
    """An engine against the reference."""

    expected: Text
    found: Text
    must_agree: Flag
    samples: Count
    mismatching_spikes: Annotated[Count | None, Field(description="null where no population was compared")]
    mismatching_readouts: Annotated[
        Count | None, Field(description="null where readouts were not compared, as with the float model")
    ]
    populations: dict[Text, MismatchEntry]
    readout_causes: tuple[Text, ...]
    first_divergence: DivergenceEntry | None

    @property
    def differs(self) -> bool:
        """Whether any spike or readout does."""
        return bool(self.mismatching_spikes or self.mismatching_readouts)

    @property
    def title(self) -> str:
        """Which engine is held against which."""
        return f"{engine_name(self.found)} against {engine_name(self.expected)}"


class VerificationSection(Document):
    """LiteSNN 0.1.0 wrote it without compared_spikes, compared_readouts and silent_populations."""

    model_config = ConfigDict(json_schema_extra=_NOTHING_COMPARED)

    mismatching_spikes: Annotated[
        Count | None, Field(description="over all engines that must agree; null where no spikes were compared")
    ]
    mismatching_readouts: Annotated[
        Count | None, Field(description="over all engines that must agree; null where no readouts were compared")
    ]
    compared_spikes: Annotated[
        Count,
        Field(
            description="the reference's spikes that were held against another engine's, once per engine that must agree"
        ),
    ] = 0
    compared_readouts: Annotated[Count, Field(description="the same of readouts, one per sample")] = 0
    silent_populations: Annotated[
        tuple[Text, ...],
        Field(description="without a spike in any sample of the reference: that engines agree on them shows little"),
    ] = ()
    samples: Annotated[dict[Text, Count], Field(description="engine -> samples")]
    accuracy: Annotated[dict[Text, Fraction], Field(description="engine -> fraction right; empty without labels")]
    common_samples: Annotated[Count, Field(description="the first samples, which every engine saw")]
    common_accuracy: Annotated[dict[Text, Fraction], Field(description="engine -> fraction right of just these")]
    spike_counts: Annotated[
        dict[Text, dict[Text, Count]], Field(description="engine -> population -> spikes over its samples")
    ]
    not_compared: Annotated[
        dict[Text, Count], Field(description="population -> neurons removed because nothing reads them")
    ] = Field(default_factory=dict)
    registers: Annotated[
        dict[Text, dict[Literal["accumulator", "current", "membrane"], Count]],
        Field(description="population -> register -> values that left it in the exact simulator; empty where none did"),
    ] = Field(default_factory=dict)
    comparisons: tuple[ComparisonEntry, ...]
    cycles: Annotated[
        CyclesSection | None, Field(description="of the SystemVerilog cores; missing where they were not simulated")
    ] = None
    note: Text

    @model_validator(mode="after")
    def _claims_what_was_compared(self) -> VerificationSection:
        """A count of mismatches is a claim about comparisons; 0.1.0 made it without any, which `upgrade` takes back."""
        claims = (self.mismatching_spikes, self.mismatching_readouts) != (None, None)
        if "compared_spikes" in self.model_fields_set and claims and not self.comparisons:
            raise ValueError("mismatching_spikes and mismatching_readouts must be null where nothing was compared")
        return self

    @property
    def binding(self) -> Iterator[ComparisonEntry]:
        """The comparisons that must agree to the last spike."""
        return (comparison for comparison in self.comparisons if comparison.must_agree)

    @property
    def verified(self) -> bool:
        """Whether any engine's answers were held against another's; where none were, equality is not claimed."""
        return any(comparison.samples for comparison in self.binding)

    @property
    def reference(self) -> str:
        """The engine that the others were held against; the exact simulator where it ran alone."""
        return next((comparison.expected for comparison in self.comparisons), "exact")

    @property
    def held_spikes(self) -> int:
        """Reference spikes that were held against another engine's, counted from the comparisons."""
        return sum(entry.expected_spikes for comparison in self.binding for entry in comparison.populations.values())

    @property
    def most_samples(self) -> int:
        """Samples of the engine that saw most."""
        return max(self.samples.values(), default=0)

    @property
    def commonly_labelled(self) -> int:
        """The common samples, where an engine saw more than those and labels were at hand; else 0: their accuracy is no news."""
        return self.common_samples if self.common_accuracy and self.most_samples > self.common_samples else 0

    @property
    def spikes_per_sample(self) -> dict[str, float]:
        """Population -> spikes per sample in the exact simulator."""
        samples = self.samples.get("exact")
        if not samples:
            return {}
        return {name: spikes / samples for name, spikes in self.spike_counts.get("exact", {}).items()}

    @property
    def mismatches(self) -> dict[str, int]:
        """Population -> mismatching spikes over the engines that must agree."""
        found: dict[str, int] = {}
        for comparison in self.binding:
            for name, entry in comparison.populations.items():
                found[name] = found.get(name, 0) + entry.mismatching_spikes
        return found
