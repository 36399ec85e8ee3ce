"""What every node of the graph answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from litesnn.base.cards.shown import Brief
from litesnn.compiler.graph.kinds.document import PopulationDocument
from litesnn.compiler.graph.kinds.registers import Sends, Shape


@dataclass(frozen=True, eq=False, repr=False)
class Population(Brief, ABC):
    """What all populations have: name, shape (C, H, W), the genotype's channel ids that are left, arrival time in steps.

    Attributes
    ----------
    kind : what it is called in tables, messages and reports
    arrays : its arrays per channel, tensors `<name>.<array>` of a program
    document : what graph.json says of it
    channels : ids of the genotype's channels this population still holds (dead ones are removed), length C
    genotype_channels : number of channels in the genotype
    arrival : steps after the source's first spike at which the first sample's first step is computed; None before schedule
    place : where it comes from in the genotype
    """

    kind: ClassVar[str]
    arrays: ClassVar[tuple[str, ...]] = ()
    document: ClassVar[type[PopulationDocument]]

    name: str
    shape: Shape
    channels: tuple[int, ...]
    genotype_channels: int
    place: str
    arrival: int | None = None

    @property
    @abstractmethod
    def sends(self) -> Sends:
        """Spikes (0 or 1), graded integers, or nothing at all."""

    @property
    def sent(self) -> tuple[int, int]:
        """Smallest and largest value a neuron sends in a step; (0, 1) for spikes."""
        return (0, 1)

    @property
    def size(self) -> int:
        """Number of neurons."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    def problems(self) -> Iterator[str]:
        """What is wrong with its shape and constants, each with its name."""
        if len(self.channels) != self.shape[0] or min(self.shape) < 1:
            yield f"'{self.name}': shape {self.shape} with {len(self.channels)} channel ids"
