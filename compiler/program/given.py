"""What stands for a program, or for the graph of one, where a job takes it: a folder, an object, or what holds it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from litesnn.base.errors import ProgramError
from litesnn.compiler.graph import Graph

if TYPE_CHECKING:
    from litesnn.compiler.program.program import Program


@runtime_checkable
class Holder(Protocol):
    """What holds a program, as a compilation does."""

    @property
    def program(self) -> Program:
        """The program."""


AnyProgram: TypeAlias = "str | os.PathLike[str] | Program | Holder"
AnyGraph: TypeAlias = "Graph | AnyProgram"
ALLOWED = "the path of a program's folder, a program, or a compilation"


def program_of(given: AnyProgram) -> Program:
    """The program of a folder, of a compilation, or itself.

    Raises
    ------
    ProgramError
        For anything else, and for a folder that is missing or altered.
    """
    from litesnn.compiler.program.program import Program

    if isinstance(given, Program):
        return given
    if isinstance(given, str | os.PathLike):
        return Program.load(given)
    if isinstance(given, Holder):
        return given.program
    raise ProgramError(f"program: found {type(given).__name__}; allowed: {ALLOWED}")


def graph_of(given: AnyGraph) -> Graph:
    """A graph itself, or a program's; errors as of `program_of`."""
    return given if isinstance(given, Graph) else program_of(given).graph
