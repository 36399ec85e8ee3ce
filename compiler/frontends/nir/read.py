"""`.nir` -> `SourceFile`: one line per stage. Files that LiteSNN exported are read back to the graph they were made from."""

from __future__ import annotations

import os
from pathlib import Path

from litesnn.compiler.frontends.nir.assumed import assumption_labels
from litesnn.compiler.frontends.nir.document import read_document
from litesnn.compiler.frontends.nir.own import exported_graph
from litesnn.compiler.frontends.nir.ports import port_labels
from litesnn.compiler.frontends.nir.questions import open_questions
from litesnn.compiler.frontends.nir.rockpool import in_nirs_terms
from litesnn.compiler.frontends.nir.time_step import time_step
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.read import File, RealReading, read_real
from litesnn.compiler.frontends.real.shapes import infer_shapes
from litesnn.compiler.origin import SourceFile


def read_nir(path: str | os.PathLike[str], options: RealOptions | None = None) -> SourceFile:
    """Read a `.nir` file as a graph of integers.

    Raises
    ------
    ImportFileError
        For a file that is broken, hostile, or holds what the chip cannot compute: file, node, what stood there, what is allowed.
    """
    return read_network(path, options).imported


def read_network(path: str | os.PathLike[str], options: RealOptions | None = None) -> RealReading:
    """`read_nir`, with everything that a comparison against a floating-point run of the same file needs."""
    chosen = options or RealOptions()
    graph = read_document(Path(path))
    shapes = infer_shapes(graph, chosen.input_shape)
    step = time_step(graph, chosen)
    rockpools = chosen.convention is not None and chosen.convention.step_in_r
    return read_real(
        in_nirs_terms(graph, step.dt, chosen) if rockpools else graph,
        shapes,
        step,
        chosen,
        File(
            name=Path(path).stem,
            format="nir",
            suffix=".nir",
            document=graph.document,
            record={"nir_version": graph.version},
        ),
        assumed=[*assumption_labels(graph, chosen, step), *port_labels(graph, shapes)],
        questions=open_questions(graph, chosen),
        integers=exported_graph(graph),
    )
