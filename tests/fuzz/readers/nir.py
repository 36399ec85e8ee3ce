"""NIR files (.nir, HDF5): dense and convolutional networks, one with a loop, one that LiteSNN exported."""

from __future__ import annotations

from pathlib import Path

import nir_files as files
import numpy as np
from written_genotypes import document, loaded

import litesnn
from fuzz.case import Case
from fuzz.mutators.hdf5 import hdf5_tree
from fuzz.mutators.hdf5_special import hdf5_special
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.reader import Place, Reader
from fuzz.readers.imported import compile_and_run
from litesnn.compiler.export.nir.write import export_nir
from litesnn.compiler.origin import SourceFile
from litesnn.compiler.origin.formats import read_network

SUFFIX = ".nir"


def seeds(folder: Path) -> list[Case]:
    """Small networks of all kinds of nodes."""
    rng = np.random.default_rng(0)
    dense = {
        "input": files.port("Input", 4),
        "fc": files.linear(rng.normal(0, 0.6, (5, 4)), rng.normal(0, 0.1, 5)),
        "lif": files.lif_node((5,)),
        "output": files.port("Output", 5),
    }
    conv = {
        "input": files.port("Input", 2, 6, 6),
        "conv": files.conv(np.random.default_rng(3), 2, (2, 6, 6)),
        "if": files.if_node((2, 1, 1)),
        "pool": {
            "type": "SumPool2d",
            "kernel_size": np.array([2, 2]),
            "stride": np.array([2, 2]),
            "padding": np.array([0, 0]),
        },
        "output": files.port("Output", 2, 3, 3),
    }
    loop = {
        "input": files.port("Input", 3),
        "fc": files.linear(rng.integers(-3, 4, (3, 3))),
        "if": files.if_node((3,)),
        "back": files.linear(rng.integers(-2, 3, (3, 3))),
        "output": files.port("Output", 3),
    }
    around = [("input", "fc"), ("fc", "if"), ("if", "back"), ("back", "if"), ("if", "output")]
    for name, nodes, edges in (
        ("dense", dense, files.chain(dense)),
        ("conv", _fitting(conv), files.chain(conv)),
        ("loop", loop, around),
    ):
        files.write_nir(folder / f"{name}.nir", nodes, edges)
    (folder / "genotype").mkdir()
    program = litesnn.compile(loaded(document(), folder / "genotype"), "loihi2", samples=None).program
    (folder / "own.nir").write_bytes(export_nir(program.graph))
    return [Case({path.name: path.read_bytes()}, path.name) for path in sorted(folder.glob("*.nir"))]


def _fitting(nodes: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    """The convolution with a kernel of 3 and a padding of 1, so that the maps fit."""
    weight = np.random.default_rng(1).integers(-3, 4, (2, 2, 3, 3)).astype(float)
    window = {
        "stride": np.array([1, 1]),
        "padding": np.array([1, 1]),
        "dilation": np.array([1, 1]),
        "groups": np.array(1),
    }
    nodes["conv"] = {"type": "Conv2d", "weight": weight, "bias": np.zeros(2), "input_shape": np.array([6, 6]), **window}
    nodes["if"] = files.if_node((2, 6, 6))
    return nodes


def read(place: Place) -> SourceFile:
    """As `import` does, with its defaults."""
    return read_network(place.path)


def use(found: SourceFile, place: Place) -> None:
    """Compile it and run a sample."""
    compile_and_run(found)


READER = Reader(
    seeds,
    (*(on(hdf5_tree, SUFFIX),) * 10, *(on(hdf5_special, SUFFIX),) * 4, *everything(SUFFIX)),
    read,
    use,
)
