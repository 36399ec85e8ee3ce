"""A .npy file that is read in parts along its first axis, so that arrays larger than the memory can be gone through."""

from __future__ import annotations

import os
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.base.text import brief_path
from litesnn.reading.files import Kind, open_regular
from litesnn.reading.npy_header import Header, NotPlain, read_header


class ArrayParts:
    """One plain array of numbers; its header is held against the size of the file before anything is read.

    Parameters
    ----------
    kind : says which error is raised, and how large the file may be

    Attributes
    ----------
    shape, dtype : of the whole array

    Raises
    ------
    LiteSNNError
        Of the kind's type, for anything that is not one plain array in C order, whole, and as long as its header says.
    """

    def __init__(self, path: Path, kind: Kind) -> None:
        self._path, self._kind = path, kind
        with open_regular(path, kind) as file:
            try:
                header = read_header(file, fields=False)
                _check(header, os.fstat(file.fileno()).st_size - file.tell())
            except NotPlain as error:
                raise kind.error(f"{brief_path(path)}: not a plain .npy array: {error}") from error
            self._first = file.tell()
        self.shape, self.dtype = header.shape, header.dtype

    def rows(self, start: int, stop: int) -> npt.NDArray[np.generic]:
        """Rows `start` to `stop` of the first axis, in the machine's byte order."""
        row = prod(self.shape[1:])
        with open_regular(self._path, self._kind) as file:
            file.seek(self._first + start * row * self.dtype.itemsize)
            raw = file.read((stop - start) * row * self.dtype.itemsize)
        if len(raw) != (stop - start) * row * self.dtype.itemsize:
            raise self._kind.error(f"{brief_path(self._path)}: the file was cut short while it was read")
        values = np.frombuffer(raw, self.dtype).reshape(stop - start, *self.shape[1:])
        return values.astype(self.dtype.newbyteorder("="), copy=False)


def _check(header: Header, left: int) -> None:
    if header.fortran and len(header.shape) > 1:
        raise NotPlain("found columns first (Fortran order); allowed: rows first (numpy.ascontiguousarray)")
    if not header.shape:
        raise NotPlain("found a single number; allowed: an array")
    if left != header.bytes:
        raise NotPlain(
            f"found {left:,} bytes of values; allowed: {header.bytes:,} for {header.dtype} {header.described}"
        )
