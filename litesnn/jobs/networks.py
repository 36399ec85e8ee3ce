"""What a job takes for a network or a program: a path, a document, or what was read; and what each stands for."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from litesnn.compiler.genotype import Genotype, LoadedGenotype, load_genotype
from litesnn.compiler.origin import GenotypeOrigin, Origin
from litesnn.compiler.origin.formats import format_of, read_network
from litesnn.compiler.program import Program, is_program
from litesnn.compiler.program.given import AnyProgram, Holder, program_of

Network: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any] | Genotype | LoadedGenotype | Origin"


def origin_of(network: Network) -> Origin:
    """The origin of a network; a file of another tool is told by its suffix and read with its format's defaults.

    Raises
    ------
    LiteSNNError
        For a file that is missing or malformed.
    """
    if isinstance(network, Origin):
        return network
    if not isinstance(network, str | os.PathLike):
        return GenotypeOrigin(load_genotype(network))
    found = read_origin(network)
    return found if found.genotype is None else GenotypeOrigin(found.genotype, Path(network).name)


def read_origin(path: str | os.PathLike[str]) -> Origin:
    """The origin of a file, by its suffix; see `origin_of`. A genotype goes by its own name, wherever it stands."""
    return read_network(path) if format_of(path) is not None else GenotypeOrigin(load_genotype(path))


def network_or_program(given: Network | AnyProgram) -> Network | Program:
    """The program where it is one, by its folder or as an object; else the network as it was given."""
    if isinstance(given, Program | Holder):
        return program_of(given)
    if isinstance(given, str | os.PathLike) and is_program(Path(given)):
        return Program.load(given)
    return given


def digest_of(origin: Origin) -> str:
    """Of everything that the network is: its files, or of an untrained genotype its document."""
    genotype = origin.genotype
    files = origin.files() if origin.trained or genotype is None else {"genotype": genotype.document}
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()
