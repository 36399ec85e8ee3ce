"""What a job takes for a network: a path, a genotype, or an origin that was read; and the origin of each."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from litesnn.compiler.genotype import LoadedGenotype, load_genotype
from litesnn.compiler.origin import GenotypeOrigin, Origin
from litesnn.compiler.origin.formats import format_of, read_network

Network = str | os.PathLike[str] | LoadedGenotype | Origin


def origin_of(network: Network) -> Origin:
    """The origin of a network; a file of another tool is told by its suffix and read with its format's defaults.

    Raises
    ------
    LiteSNNError
        For a file that is missing or malformed.
    """
    if isinstance(network, Origin):
        return network
    if isinstance(network, LoadedGenotype):
        return GenotypeOrigin(network)
    found = read_origin(network)
    return found if found.genotype is None else GenotypeOrigin(found.genotype, Path(network).name)


def read_origin(path: str | os.PathLike[str]) -> Origin:
    """The origin of a file, by its suffix; see `origin_of`. A genotype goes by its own name, wherever it stands."""
    return read_network(path) if format_of(path) is not None else GenotypeOrigin(load_genotype(path))


def digest_of(origin: Origin) -> str:
    """Of everything that the network is: its files, or of an untrained genotype its document."""
    genotype = origin.genotype
    files = origin.files() if origin.trained or genotype is None else {"genotype": genotype.document}
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()
