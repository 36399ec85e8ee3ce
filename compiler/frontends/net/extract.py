"""Taking the arrays out of an HDF5 file, in a process of its own.

The HDF5 library is C: damaged files can make it crash, hang or allocate without end, which no `except` catches. So it runs in
a worker with limits on memory and time: file bytes on standard input, `.npz` (plain arrays, nothing pickled) on standard output,
or the reason for refusing on standard error with exit code `REFUSED`. Sizes are checked from shapes before anything is read.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
REFUSED = 3
MAX_FILE_BYTES = 2**28
MAX_ARRAY_BYTES = (
    2**28
)  # of numbers of at least 8 bytes, as they are used; declared, all datasets together: what a small compressed file can swell to
MAX_OBJECTS = 100_000
NUMBER_BYTES = 8
MAX_DEPTH = 8
MAX_DIMENSIONS = 8
MEMORY_BYTES = 2**29 + MAX_FILE_BYTES * 2 + MAX_ARRAY_BYTES * 3  # libraries, the file twice, arrays and their archive
CPU_SECONDS = 60
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}")


class Refused(Exception):
    """The file holds something that is not read; the message says what and where."""


def extract(document: bytes) -> dict[str, Array]:
    """All datasets of a file by path (`layer/0/neuron/type`): integers, floats and booleans as they stand, text as text.

    Groups are empty arrays under their path with a `/` behind it, so that one that holds nothing is not lost. A null data space says
    that there is no value, as Python's None does (mlGeNN writes such): it is left out.

    Groups are empty arrays under their path with a `/` behind it, so that one that holds nothing is not lost.

    Raises
    ------
    Refused
        For links, virtual or external data, references, hostile names, and sizes beyond the limits above.
    Exception
        Whatever h5py raises on damaged files.
    """
    import h5py

    if len(document) > MAX_FILE_BYTES:
        raise Refused(f"the file has {len(document)} bytes; allowed: {MAX_FILE_BYTES}")
    arrays: dict[str, Array] = {}
    left = MAX_ARRAY_BYTES
    with h5py.File(io.BytesIO(document), "r") as file:
        for place, found in _members(file, "", 0, [MAX_OBJECTS]):
            if isinstance(found, h5py.Group):
                arrays[f"{place}/"] = np.zeros(0)
            elif found.shape is not None:
                left -= _checked_bytes(place, found)
                if left < 0:
                    raise Refused(f"{place}: with it the file declares more than {MAX_ARRAY_BYTES} bytes of data")
                arrays[place] = _read(place, found)
    return arrays


def _members(group: Any, path: str, depth: int, left: list[int]) -> Iterator[tuple[str, Any]]:
    """Groups and datasets below a group; only hard links are followed, and not without end."""
    import h5py

    if depth > MAX_DEPTH:
        raise Refused(f"{path}: groups nest deeper than {MAX_DEPTH}")
    for name in group:
        left[0] -= 1
        if left[0] < 0:
            raise Refused(f"the file has more than {MAX_OBJECTS} objects")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise Refused(f"{path or 'the root'}: found the name {name!r:.80}; allowed: letters, digits, '_', '-', '.'")
        place = f"{path}/{name}".lstrip("/")
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise Refused(f"{place}: is a soft or external link; copy the data into the file")
        found = group[name]
        if isinstance(found, h5py.Group):
            yield place, found
            yield from _members(found, place, depth + 1, left)
        elif isinstance(found, h5py.Dataset):
            yield place, found
        else:
            raise Refused(f"{place}: is a {type(found).__name__}; allowed: groups and datasets")


def _checked_bytes(place: str, dataset: Any) -> int:
    """Bytes that reading the dataset takes, from its declared shape, type and chunks."""
    import h5py

    if len(dataset.shape) > MAX_DIMENSIONS:
        raise Refused(f"{place}: has {len(dataset.shape)} dimensions; allowed: up to {MAX_DIMENSIONS}")
    if dataset.is_virtual or dataset.external:
        raise Refused(f"{place}: keeps its data in other files; copy it into this one")
    if h5py.check_string_dtype(dataset.dtype) is None and dataset.dtype.kind not in "biuf":
        raise Refused(f"{place}: has type {dataset.dtype}; allowed: integers, floats, booleans, text")
    count = 1
    for side in dataset.shape:
        count *= int(side)
    chunk = 1
    for side in dataset.chunks or ():
        chunk *= int(side)
    return max(count, chunk) * max(int(dataset.dtype.itemsize), NUMBER_BYTES)


def _read(place: str, dataset: Any) -> Array:
    import h5py

    if h5py.check_string_dtype(dataset.dtype) is None:
        return np.asarray(dataset[()])
    if dataset.size != 1:
        raise Refused(f"{place}: holds {dataset.size} texts; allowed: one")
    text = np.asarray(dataset[()]).reshape(-1)[0]
    return np.array(text.decode("utf-8") if isinstance(text, bytes) else str(text))


def _limit_process() -> None:
    """Memory and time limits of this process, where the system has them."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Standard input to standard output, as the module says."""
    _limit_process()
    try:
        arrays: dict[str, Any] = extract(sys.stdin.buffer.read())
    except (Exception, MemoryError) as error:
        found = str(error) if isinstance(error, Refused) else f"not a readable HDF5 file: {error}"
        sys.stderr.write(" ".join(found.split())[:500])
        sys.exit(REFUSED)
    np.savez(sys.stdout.buffer, **arrays)


if __name__ == "__main__":
    main()
