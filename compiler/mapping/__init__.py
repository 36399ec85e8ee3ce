"""Mapping: populations onto cores, cores onto chips and mesh, and what that costs."""

from litesnn.compiler.mapping.documents import mapping_document, read_mapping
from litesnn.compiler.mapping.mapper import map_graph
from litesnn.compiler.mapping.model import Core, Mapping, Mesh, Slice, Traffic
from litesnn.compiler.mapping.refusal import DoesNotFit, Excess
from litesnn.compiler.mapping.summary import mapping_summary

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
    "mapping_summary",
    "read_mapping",
]
