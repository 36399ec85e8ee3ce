"""Faults in the files of an image: one bit of a table, or one figure of a document; and whether they change what the image says.

That is decided by the reader that engines have, on unrolled matrices, with which the checker of proofs shares nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from litesnn.base.errors import LiteSNNError
from litesnn.compiler.image import image_graph, read_image

Files = dict[str, bytes]
INDEX = "image/image.json"
TOLD = ("about", "name", "profile", "files", "chip", "router", "slot")
"""Fields that say where an image is from and where its cores stand, which no neuron computes with."""


@dataclass(frozen=True)
class ImageFault:
    """The file and what was changed there."""

    file: str
    what: str


def planted(files: Mapping[str, bytes], rng: np.random.Generator) -> tuple[ImageFault, Files]:
    """A program with one fault in its image."""
    names = sorted(name for name in files if name.startswith("image/") and files[name])
    name = names[rng.integers(len(names))]
    if name.endswith(".bin"):
        changed = bytearray(files[name])
        at, bit = int(rng.integers(len(changed))), int(rng.integers(8))
        changed[at] ^= 1 << bit
        fault, content = ImageFault(name, f"bit {bit} of byte {at}"), bytes(changed)
    else:
        document = json.loads(files[name])
        figures = list(_figures(document))
        holder, key = figures[rng.integers(len(figures))]
        before = holder[key]
        holder[key] = before ^ 1 if isinstance(before, bool) else before + int(rng.choice([-1, 1]))
        fault, content = ImageFault(name, f"{key}: {before} -> {holder[key]}"), json.dumps(document).encode()
    return fault, _rehashed({**files, name: content})


def says(files: Mapping[str, bytes]) -> Any:
    """What an image says, comparably; the error of the reader where it says nothing."""
    try:
        graph = image_graph(read_image({name[6:]: content for name, content in files.items() if name[:6] == "image/"}))
    except LiteSNNError as error:
        return str(error)
    populations = [[(f.name, _plain(getattr(p, f.name))) for f in fields(p)] for p in graph.populations]
    blocks = {}
    for block in graph.blocks:
        matrix = block.weights(graph[block.source].shape, graph[block.target].shape).tocsr()
        matrix.eliminate_zeros()
        matrix.sort_indices()
        if matrix.nnz:
            key = (block.source, block.target, block.delay, block.injected)
            blocks[key] = tuple(values.tolist() for values in (matrix.indptr, matrix.indices, matrix.data))
    return (graph.timesteps, graph.isolated, str(graph.schedule), populations, blocks)


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _figures(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every integer of a document that means something, by what holds it and its key there."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if key in TOLD:
            continue
        if isinstance(value, (dict, list)):
            yield from _figures(value)
        elif isinstance(value, int):
            yield node, key


def _rehashed(files: Files) -> Files:
    """With the hashes that image.json has to have."""
    document = json.loads(files[INDEX])
    document["files"] = {name: hashlib.sha256(files[f"image/{name}"]).hexdigest() for name in document["files"]}
    return {**files, INDEX: json.dumps(document).encode()}
