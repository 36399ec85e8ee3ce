"""Where the time of a run goes: seconds per population in its synapses and in its neurons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

Part = Literal["synapses", "neurons"]


@dataclass
class PopulationTiming:
    """One population.

    Attributes
    ----------
    synapses, neurons : seconds
    kernels : source -> the kernel that computes its synapses
    samples_per_word : samples that one number of the kernels carries (see `words`)
    events : values sent that are not 0; `values` : values that could have been
    """

    name: str
    synapses: float = 0.0
    neurons: float = 0.0
    kernels: dict[str, str] = field(default_factory=dict)
    samples_per_word: int = 1
    events: int = 0
    values: int = 0

    @property
    def rate(self) -> float:
        """Share of neurons and steps that sent something."""
        return self.events / self.values if self.values else 0.0


class RunTiming:
    """Times of a run, filled by `simulate(timing=...)`; looking costs a little time itself, which is not counted."""

    engine = ""
    """What computed: `integers`, or `tensors` and why."""

    def __init__(self) -> None:
        self.populations: dict[str, PopulationTiming] = {}

    def of(self, name: str) -> PopulationTiming:
        """The entry of a population."""
        return self.populations.setdefault(name, PopulationTiming(name))

    @contextmanager
    def measure(self, name: str, part: Part, clock: Callable[[], float]) -> Iterator[None]:
        """Add the time of what runs inside; `clock` gives seconds."""
        start = clock()
        yield
        entry = self.of(name)
        setattr(entry, part, getattr(entry, part) + clock() - start)

    def document(self) -> list[dict[str, Any]]:
        """As JSON-ready values, in the order of computation."""
        return [
            {
                "population": entry.name,
                "synapses_s": entry.synapses,
                "neurons_s": entry.neurons,
                "kernels": entry.kernels,
                "samples_per_word": entry.samples_per_word,
                "rate": entry.rate,
            }
            for entry in self.populations.values()
        ]
