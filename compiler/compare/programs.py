"""Two programs, section by section. Reports, commands and versions are not compared."""

from __future__ import annotations

from typing import Any

from litesnn.compiler.compare.differences import Difference, Differences, in_documents, in_tensors
from litesnn.compiler.compare.origins import compare_origins
from litesnn.compiler.mapping import mapping_document
from litesnn.compiler.program import Program
from litesnn.compiler.program.documents import graph_document

FORMAT_FIELDS = ("num_weight_bits", "weight_exp", "sign_mode")


def compare_programs(first: Program, second: Program) -> Differences:
    """What they come from, profile, graph (populations, blocks, weight formats, delays, weights), mapping and costs."""
    (left, left_tensors), (right, right_tensors) = (graph_document(program.graph) for program in (first, second))
    left_blocks, right_blocks = (_apart(document.pop("blocks")) for document in (left, right))
    populations = left.pop("populations"), right.pop("populations")
    profiles = tuple(program.profile.model_dump(mode="json", exclude_none=True) for program in (first, second))
    return Differences(
        {
            **compare_origins(first.origin, second.origin).sections,
            "profile": tuple(in_documents(profiles[0], profiles[1])),
            "populations": tuple(in_documents(*populations)),
            "blocks": tuple(in_documents(left_blocks["blocks"], right_blocks["blocks"])),
            "formats": tuple(in_documents(left_blocks["formats"], right_blocks["formats"])),
            "delays": tuple(in_documents(left_blocks["delays"], right_blocks["delays"])),
            "graph": tuple(in_documents(left, right)),
            "weights": tuple(in_tensors(left_tensors, right_tensors)),
            "mapping": _mappings(first, second),
            "costs": tuple(in_documents(_costs(first), _costs(second))),
        }
    )


def _costs(program: Program) -> dict[str, Any]:
    """Nothing where nothing was simulated."""
    return {} if program.report.costs is None else program.report.costs.plain()


def _apart(blocks: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Blocks by name, their formats and their delays; formats and delays of blocks that both sides have tell most."""
    return {
        "blocks": {b["name"]: {k: v for k, v in b.items() if k not in (*FORMAT_FIELDS, "delay")} for b in blocks},
        "formats": {b["name"]: {field: b[field] for field in FORMAT_FIELDS} for b in blocks},
        "delays": {b["name"]: b["delay"] for b in blocks},
    }


def _mappings(first: Program, second: Program) -> tuple[Difference, ...]:
    left, right = (_mapping(program) for program in (first, second))
    return tuple(in_documents(left, right))


def _mapping(program: Program) -> dict[str, Any]:
    """The mapping with its number of cores first; `core_count: 0` where a core cannot hold a neuron."""
    if program.mapping is None:
        return {"core_count": 0}
    return {"core_count": len(program.mapping.cores), **mapping_document(program.mapping)}
