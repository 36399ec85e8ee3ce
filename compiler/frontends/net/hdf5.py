"""A .net file as arrays by path, read by a worker process that a damaged file can only end, not harm (see `extract`)."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.net import extract
from litesnn.compiler.frontends.net.extract import MAX_FILE_BYTES, REFUSED
from litesnn.reading import Kind, read_file

Arrays = dict[str, npt.NDArray[Any]]
TIMEOUT_SECONDS = 600


def read_document(path: Path) -> bytes:
    """The file's bytes.

    Raises
    ------
    ImportFileError
        If it is missing, unreadable, no plain file, or larger than any network.
    """
    return read_file(path, Kind(ImportFileError, limit=MAX_FILE_BYTES, hint="larger than any network"))


def read_arrays(document: bytes, name: str) -> Arrays:
    """All datasets of a file by path.

    Raises
    ------
    ImportFileError
        For anything that is not a plain HDF5 file of plain arrays, named by place.
    """
    try:
        worker = subprocess.run(
            [sys.executable, str(Path(extract.__file__).absolute())],
            input=document,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ImportFileError(f"{name}: reading it took more than {TIMEOUT_SECONDS} s; the file is damaged") from None
    if worker.returncode == REFUSED:
        raise ImportFileError(f"{name}: {worker.stderr.decode(errors='replace')}")
    if worker.returncode != 0:
        reason = "it crashed or exhausted" if worker.returncode < 0 else "it failed within"
        raise ImportFileError(f"{name}: the HDF5 library could not read it ({reason} its limits); the file is damaged")
    try:
        with np.load(io.BytesIO(worker.stdout), allow_pickle=False) as archive:
            return {place: archive[place] for place in archive.files}
    except (ValueError, zipfile.BadZipFile) as error:
        raise ImportFileError(f"{name}: the HDF5 library could not read it: {error}") from error


def _environment() -> dict[str, str]:
    """One thread: threads reserve memory, which is limited."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads}
