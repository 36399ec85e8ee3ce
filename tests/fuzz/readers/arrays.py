"""Arrays that a user gives (`--input`, `--labels`; .npy, and .npz by mistake), checked against a network."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from written_genotypes import document, parsed

from fuzz.case import Case
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.mutators.npy import npy_header, npy_values
from fuzz.mutators.zips import within_zip, zip_container, zip_entries
from fuzz.reader import DifferentError, NotApplicableError, Place, Reader
from litesnn.base.errors import LiteSNNError
from litesnn.jobs.samples import check_labels, read_array
from litesnn.jobs.testbench.genotype_samples import check_input

SPEC = parsed(document())


def seeds(folder: Path) -> list[Case]:
    """Inputs held for all steps and step by step, in several types and orders, labels, and an archive."""
    rng = np.random.default_rng(0)
    held = rng.integers(-128, 128, (3, 2, 4, 4))
    arrays = [
        *(held.astype(kind) for kind in ("i1", "i2", ">i4", "i8", "f4", "f8")),
        np.asfortranarray(held.astype("i2")),
        rng.integers(0, 2, (2, 3, 2, 4, 4)).astype("u1"),
        rng.integers(0, 2, (2, 3, 2, 4, 4)).astype(bool),
        np.arange(4),
        np.array([(1, 2, 0, 3)], "i2, i2, ?, i8"),
    ]
    cases = []
    for array in arrays:
        buffer = io.BytesIO()
        np.save(buffer, array)
        cases.append(Case({"x.npy": buffer.getvalue()}, "x.npy"))
    return cases


def packed(case: Case, rng: Random) -> Case:
    """The array in an archive, under the name of an array."""
    if not isinstance(case.files.get("x.npy"), bytes):
        raise NotApplicableError
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("x.npy"), case.bytes_of("x.npy"))
    return Case({"x.npy": buffer.getvalue()}, "x.npy")


def read(place: Place) -> npt.NDArray[np.generic]:
    """As `run` and `verify` do."""
    return read_array(place.path)


def use(found: npt.NDArray[np.generic], place: Place) -> None:
    """What is taken for input or labels holds the very numbers that the file holds."""
    for check in (lambda: check_input(SPEC, found), lambda: check_labels(found, 4, 4)):
        try:
            taken = check()
        except LiteSNNError:
            continue
        if not np.array_equal(taken, found):
            raise DifferentError(f"{found.dtype} {found.shape} was taken for other numbers")


READER = Reader(
    seeds,
    (
        *(on(npy_header),) * 8,
        *(on(npy_values),) * 3,
        *(packed,) * 3,
        *(on(change) for change in (zip_entries, zip_container, within_zip(npy_header))),
        *everything(),
    ),
    read,
    use,
)
