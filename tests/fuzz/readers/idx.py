"""MNIST and Fashion-MNIST (IDX files, plain and gzipped)."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np

from fuzz.case import Case
from fuzz.mutators.blobs import BYTES
from fuzz.mutators.gzips import gzip_container, within_gzip
from fuzz.mutators.kinds import everything, files
from fuzz.mutators.lift import on
from fuzz.reader import Reader
from fuzz.readers.datasets import reading, use


def seeds(folder: Path) -> list[Case]:
    """A few images, plain and packed."""
    cases = []
    for name, suffix in (("mnist", ""), ("fashion_mnist", ".gz")):
        content: dict[str, bytes] = {}
        for part, count in (("train", 4), ("t10k", 2)):
            images = np.arange(count * 28 * 28).reshape(count, 28, 28) % 256
            for kind, values in (("images-idx3", images), ("labels-idx1", np.arange(count))):
                packed = (
                    struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
                    + values.astype(np.uint8).tobytes()
                )
                content[f"{part}-{kind}-ubyte{suffix}"] = gzip.compress(packed, mtime=0) if suffix else packed
        cases.append(Case(content, "", (name,)))
    return cases


READER = Reader(
    seeds,
    (
        *(on(within_gzip(change), ".gz") for change in BYTES),
        *(on(gzip_container, ".gz"),) * 4,
        files(),
        *everything(),
        *everything("-ubyte"),
    ),
    reading("mnist", "fashion_mnist"),
    use,
)
