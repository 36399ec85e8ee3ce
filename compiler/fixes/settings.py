"""Fixes that leave the network as it is: options of the compiler, more chips, another chip."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from litesnn.compiler.fixes.fix import CannotApply, Fix, genotype_of
from litesnn.compiler.passes import SignHandling
from litesnn.compiler.profile import load_profile, with_overrides
from litesnn.compiler.rules.checking import Subject


@dataclass(frozen=True)
class HandleSigns(Fix):
    """Store weights of both signs in another way."""

    sign: SignHandling
    kind: ClassVar[str] = "sign"
    retrain: ClassVar[bool] = False

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        how = {"auto": "in the cheaper way", "split": "split by sign", "mixed": "mixed"}[self.sign]
        return f"store weights of both signs {how}"

    @property
    def command(self) -> str:
        """See `Fix.command`."""
        return f"--sign {self.sign}"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        return replace(subject.of(genotype_of(subject)), sign=self.sign)


@dataclass(frozen=True)
class UseBoard(Fix):
    """Use a board of several chips, `profile` being another shipped chip or empty for the one at hand."""

    board: str
    chips: int
    profile: str = ""
    kind: ClassVar[str] = "board"
    retrain: ClassVar[bool] = False

    @property
    def same_chip(self) -> bool:
        """See `Fix.same_chip`."""
        return not self.profile

    @property
    def keeps_mapping(self) -> bool:
        """See `Fix.keeps_mapping`; how many chips are needed does not depend on how many there are."""
        return not self.profile

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        chips = f"{self.chips} {self.profile or ''} chips".replace("  ", " ")
        return f"use a {self.board} board of {chips}"

    @property
    def command(self) -> str:
        """See `Fix.command`."""
        return f"{f'--profile {self.profile} ' if self.profile else ''}--set chips={self.chips}"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        if self.profile:
            subject = UseProfile(self.profile).apply(subject)
        return replace(subject, profile=with_overrides(subject.profile, {"chip.chips": str(self.chips)}))


@dataclass(frozen=True)
class UseProfile(Fix):
    """Compile for another shipped chip; a graph without a genotype is checked against it as it stands."""

    profile: str
    kind: ClassVar[str] = "profile"
    retrain: ClassVar[bool] = False

    @property
    def same_chip(self) -> bool:
        """See `Fix.same_chip`."""
        return False

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        return f"compile for {self.profile}"

    @property
    def command(self) -> str:
        """See `Fix.command`."""
        return f"--profile {self.profile}"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        if subject.profile.name == self.profile:
            raise CannotApply(f"the profile is {self.profile} already")
        graph = subject.graph if subject.genotype is None else None
        return replace(subject, profile=load_profile(self.profile), graph=graph)


@dataclass(frozen=True)
class CompileAgain(Fix):
    """Compile a program's genotype for the profile, instead of checking a graph that was made for another."""

    kind: ClassVar[str] = "compile"
    retrain: ClassVar[bool] = False

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        return "compile the program's genotype for this profile"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        if subject.graph is None:
            raise CannotApply("the genotype is compiled for this profile already")
        return subject.of(genotype_of(subject))
