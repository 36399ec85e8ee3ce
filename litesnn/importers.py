"""The formats that `litesnn import` reads, in one table: suffixes, kinds, and where the reader stands.

A reader takes the path and what the user gave (`ImportRequest`) and returns `Imported`. It is imported when it is first used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from litesnn.compiler.genotype.imported import Imported
from litesnn.errors import GenotypeError


@dataclass(frozen=True)
class ImportRequest:
    """What the user asked for.

    Attributes
    ----------
    path : file to read
    kind : what stands in it, where the user says so
    name : of the genotype; the file's name where None
    weights : a file with weights beside the architecture
    seed : of random weights where there are none; None leaves the genotype untrained
    array : the one array to read
    settings : sizes, steps, neuron constants and precision, those that the user gave
    """

    path: Path
    kind: str | None = None
    name: str | None = None
    weights: Path | None = None
    seed: int | None = 0
    array: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


Reader = Callable[[ImportRequest], Imported]


@dataclass(frozen=True)
class Importer:
    """One row of the table: file suffixes, the kinds that `--kind` may name, and `module:function` of the reader."""

    suffixes: tuple[str, ...]
    kinds: tuple[str, ...]
    reader: str


IMPORTERS: tuple[Importer, ...] = (
    Importer(
        suffixes=(".txt", ".py", ".md", ".json", ".npy", ".npz"),
        kinds=("litesnn", "spikedhs", "snasnet", "lightsnn", "autosnn"),
        reader="litesnn.importers:read_published",
    ),
)


def read_network(request: ImportRequest) -> Imported:
    """Read a file with the importer that its kind or its suffix names.

    Raises
    ------
    GenotypeError
        For an unknown kind or suffix, and for whatever the reader refuses.
    """
    return _reader(_chosen(request))(request)


def read_published(request: ImportRequest) -> Imported:
    """Arrays of published searches."""
    from litesnn.search.published import import_published

    return import_published(
        request.path,
        request.settings,
        kind=request.kind,
        array=request.array,
        name=request.name,
        weights=request.weights,
        seed=request.seed,
    )


def _chosen(request: ImportRequest) -> Importer:
    if request.kind is not None:
        for importer in IMPORTERS:
            if request.kind in importer.kinds:
                return importer
        kinds = ", ".join(kind for importer in IMPORTERS for kind in importer.kinds)
        raise GenotypeError(f"--kind: found '{request.kind}'; allowed: {kinds}")
    for importer in IMPORTERS:
        if request.path.suffix.lower() in importer.suffixes:
            return importer
    suffixes = ", ".join(suffix for importer in IMPORTERS for suffix in importer.suffixes)
    raise GenotypeError(
        f"{request.path}: found suffix '{request.path.suffix}'; allowed: {suffixes} (or say it with --kind)"
    )


def _reader(importer: Importer) -> Reader:
    module, function = importer.reader.split(":")
    reader: Reader = getattr(import_module(module), function)
    return reader
