"""A user's own data: an archive, folders of images, of event recordings and of sounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from own_data import archive, event_folder, image_folder, labelled, sound_folder

from fuzz.case import Case
from fuzz.mutators.kinds import everything, files
from fuzz.mutators.lift import on
from fuzz.mutators.npy import npy_header, npy_values
from fuzz.mutators.zips import within_zip, zip_container, zip_entries
from fuzz.reader import Place, Reader
from fuzz.readers.datasets import use
from litesnn.search.data import Dataset, load_dataset


def seeds(folder: Path) -> list[Case]:
    """A few samples of each class, with and without a test part."""
    x, y = labelled([4, 4])
    names = np.array(["high", "low"])
    grey = archive(folder / "grey.npz", x_train=x, y_train=y, class_names=names).read_bytes()
    real = archive(folder / "real.npz", x_train=x / 7, y_train=y, x_test=x[::2] / 7, y_test=y[::2]).read_bytes()
    archives = [Case({"own.npz": content}, "own.npz") for content in (grey, real)]
    image_folder(folder / "images", {"high": 3, "low": 3})
    event_folder(folder / "events", 2, 1)
    sound_folder(folder / "sounds", 3)
    return [*archives, *(Case(_files(folder / name), "") for name in ("images", "events", "sounds"))]


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def read(place: Place) -> Dataset:
    """What `--dataset` reads."""
    return load_dataset(place.path)


READER = Reader(
    seeds,
    (
        *(on(within_zip(npy_header), ".npz"),) * 3,
        *(on(within_zip(npy_values), ".npz"),) * 4,
        on(zip_entries, ".npz"),
        on(zip_container, ".npz"),
        files(),
        *everything(".npz"),
        *everything(".png"),
        *everything(".wav"),
    ),
    read,
    use,
)
