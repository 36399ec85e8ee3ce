"""Mapping: populations onto cores, cores onto chips and mesh, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.compiler.mapping.documents import mapping_document, read_mapping
    from litesnn.compiler.mapping.mapper import map_graph
    from litesnn.compiler.mapping.model import Core, Mapping, Mesh, Slice, Traffic
    from litesnn.compiler.mapping.refusal import DoesNotFit, Excess

__all__ = [
    "Core",
    "DoesNotFit",
    "Excess",
    "Mapping",
    "Mesh",
    "Slice",
    "Traffic",
    "map_graph",
    "mapping_document",
    "read_mapping",
]

__getattr__ = lazily(
    __name__,
    {
        "Core": "model",
        "DoesNotFit": "refusal",
        "Excess": "refusal",
        "Mapping": "model",
        "Mesh": "model",
        "Slice": "model",
        "Traffic": "model",
        "map_graph": "mapper",
        "mapping_document": "documents",
        "read_mapping": "documents",
    },
)
