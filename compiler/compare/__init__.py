"""What differs between two genotypes or programs, by place."""

from litesnn.compiler.compare.compare import compare_genotypes, compare_origins, compare_programs
from litesnn.compiler.compare.differences import Difference, Differences

__all__ = ["Difference", "Differences", "compare_genotypes", "compare_origins", "compare_programs"]
