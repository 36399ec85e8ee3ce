"""Files that `litesnn export --to nir` wrote: their metadata hold the program's integers, which are read back unchanged.

The integers are taken only while the nodes still are those that were exported: a digest over all nodes and edges says so. A file
that another tool changed is read like any other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load

from litesnn.base.errors import ImportFileError, ProgramError
from litesnn.compiler.frontends.nir.document import NirGraph
from litesnn.compiler.frontends.real.nodes import Node
from litesnn.compiler.graph import Graph
from litesnn.compiler.program.documents import read_graph, unpacked
from litesnn.reading import parse_json

FORMAT, VERSION = "litesnn.nir", 1
TEXTS = ("litesnn_format", "litesnn_version", "litesnn_graph", "litesnn_digest")


def exported_graph(graph: NirGraph) -> Graph | None:
    """The graph of integers that a file was exported from; None for files of other tools and changed ones.

    Raises
    ------
    ImportFileError
        If the metadata of an unchanged export are broken or of another version.
    """
    packed = graph.metadata.get("litesnn_tensors")
    texts = {key: graph.metadata.get(key) for key in TEXTS}
    if not all(isinstance(text, str) for text in texts.values()):
        return None  # an array where a text was written
    if texts["litesnn_format"] != FORMAT or texts["litesnn_digest"] != digest(graph.nodes, graph.edges):
        return None
    if texts["litesnn_version"] != str(VERSION):
        raise ImportFileError(
            f"{graph.file}: exported as version {texts['litesnn_version']}; this LiteSNN reads version {VERSION}"
        )
    try:
        tensors = unpacked(load(packed.tobytes() if isinstance(packed, np.ndarray) else b""))
        return read_graph(
            parse_json(str(texts["litesnn_graph"]).encode(), f"{graph.file}: litesnn_graph", ImportFileError), tensors
        )
    except (ProgramError, SafetensorError, ValueError, TypeError, RecursionError) as error:
        raise ImportFileError(f"{graph.file}: metadata of the exported program: {error}") from error


def digest(nodes: Mapping[str, Node], edges: tuple[tuple[str, str], ...]) -> str:
    """SHA-256 over types, parameters and edges, independent of how HDF5 stores them."""
    found = hashlib.sha256()
    for name in sorted(nodes):
        node = nodes[name]
        found.update(f"{name}\\0{node.type}\\0".encode())
        for key, value in sorted(vars(node).items()):
            if key not in ("name", "type", "metadata", "missing", "declared"):
                _add(found, key, value)
    found.update(json.dumps(sorted(edges)).encode())
    return found.hexdigest()


def _add(found: Any, key: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for inner, part in sorted(value.items()):
            _add(found, f"{key}.{inner}", part)
        return
    found.update(key.encode())
    if isinstance(value, np.ndarray):
        array: npt.NDArray[np.float64] = np.ascontiguousarray(value, np.float64)
        found.update(repr(array.shape).encode() + array.tobytes())
    else:
        found.update(repr(value).encode())
