"""SLAYER's files (.net, HDF5): every kind of layer.

They are read in this process, and not in the one that the reader starts for each, which takes most of a second; where a file
makes the HDF5 library crash or hang here, it is read again as users have it read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from written_nets import CUBA, SDNN, conv, dense, layer, write_net

from fuzz.case import Case
from fuzz.mutators.hdf5 import hdf5_tree
from fuzz.mutators.hdf5_special import hdf5_special
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.reader import Place, Reader
from fuzz.readers.imported import compile_and_run
from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.net import read as net_reader
from litesnn.compiler.frontends.net.extract import Refused, extract
from litesnn.compiler.origin import SourceFile
from litesnn.compiler.origin.formats import read_network

SUFFIX = ".net"


def seeds(folder: Path) -> list[Case]:
    """Small networks: dense with delays, recurrent, convolutional with pooling, sigma-delta."""
    rng = np.random.default_rng(0)

    def weights(*shape: int) -> npt.NDArray[Any]:
        return rng.integers(-8, 9, shape)

    write_net(
        folder / "dense.net",
        [dense(weights(4, 6), delay=np.array([0.0, 1, 2, 3])), dense(weights(3, 4), bias=np.ones(3))],
    )
    write_net(
        folder / "rec.net", [dense(weights(3, 4), kind="dense_rec", weight_rec=weights(3, 3)), dense(weights(2, 3))]
    )
    window: dict[str, Any] = {
        "stride": np.array([1, 1]),
        "padding": np.array([1, 1]),
        "dilation": np.array([1, 1]),
        "groups": 1,
    }
    pool = {"stride": np.array([2, 2]), "padding": np.array([0, 0]), "dilation": np.array([1, 1])}
    write_net(
        folder / "conv.net",
        [
            layer("input", shape=np.array([2, 4, 4])),
            conv(weights(3, 2, 3, 3, 1), (3, 4, 4), **window),
            layer("pool", shape=np.array([3, 2, 2]), weight=np.full((2, 2, 1), 40.0, np.float32), neuron=CUBA, **pool),
            layer("flatten", shape=np.array([12])),
            dense(weights(2, 12)),
        ],
    )
    write_net(folder / "sdnn.net", [dense(weights(4, 5), SDNN), dense(weights(2, 4), SDNN)])
    return [Case({path.name: path.read_bytes()}, path.name) for path in sorted(folder.glob("*.net"))]


def read(place: Place) -> SourceFile:
    """As `import` does, with its defaults, but within this process."""
    with patch.object(net_reader, "read_arrays", _read_here):
        return read_network(place.path)


def read_apart(place: Place) -> SourceFile:
    """As `import` does, with its defaults."""
    return read_network(place.path)


def _read_here(document: bytes, name: str) -> dict[str, npt.NDArray[Any]]:
    try:
        return extract(document)
    except Refused as error:
        raise ImportFileError(f"{name}: {error}") from error
    except Exception as error:  # the process that users have the file read in says the same of any of them
        raise ImportFileError(f"{name}: the HDF5 library could not read it: {error}") from error


def use(found: SourceFile, place: Place) -> None:
    """Compile it and run a sample."""
    compile_and_run(found)


READER = Reader(
    seeds,
    (*(on(hdf5_tree, SUFFIX),) * 10, *(on(hdf5_special, SUFFIX),) * 4, *everything(SUFFIX)),
    read,
    use,
    read_apart,
)
