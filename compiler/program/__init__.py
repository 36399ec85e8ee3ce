"""Programs: the directory that a compilation writes and everything else reads.

Imported when first used: `documents` alone, which Lava's worker reads a graph with, needs neither genotypes nor reports.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litesnn.compiler.program.folder import check_output, is_program
    from litesnn.compiler.program.program import Program

__all__ = ["Program", "check_output", "is_program"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'litesnn.compiler.program' has no attribute '{name}'")
    module = "program" if name == "Program" else "folder"
    return getattr(import_module(f"litesnn.compiler.program.{module}"), name)
