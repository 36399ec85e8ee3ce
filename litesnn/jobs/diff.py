"""What differs between two networks or two programs."""

from __future__ import annotations

from litesnn.compiler.compare import Differences, compare_origins, compare_programs
from litesnn.compiler.program import Program
from litesnn.compiler.program.given import AnyProgram
from litesnn.jobs.networks import Network, network_or_program, origin_of


def diff(first: Network | AnyProgram, second: Network | AnyProgram) -> Differences:
    """Compare by place: fields, tensors, populations, blocks, formats, delays, cores, costs.

    Two programs are compared as programs; a network and a program by what the program comes from.

    Parameters
    ----------
    first, second : genotypes or programs: as paths or loaded

    Raises
    ------
    LiteSNNError
        For a file that is missing or malformed, and for networks that came from different tools.
    """
    found = network_or_program(first), network_or_program(second)
    one, other = found
    if isinstance(one, Program) and isinstance(other, Program):
        return compare_programs(one, other)
    origins = [given.origin if isinstance(given, Program) else origin_of(given) for given in found]
    return compare_origins(*origins)
