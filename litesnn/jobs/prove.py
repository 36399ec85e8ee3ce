"""The proof of a program: PyTorch's integers and the program's files, given to the checker that shares no code with the compiler."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.compiler.origin.files import read_origin
from litesnn.compiler.program.given import AnyProgram, program_of
from litesnn.compiler.program.program import read_files
from litesnn.compiler.report.panels.proof import ProblemEntry, ProofSection
from litesnn.jobs.card import proof_card
from litesnn.jobs.witness import Inputs, find_witness
from litesnn.runtime.prove import TRUSTED, Problem
from litesnn.runtime.prove import prove as check_files

if TYPE_CHECKING:
    from litesnn.compiler.genotype import LoadedGenotype

SEARCHED = 3
"""Open ranges for which an input is searched for, the first ones."""


@dataclass(frozen=True, eq=False, repr=False)
class Proved(Shown):
    """What the checker says, and inputs that were found to leave a register, (C, H, W) or (T, C, H, W), in the order of its problems."""

    section: ProofSection
    witnesses: tuple[Inputs, ...] = ()

    def card(self) -> Card:
        """See `Shown`: the word, and what stands against it."""
        return proof_card(self.section, "Proved")


def prove(program: AnyProgram) -> Proved:
    """Prove, without a sample, that a program gives PyTorch's spikes and readout for every input (docs/prove.md).

    Parameters
    ----------
    program : its folder, a program, or a compilation

    Raises
    ------
    ProgramError
        For a folder that is missing or altered.
    """
    if isinstance(program, str | os.PathLike):
        root = Path(program)
        files = read_files(root)
        return proof_of(files, read_origin(root, files).genotype)
    loaded = program_of(program)
    return proof_of(loaded.deployed, loaded.origin.genotype)


def proof_of(files: Mapping[str, bytes], genotype: LoadedGenotype | None) -> Proved:
    """What the checker says of a program.

    Parameters
    ----------
    files : of the program, by their names in its directory
    genotype : what it was compiled from; None for a network from elsewhere, whose integers have no second reading
    """
    integers = None
    if genotype is not None:
        from litesnn.search.model.reference import fixed_parameters

        integers = fixed_parameters(genotype)
    found = check_files(files, integers)
    ranges = [problem for problem in found.problems if problem.reason == "range"][:SEARCHED]
    entries, witnesses = [], []
    for problem in found.problems:
        said = None
        if genotype is not None and problem in ranges:
            said, values = _searched(genotype, problem)
            witnesses += [] if values is None else [values]
        entries.append(ProblemEntry(reason=problem.reason, place=problem.place, detail=problem.detail, witness=said))
    section = ProofSection(
        word=found.word,
        problems=tuple(entries),
        checked=found.checked,
        not_checked=found.not_checked,
        trusted=TRUSTED,
    )
    return Proved(section, tuple(witnesses))


def _searched(genotype: LoadedGenotype, problem: Problem) -> tuple[str, Inputs | None]:
    """What the search for an input found, in words, and the input."""
    found = find_witness(genotype, problem)
    if found is None:
        return "no input that does so was found, which proves nothing", None
    values = found.values
    ends = ", ".join(
        f"{int((values == end).sum()):,} values of {end}" for end in sorted({int(v) for v in values.flat})[:4]
    )
    return f"an input does so, found after {found.tried} tries: {ends}", values
