"""Reading and writing genotypes: JSON plus safetensors, checked by hash, written whole or not at all. No pickle."""

from __future__ import annotations

import hashlib
import json
import os
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import GenotypeError, OutputError
from litesnn.base.output import check_file, write_atomically
from litesnn.base.output_kinds import GENOTYPE, WEIGHTS
from litesnn.base.output_kinds import Kind as OutputKind
from litesnn.compiler.genotype.card import loaded_card
from litesnn.compiler.genotype.plugins import check_loaded, needed
from litesnn.compiler.genotype.records import WeightsRef
from litesnn.compiler.genotype.schema import FORMAT, VERSION, Genotype
from litesnn.compiler.genotype.stored import with_weights
from litesnn.compiler.genotype.tensors import check_steps, check_tensors
from litesnn.compiler.genotype.topology import MAX_WEIGHT_BYTES, Topology, resolve
from litesnn.reading import MAX_JSON_BYTES, Kind, numpy_tensors, parse_json, read_file, read_safetensors

Array = npt.NDArray[np.generic]
AnyGenotype: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any] | Genotype | LoadedGenotype"
"""Path of its file, its document, or what was read."""
_PLACE = 200  # characters of a place that a message shows
_DOCUMENT = Kind(GenotypeError, "genotype", MAX_JSON_BYTES)


@dataclass(frozen=True, repr=False)
class LoadedGenotype(Shown):
    """A genotype that passed every check.

    Attributes
    ----------
    spec : the document
    topology : its resolved wiring
    tensors : name -> array, or None while untrained
    document, weights : the bytes of the JSON and the safetensors file as read (programs keep them as they are)
    """

    spec: Genotype
    topology: Topology
    tensors: dict[str, Array] | None
    document: bytes
    weights: bytes = b""

    def card(self) -> Card:
        """See `Shown`: its populations, and how many weights are left."""
        return loaded_card(self)

    @property
    def as_files(self) -> tuple[str, bytes, bytes]:
        """Name of the weights' file, document and weights: as read, or of one that was made in memory, as they would be written."""
        if self.spec.weights is not None:
            return self.spec.weights.file, self.document, self.weights
        spec, blob = with_weights(self.spec, self.trained, "genotype.safetensors")
        return "genotype.safetensors", dump_genotype(spec), blob

    @property
    def trained(self) -> dict[str, Array]:
        """The tensors; raises `GenotypeError` while untrained."""
        if self.tensors is None:
            raise GenotypeError(
                f"genotype '{self.spec.name}' has no weights yet; train it first: litesnn train GENOTYPE --dataset NAME"
            )
        return self.tensors


def parse_genotype(document: bytes, where: str) -> Genotype:
    """Parse and check one JSON document; `where` names it in messages."""
    raw = parse_json(document, where, GenotypeError)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        found = raw.get("format") if isinstance(raw, dict) else type(raw).__name__
        raise GenotypeError(f"{where}: format: found {found!r}; allowed: '{FORMAT}' (is this a genotype file?)")
    if raw.get("version") != VERSION:
        raise GenotypeError(
            f"{where}: version: found {raw.get('version')!r}; allowed: {VERSION} (this LiteSNN reads version {VERSION})"
        )
    check_loaded(raw, where)
    try:
        # Strictly: a truth value or a text is no number.
        return Genotype.model_validate_json(document.removeprefix(BOM_UTF8), strict=True)
    except ValidationError as error:
        raise GenotypeError(f"{where}: {_explain(error)}") from error


def load_genotype(path: AnyGenotype) -> LoadedGenotype:
    """Load a genotype file and the tensors it names.

    Parameters
    ----------
    path : of the file; the document of an untrained genotype, as JSON has it or as `Genotype`; what was loaded stays as it is

    Raises
    ------
    GenotypeError
        For a missing or broken file, unknown ops, impossible wiring, a wrong hash, or tensors that do not fit.
    """
    if isinstance(path, LoadedGenotype):
        return path
    if isinstance(path, Genotype | Mapping):
        return _of_document(path)
    try:
        path = Path(path)
    except TypeError as error:
        found = type(path).__name__
        raise GenotypeError(f"genotype: found {found}; allowed: a path, a document (dict), or a genotype") from error
    document = read_file(path, _DOCUMENT)
    spec = parse_genotype(document, str(path))
    try:
        topology = resolve(spec)
    except GenotypeError as error:
        raise GenotypeError(f"{path}: {error}") from error
    if spec.weights is None:
        return LoadedGenotype(spec, topology, None, document)
    blob, tensors = _load_tensors(path.parent / spec.weights.file, spec.weights)
    check_tensors(spec, topology, tensors, str(path.parent / spec.weights.file))
    try:
        check_steps(spec, topology, tensors)
    except GenotypeError as error:
        raise GenotypeError(f"{path}: {error}") from error
    return LoadedGenotype(spec=spec, topology=topology, tensors=tensors, document=document, weights=blob)


