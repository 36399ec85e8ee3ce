"""What a program keeps of where it came from: `genotype/` for a genotype, `source/` for a file of another tool."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from litesnn.base.errors import ProgramError
from litesnn.compiler.genotype import load_genotype
from litesnn.compiler.origin.base import Origin
from litesnn.compiler.origin.formats import FORMATS
from litesnn.compiler.origin.genotype import GENOTYPE, GenotypeOrigin
from litesnn.compiler.origin.source_file import OWN_INPUT, SOURCE, Layer, SourceFile, Transform
from litesnn.reading import Kind, read_npy


class SourceDocument(BaseModel):
    """source.json: all of a `SourceFile` but its bytes, which stand beside it as `network` and the suffix."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, allow_inf_nan=False)

    format: Literal["litesnn.source"] = "litesnn.source"
    version: Literal[1] = 1
    name: Annotated[str, Field(max_length=255, pattern=r"^[^/\x00]+$")]
    source_format: str
    suffix: Annotated[str, Field(max_length=20, pattern=r"^\.[a-z0-9]+$")]
    layers: tuple[Layer, ...]
    input_note: str
    record: dict[str, Any]
    transform: Transform | None = None
    input_scale: Annotated[float, Field(gt=0)] | None = None
    given: tuple[str, ...] = ()


def source_files(origin: SourceFile) -> dict[str, bytes]:
    """What a program keeps of a file: source.json, its bytes, and the sample in it as `litesnn run --input` takes it."""
    found = {SOURCE: source_document(origin), f"source/network{origin.suffix}": origin.document}
    if origin.own_input is not None:
        stream = io.BytesIO()
        np.save(stream, origin.own_input[None], allow_pickle=False)
        found[OWN_INPUT] = stream.getvalue()
    return found


def source_document(origin: SourceFile) -> bytes:
    """source.json."""
    fields = {name: getattr(origin, name) for name in SourceDocument.model_fields if hasattr(origin, name)}
    # What is not said is left out, so that versions that know no such field read it.
    unsaid = {name for name in ("input_scale", "given") if not fields[name]}
    document = SourceDocument(**fields).model_dump(mode="json", exclude=unsaid)
    return (json.dumps(document, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def read_origin(root: Path, contents: Mapping[str, bytes]) -> Origin:
    """The origin from the checked files of a program.

    Raises
    ------
    ProgramError
        If the program has neither a genotype nor a source, or a part of it is missing or malformed.
    """
    if SOURCE in contents:
        return _read_source(root, contents)
    if GENOTYPE not in contents:
        raise ProgramError(f"{root}: manifest.json does not list {GENOTYPE} or {SOURCE}; the program is incomplete")
    genotype = load_genotype(root / GENOTYPE)
    weights = genotype.spec.weights
    if weights is None or f"genotype/{weights.file}" not in contents:
        raise ProgramError(f"{root}: manifest.json does not list the genotype's weights; the program is incomplete")
    return GenotypeOrigin(genotype)


def _read_source(root: Path, contents: Mapping[str, bytes]) -> SourceFile:
    try:
        found = SourceDocument.model_validate_json(contents[SOURCE], strict=True)
    except ValidationError as error:
        raise ProgramError(f"{root / SOURCE}: {error}") from error
    if found.source_format not in FORMATS:
        raise ProgramError(
            f"{root / SOURCE}: source_format: found '{found.source_format}'; allowed: {', '.join(FORMATS)}"
        )
    file = f"source/network{found.suffix}"
    if file not in contents:
        raise ProgramError(f"{root}: manifest.json does not list {file}; the program is incomplete")
    return SourceFile(
        name=found.name,
        source_format=found.source_format,
        document=contents[file],
        suffix=found.suffix,
        layers=found.layers,
        input_note=found.input_note,
        record=found.record,
        transform=found.transform,
        input_scale=found.input_scale,
        given=found.given,
        own_input=_own_input(root) if OWN_INPUT in contents else None,
    )


def _own_input(root: Path) -> npt.NDArray[np.int16]:
    values = read_npy(root / OWN_INPUT, Kind(ProgramError, name="program"))
    if values.dtype != np.int16 or values.ndim not in (4, 5) or len(values) != 1:
        raise ProgramError(
            f"{root / OWN_INPUT}: found {values.dtype} of shape {values.shape}; allowed: one sample of int16"
        )
    sample: npt.NDArray[np.int16] = values[0].astype(np.int16)
    return sample
