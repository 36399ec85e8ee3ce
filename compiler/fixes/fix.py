"""What a fix is: a description, the change as data, and a function from subject to subject."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import ClassVar

from litesnn.base.errors import CompileError
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.rules.checking import Subject
from litesnn.compiler.rules.finding import Remedy


class CannotApply(CompileError):
    """A fix does not exist for this subject: no genotype to edit, nothing left to take away, wiring that cannot be."""


@dataclass(frozen=True)
class Fix(ABC):
    """A change that may help. Fixes that edit a genotype need it trained again (`retrain`) and show no command."""

    kind: ClassVar[str]
    retrain: ClassVar[bool] = True

    @property
    def same_chip(self) -> bool:
        """Whether the network stays on the chip it was checked for."""
        return True

    @property
    def keeps_mapping(self) -> bool:
        """Whether neither graph nor mapping depend on what it changes."""
        return False

    @property
    @abstractmethod
    def description(self) -> str:
        """What to do, for a person, in the imperative."""

    @property
    def command(self) -> str:
        """Options of the command line that make the change; empty where the genotype changes."""
        return ""

    @abstractmethod
    def apply(self, subject: Subject) -> Subject:
        """The changed subject.

        Raises
        ------
        CannotApply, GenotypeError
            If the subject cannot be changed so.
        """

    def remedy(self) -> Remedy:
        """The fix as a finding reports it, once it was checked."""
        return Remedy(self.description, self.command, {"kind": self.kind, **asdict(self)}, self.retrain)


@dataclass(frozen=True)
class Scaled:
    """Fixes of one kind that differ in an amount, 1 to `most`: more changes more of the network and helps at least as much."""

    make: Callable[[int], Fix]
    most: int
    guess: int
    retrain: ClassVar[bool] = True
    same_chip: ClassVar[bool] = True

    @property
    def description(self) -> str:
        """That of the largest amount."""
        return self.make(self.most).description

    @property
    def first(self) -> int:
        """Where to start looking."""
        return min(max(1, self.guess), self.most)


Candidate = Fix | Scaled


def genotype_of(subject: Subject) -> LoadedGenotype:
    """The genotype to edit."""
    if subject.genotype is None:
        raise CannotApply("this network has no genotype that could be edited")
    return subject.genotype
