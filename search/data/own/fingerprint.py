"""A hash of data by what they hold, not by where or how they are stored."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

_PIECE = 2**24


class Fingerprint:
    """SHA-256 over values in the order in which they are added, each with its length or shape."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def words(self, *words: str) -> None:
        """Texts."""
        for word in words:
            self.content(word.encode("utf-8", "surrogatepass"))

    def content(self, content: bytes) -> None:
        """Bytes of a file."""
        self._hash.update(len(content).to_bytes(8, "little"))
        self._hash.update(content)

    def array(self, values: npt.NDArray[np.generic]) -> None:
        """Numbers: element type, shape and values, in one byte order and order of axes."""
        little = values.astype(values.dtype.newbyteorder("<"), copy=False)
        self.words(little.dtype.newbyteorder("=").kind + str(little.dtype.itemsize), str(little.shape))
        step = max(1, _PIECE // max(1, little[:1].nbytes)) if little.ndim else 1
        for start in range(0, len(little), step):
            self._hash.update(np.ascontiguousarray(little[start : start + step]).tobytes())

    def hexdigest(self) -> str:
        """64 hexadecimal digits."""
        return self._hash.hexdigest()


def of_arrays(*parts: tuple[npt.NDArray[np.generic], npt.NDArray[np.int64]]) -> str:
    """Of samples (N, C, H, W) or (N, T, C, H, W) and labels (N,), part by part."""
    fingerprint = Fingerprint()
    for x, y in parts:
        fingerprint.array(x)
        fingerprint.array(y)
    return fingerprint.hexdigest()