def _of_document(given: Genotype | Mapping[str, Any]) -> LoadedGenotype:
    """An untrained genotype; one with weights needs its file, beside which they lie."""
    try:
        document = dump_genotype(given) if isinstance(given, Genotype) else json.dumps(given).encode()
    except (TypeError, ValueError) as error:
        raise GenotypeError(f"genotype: {error}; allowed: a document as JSON holds it") from error
    spec = parse_genotype(document, "genotype")
    if spec.weights is not None:
        raise GenotypeError(
            f"genotype '{spec.name}': found a document that names weights ({spec.weights.file}) and does not hold them; give the path "
            "of its file, or what `load_genotype` makes of it"
        )
    return LoadedGenotype(spec, resolve(spec), None, dump_genotype(spec))


def save_genotype(spec: Genotype, tensors: dict[str, Array] | None, path: str | os.PathLike[str]) -> Genotype:
    """Write the genotype and, beside it, `<stem>.safetensors`; returns the document with its weights reference.

    The tensors are written first and the JSON last, each by an atomic rename, so a reader never sees half a genotype.
    """
    path = Path(path)
    spec = spec.model_copy(update={"plugins": needed(spec)})
    if tensors is not None:
        spec, blob = with_weights(spec, tensors, file := _weights_file(path))
        check_tensors(spec, resolve(spec), tensors, str(path.parent / file))
        check_steps(spec, resolve(spec), tensors)
        write_atomically(path.parent / file, blob, _weights_kind(path))
    write_atomically(path, dump_genotype(spec), GENOTYPE)
    return spec


def check_genotype_output(path: str | os.PathLike[str], *, weights: bool = True) -> None:
    """Refuse a place that `save_genotype` cannot write, before any work is spent on it.

    Raises
    ------
    OutputError
        If the name does not end in .json, or the genotype's place or (with `weights`) that of its tensors is taken by something
        else or cannot be written.
    """
    path = Path(path)
    if path.suffix != ".json":
        raise OutputError(f"--output: found '{path}'; allowed: a file name that ends in .json")
    check_file(path, GENOTYPE)
    if weights:
        check_file(path.parent / _weights_file(path), _weights_kind(path))


def _weights_file(path: Path) -> str:
    return f"{path.stem}.safetensors"


def _weights_kind(path: Path) -> OutputKind:
    """Tensors that say they are a genotype's, or that the genotype at `path` names (LiteSNN 0.1.0 did not mark its own)."""
    try:
        reference = parse_genotype(read_file(path, _DOCUMENT), str(path)).weights
    except GenotypeError:
        return WEIGHTS
    named = reference is not None and reference.file == _weights_file(path)
    return OutputKind(WEIGHTS.name, lambda file: True) if named else WEIGHTS


def dump_genotype(spec: Genotype) -> bytes:
    """The document as indented JSON; unset fields are left out, so equal genotypes give equal bytes."""
    return (json.dumps(spec.model_dump(mode="json", exclude_none=True), indent=2) + "\n").encode()


def json_schema() -> dict[str, Any]:
    """JSON Schema of the genotype document, shipped as `genotype.schema.json`."""
    schema = Genotype.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FORMAT, **schema}


def _load_tensors(path: Path, reference: WeightsRef) -> tuple[bytes, dict[str, Array]]:
    blob = read_file(path, Kind(GenotypeError, "weights", MAX_WEIGHT_BYTES))
    digest = hashlib.sha256(blob).hexdigest()
    if digest != reference.sha256:
        raise GenotypeError(
            f"{path}: wrong SHA-256: found {digest}, the genotype names {reference.sha256}; the file was changed or belongs to "
            "another genotype"
        )
    _, stored = read_safetensors(blob, str(path), GenotypeError)
    return blob, numpy_tensors(stored, str(path), GenotypeError)


def _explain(error: ValidationError) -> str:
    """Every problem as `place: found X; reason`, first ten."""
    found = error.errors()
    # A list whose items are wrong is also called too short; the items are what to say.
    details = [d for d in found if d["type"] != "too_short" or not any(_within(d["loc"], o["loc"]) for o in found)]
    lines = [_line(detail) for detail in details[:10]]
    if len(details) > 10:
        lines.append(f"... and {len(details) - 10} more")
    return "\n  ".join([f"{len(details)} problem(s)", *lines])


def _within(outer: tuple[int | str, ...], inner: tuple[int | str, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _line(detail: ErrorDetails) -> str:
    place = ""
    for part in detail["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    place = place if len(place) <= _PLACE else f"{place[: _PLACE - 3]}..."
    if detail["type"] == "extra_forbidden":
        return f"{place}: not a field of the schema; remove it or correct its name"
    if detail["type"] == "missing":
        return f"{place}: missing"
    found = repr(detail["input"])
    found = found if len(found) <= 60 else found[:57] + "..."
    if detail["type"] == "literal_error":
        return f"{place}: found {found}; allowed: {detail['ctx']['expected'].replace(chr(39), '')}"
    return f"{place}: found {found}; {detail['msg'].removeprefix('Value error, ')}"
