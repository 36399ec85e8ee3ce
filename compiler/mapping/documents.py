"""mapping.json: a mapping as a plain document, and back; `read_mapping(mapping_document(m)) == m`."""

from __future__ import annotations

import json
from collections.abc import Mapping as Dictionary
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from litesnn.base.errors import ProgramError
from litesnn.compiler.mapping.axons import AxonKind
from litesnn.compiler.mapping.model import Core, Mapping, Mesh, Traffic
from litesnn.compiler.mapping.objective_names import BALANCED, ObjectiveName
from litesnn.compiler.margin import MARGIN_MAX


class MappingDocument(BaseModel):
    """mapping.json. Links are rows of source core, destination core, packets per sample."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, strict=True, allow_inf_nan=False)

    format: Literal["litesnn.mapping"] = "litesnn.mapping"
    version: Literal[1] = 1
    profile: str
    mesh: Mesh
    chips: int
    cores: tuple[Core, ...]
    lower_bound: dict[str, float]
    cost: float
    placements: dict[str, Traffic]
    links: tuple[tuple[int, int, float], ...]
    axons: dict[str, AxonKind]
    objective: ObjectiveName = BALANCED


def mapping_document(mapping: Mapping) -> dict[str, Any]:
    """The mapping as plain JSON values; equal mappings give equal documents."""
    fields = {name: getattr(mapping, name) for name in Mapping.__dataclass_fields__}
    document = MappingDocument(**fields).model_dump(mode="json")
    for core in document["cores"]:
        if not core["margins"]:
            del core["margins"]
    return document


def read_mapping(document: Dictionary[str, Any]) -> Mapping:
    """The mapping of a document.

    Raises
    ------
    ProgramError
        For fields that are missing, unknown or of the wrong type.
    """
    try:
        parsed = MappingDocument.model_validate_json(json.dumps(document))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ProgramError(
            f"mapping.json: {place}: {first['msg']} (was this program written by another version?)"
        ) from error
    for number, core in enumerate(parsed.cores):
        sides = [side for margin in core.margins for side in margin]
        if len(core.margins) not in (0, len(core.slices)) or not all(0 <= side <= MARGIN_MAX for side in sides):
            raise ProgramError(
                f"mapping.json: cores.{number}.margins: found {[list(margin) for margin in core.margins]}; allowed: one of "
                f"two whole numbers, 0 to {MARGIN_MAX}, for each of its {len(core.slices)} slices, or none"
            )
    return Mapping(**{name: getattr(parsed, name) for name in Mapping.__dataclass_fields__})
