"""`read_sanafe`: a network of SANA-FE (.yaml, or an archive of its arrays) as a graph of integers. It does not need sanafe."""

from __future__ import annotations

from pathlib import Path

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.isolation import with_isolation
from litesnn.compiler.frontends.sanafe.arrays import KIND, read_arrays
from litesnn.compiler.frontends.sanafe.description import Description
from litesnn.compiler.frontends.sanafe.document import read_description
from litesnn.compiler.frontends.sanafe.lower import lower
from litesnn.compiler.frontends.sanafe.options import SanafeOptions
from litesnn.compiler.frontends.sanafe.units import Units
from litesnn.compiler.graph import Graph
from litesnn.compiler.origin import SourceFile
from litesnn.reading import Kind, read_file

YAML_BYTES = 2**26
ARCHIVE = ".npz"
TUTORIAL = Units((("loihi_lif", "leaky_integrate_fire"),))
"""What computes the network of an archive: the first soma of the chip that SANA-FE's tutorial maps it to."""


def read_sanafe(path: Path, options: SanafeOptions) -> SourceFile:
    """Read a network as SANA-FE computes it: one run from zero state, in which every spike arrives in the next step.

    Raises
    ------
    ImportFileError
        For a file that is broken or hostile, or holds what is not computed here, named by place.
    """
    suffix = path.suffix.lower()
    units = options.units
    if suffix == ARCHIVE:
        document, units = read_file(path, KIND), units or TUTORIAL
        found = read_arrays(path, options.input_shape, options.strides)
    else:
        document = read_file(path, Kind(ImportFileError, name="SANA-FE network", limit=YAML_BYTES))
        found = _described(path, document, options)
    lowered = lower(found, units, options.timesteps, options.input_shape)
    graph = with_isolation(path.name, lowered.graph, False)
    graph.validate("read")
    return SourceFile(
        name=path.stem,
        source_format="sanafe",
        document=document,
        suffix=suffix,
        layers=lowered.rows,
        input_note=_input_note(graph),
        record={"network": found.name, **({"cores_of_its_mapping": found.cores} if found.cores else {})},
        graph=graph,
        own_input=lowered.own_input,
    )


def _described(path: Path, document: bytes, options: SanafeOptions) -> Description:
    if options.strides:
        raise ImportFileError(
            f"{path.name}: --strides: found with a description; allowed with archives of arrays (.npz)"
        )
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportFileError(
            f"{path.name}: found bytes that are not UTF-8 (at {error.start}); allowed: text"
        ) from error
    return read_description(text, path.name)


def _input_note(graph: Graph) -> str:
    (source,) = graph.sources
    shape = " x ".join(map(str, source.shape))
    if source.message_bits:
        low, high = source.sent
        (reader,) = {block.target for block in graph.out_of(source.name)}
        return (
            f"biases of '{reader}' as integers {low} .. {high} in units of its weights, (N, C, H, W) held for all steps or "
            f"(N, T, C, H, W), C x H x W = {shape}"
        )
    return f"spikes 0 and 1, (N, T, C, H, W), C x H x W = {shape}"
