"""Programs: the directory that a compilation writes and everything else reads."""

from litesnn.compiler.program.program import Program, check_output, is_program

__all__ = ["Program", "check_output", "is_program"]
