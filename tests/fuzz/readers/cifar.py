"""CIFAR-10 and CIFAR-100: one archive (.npz), and their authors' folders, pickled and binary."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import numpy as np

from fuzz.case import Case
from fuzz.mutators.kinds import everything, files
from fuzz.mutators.lift import on
from fuzz.mutators.npy import npy_header, npy_values
from fuzz.mutators.pickles import pickle_opcodes
from fuzz.mutators.zips import within_zip, zip_container, zip_entries
from fuzz.reader import Reader
from fuzz.readers.datasets import reading, use


def seeds(folder: Path) -> list[Case]:
    """Two images a file."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (2, 3072)).astype(np.uint8), np.array([1, 3])
    packed = io.BytesIO()
    shaped = images.reshape(2, 3, 32, 32)
    np.savez_compressed(packed, x_train=shaped, y_train=labels, x_test=shaped, y_test=labels)
    batches = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")
    ten = pickle.dumps({b"data": images, b"labels": labels.tolist()}, protocol=2)
    hundred = pickle.dumps({b"data": images, b"fine_labels": labels.tolist()}, protocol=4)
    rows = np.concatenate([labels[:, None].astype(np.uint8), images], axis=1).tobytes()
    return [
        Case({"cifar10.npz": packed.getvalue()}, "", ("cifar10",)),
        Case({f"cifar-10-batches-py/{batch}": ten for batch in batches}, "", ("cifar10",)),
        Case({f"cifar-10-batches-bin/{batch}.bin": rows for batch in batches}, "", ("cifar10",)),
        Case({f"cifar-100-python/{part}": hundred for part in ("train", "test")}, "", ("cifar100",)),
    ]


READER = Reader(
    seeds,
    (
        *(
            on(change, ".npz")
            for change in (zip_entries, zip_container, within_zip(npy_header), within_zip(npy_values))
        ),
        *(on(pickle_opcodes, "train", "test", "test_batch", "data_batch_1"),) * 6,
        *everything(),
        files(),
    ),
    reading("cifar10", "cifar100"),
    use,
)
