"""Hundreds of broken relatives of good files, for every reader: each is read or refused with an error of LiteSNN's own."""

import gzip
import io
import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mutations import Mutation, any_bytes, json_document, mutants, npy, safetensors, with_header, zipped
from recorded_events import archive_arrays, bin_bytes, recording
from written_genotypes import document, written

from litesnn.base.errors import DataError, LiteSNNError
from litesnn.compiler.genotype import EventFrames, Mfcc, load_genotype
from litesnn.reading import Kind, read_npy, read_npz
from litesnn.search.data.cifar_folders import read_folder
from litesnn.search.data.event_archive import read_recordings
from litesnn.search.data.event_files import read_bin
from litesnn.search.data.event_files import read_npy as read_events
from litesnn.search.data.event_frames import to_frames
from litesnn.search.data.idx import read_idx
from litesnn.search.data.mfcc import mfcc
from litesnn.search.data.wav import read_wav
from litesnn.search.published import import_published
from litesnn.search.published.state_dict import read_state_dict

COUNT = 40
KIND = Kind(DataError)
FRAMES = EventFrames(frames=4, split="time")
SIZES = {"channels": 4, "input_shape": (3, 8, 8)}
ARRAYS = {"cell_arch": [[1, 1], [0, 1], [2, 1], [3, 0], [5, 1], [6, 0]], "bits_arch": [0, 1, 2, 1, 0, 1, 2, 1]}


def saved(array: np.ndarray) -> bytes:
    sink = io.BytesIO()
    np.save(sink, array)
    return sink.getvalue()


def packed(**arrays: np.ndarray) -> bytes:
    sink = io.BytesIO()
    np.savez_compressed(sink, **arrays)
    return sink.getvalue()


def torch_saved(zip_format: bool) -> bytes:
    state = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)).state_dict()
    sink = io.BytesIO()
    torch.save(
        {"net": {**state, "b": torch.tensor([True])}, "epoch": 3}, sink, _use_new_zipfile_serialization=zip_format
    )
    return sink.getvalue()


def tensors() -> bytes:
    from safetensors.torch import save

    return save(torch.nn.Linear(3, 2).state_dict())


def wav() -> bytes:
    samples = np.arange(400, dtype="<i2").tobytes()
    form = struct.pack("<IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16)
    return (
        b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt " + form + b"data" + struct.pack("<I", 800) + samples
    )


def idx() -> bytes:
    return struct.pack(">HBB3I", 0, 8, 3, 2, 28, 28) + bytes(2 * 28 * 28)


def cifar(protocol: int) -> bytes:
    return pickle.dumps({b"data": np.zeros((1, 3072), np.uint8), b"labels": [1]}, protocol=protocol)


def event_rows() -> bytes:
    events = recording(0, 40)
    return saved(np.stack([events.x, events.y, events.p, events.t], axis=1))


def framed(path: Path) -> None:
    for found in read_recordings(path):
        to_frames(found.read(), FRAMES, 34, 34, found.place)


READERS: dict[str, tuple[str, Callable[[], bytes], Mutation, Callable[[Path], Any]]] = {
    "npy": ("a.npy", lambda: saved(np.ones((3, 2, 4), "<i2")), npy, lambda p: read_npy(p, KIND)),
    "npz": ("a.npz", lambda: packed(a=np.arange(9), b=np.ones(2)), zipped(npy), lambda p: read_npz(p, KIND)),
    "torch": ("w.pt", lambda: torch_saved(True), zipped(any_bytes), read_state_dict),
    "older torch": ("w.pt", lambda: torch_saved(False), any_bytes, read_state_dict),
    "safetensors": ("w.safetensors", tensors, safetensors, read_state_dict),
    "wav": ("a.wav", wav, with_header(44), lambda p: mfcc(*read_wav(p), Mfcc())),
    "idx": ("a", idx, with_header(16), lambda p: read_idx(p, 3)),
    "gzipped idx": ("a.gz", lambda: gzip.compress(idx(), mtime=0), any_bytes, lambda p: read_idx(p, 3)),
    "cifar 2": ("cifar-10-batches-py/data_batch_1", lambda: cifar(2), with_header(160), lambda p: read_folder("cifar10", p.parent.parent)),
    "cifar 4": ("cifar-10-batches-py/data_batch_1", lambda: cifar(4), any_bytes, lambda p: read_folder("cifar10", p.parent.parent)),
    "event archive": ("a.npz", lambda: packed(**archive_arrays(6)), zipped(npy), framed),
    "event bytes": ("1.bin", lambda: bin_bytes(recording(0, 40)), any_bytes, lambda p: to_frames(read_bin(p), FRAMES, 34, 34, "r")),
    "event rows": ("1.npy", event_rows, npy, lambda p: to_frames(read_events(p), FRAMES, 34, 34, "r")),
    "published json": ("p.json", lambda: json.dumps(ARRAYS).encode(), json_document, lambda p: import_published(p, SIZES, seed=None)),
    "published text": ("p.txt", lambda: f"cell_arch = {ARRAYS['cell_arch']}\nbits_arch = [0, 1]\n".encode(), any_bytes,
                       lambda p: import_published(p, SIZES, seed=None)),
}  # fmt: skip
"""File name, a good file, its mutation, its reader."""


@pytest.mark.parametrize("name", READERS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_every_mutation_is_read_or_refused(name: str, tmp_path: Path) -> None:
    file, make, mutation, read = READERS[name]
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    refused = 0
    for content in mutants(make(), mutation, COUNT):
        path.write_bytes(content)
        try:
            read(path)
        except LiteSNNError:
            refused += 1
    assert refused > COUNT // 4, "mutations that a reader does not notice test little"


@pytest.mark.parametrize("trained", [True, False])
def test_every_mutated_genotype_is_read_or_refused(trained: bool, tmp_path: Path) -> None:
    raw = document()
    path = written(raw, tmp_path, seed=3)
    good = path.read_bytes()
    if not trained:
        good = json.dumps({name: value for name, value in json.loads(good).items() if name != "weights"}).encode()
    refused = 0
    for content in mutants(good, json_document, 2 * COUNT):
        path.write_bytes(content)
        try:
            load_genotype(path)
        except LiteSNNError:
            refused += 1
    assert refused > COUNT // 2
