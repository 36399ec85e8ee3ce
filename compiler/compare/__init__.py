"""What differs between two genotypes or programs, by place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.compiler.compare.differences import Difference, Differences
    from litesnn.compiler.compare.origins import compare_genotypes, compare_origins
    from litesnn.compiler.compare.programs import compare_programs

__all__ = ["Difference", "Differences", "compare_genotypes", "compare_origins", "compare_programs"]

__getattr__ = lazily(
    __name__,
    {
        "Difference": "differences",
        "Differences": "differences",
        "compare_genotypes": "origins",
        "compare_origins": "origins",
        "compare_programs": "programs",
    },
)
