"""A numpy archive of samples and labels, never unpickled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from litesnn.base.errors import DataError
from litesnn.reading import Kind, npz_names, read_npz
from litesnn.search.data.dataset import Dataset
from litesnn.search.data.own.made import ARRAYS, Source, from_arrays
from litesnn.search.settings.own_data import OwnData

SUFFIX = ".npz"


def load_npz(path: Path, own: OwnData) -> Dataset:
    """`x_train`, `y_train`, and where they are there `x_test`, `y_test` and `class_names`; other arrays are left alone, and said.

    Raises
    ------
    DataError
        For a file that is no such archive, and arrays that are no samples or labels.
    """
    kind = Kind(DataError)
    found = npz_names(path, kind)
    known = tuple(name for name in ARRAYS if name in found)
    source = Source(path.stem, "npz")
    if not {"x_train", "y_train"} <= found:
        raise DataError(
            f"{path}: found the arrays {', '.join(sorted(found)[:10]) or 'none'}; wanted: x_train and y_train, with or without x_test "
            "and y_test, and class_names"
        )
    data = from_arrays(source, read_npz(path, kind, names=known, text=True), own)
    others = sorted(found - set(ARRAYS))
    said = (f"arrays left alone: {', '.join(others[:10])}",) if others else ()
    return replace(data, notes=(*said, *data.notes))
