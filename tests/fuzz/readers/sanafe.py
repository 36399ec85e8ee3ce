"""SANA-FE's networks: descriptions (.yaml) and archives of arrays (.npz)."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from fuzz.case import Case
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.mutators.npy import npy_header, npy_values
from fuzz.mutators.texts import brackets, encoding, inserted, lines, token
from fuzz.mutators.zips import within_zip, zip_container, zip_entries
from fuzz.reader import Place, Reader
from fuzz.readers.imported import compile_and_run
from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.sanafe.options import SanafeOptions
from litesnn.compiler.frontends.sanafe.read import read_sanafe
from litesnn.compiler.origin import SourceFile

DATA = Path(__file__).parents[2] / "data" / "sanafe"
SUFFIXES = (".yaml", ".npz")


def archive() -> bytes:
    """A small network as SANA-FE's wheel holds its large one."""
    rng = np.random.default_rng(0)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        conv1=rng.integers(-90, 130, (3, 3, 1, 4)).astype(np.float32),
        dense1=rng.integers(-90, 130, (64, 3)).astype(np.float32),
        inputs=rng.integers(0, 200, 36).astype(float),
        thresholds=np.array([255, 300, 280]),
    )
    return buffer.getvalue()


def seeds(folder: Path) -> list[Case]:
    """The recorded networks, and an archive."""
    texts = [path for path in sorted(DATA.glob("*.yaml")) if not path.stem.startswith("chip")]
    return [Case({path.name: path.read_bytes()}, path.name) for path in texts] + [Case({"a.npz": archive()}, "a.npz")]


def read(place: Place) -> SourceFile:
    """As `import` does, with its defaults; a file of another suffix is another reader's."""
    if place.path.suffix.lower() not in SUFFIXES:
        raise ImportFileError(f"{place.path.name}: no SANA-FE network")
    return read_sanafe(place.path, SanafeOptions())


def use(found: SourceFile, place: Place) -> None:
    """Compile it and run a sample."""
    compile_and_run(found)


READER = Reader(
    seeds,
    (
        *(on(change, ".yaml") for change in (token, token, token, lines, inserted, brackets, encoding)),
        *(
            on(change, ".npz")
            for change in (zip_entries, zip_container, within_zip(npy_header), within_zip(npy_values))
        ),
        *everything(),
    ),
    read,
    use,
)
