"""Where a network came from, behind one interface: a genotype, or a file of another tool.

`Origin` says what jobs, reports, rules and programs ask; nobody else tells origins apart. Imported when first used, so that
comparing two genotypes loads neither passes nor graphs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.compiler.origin.base import Origin
    from litesnn.compiler.origin.genotype import GenotypeOrigin, compile_graph
    from litesnn.compiler.origin.source_file import Layer, SourceFile, Transform

__all__ = ["GenotypeOrigin", "Layer", "Origin", "SourceFile", "Transform", "compile_graph"]

__getattr__ = lazily(
    __name__,
    {
        "GenotypeOrigin": "genotype",
        "Layer": "source_file",
        "Origin": "base",
        "SourceFile": "source_file",
        "Transform": "source_file",
        "compile_graph": "genotype",
    },
)
