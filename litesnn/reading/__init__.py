"""Reading what comes from outside: one door for files, and bounded readers of JSON, arrays, tensors and gzip behind it.

Every reader takes the type of error to raise. A refusal names the file, what was found, what is allowed and what to do. No
reader executes anything, and none holds more than the file's size and 1 GiB in memory.
Imported when first used: what reads documents alone needs no numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.reading.arrays import npz_names, read_npy, read_npz
    from litesnn.reading.documents import parse_json
    from litesnn.reading.files import Kind, is_folder, is_there, open_regular, read_file
    from litesnn.reading.gzips import open_gzip
    from litesnn.reading.limits import MAX_JSON_BYTES, UNPACKED_EXTRA
    from litesnn.reading.tensors import StoredTensor, numpy_tensors, read_safetensors

__all__ = [
    "MAX_JSON_BYTES",
    "UNPACKED_EXTRA",
    "Kind",
    "StoredTensor",
    "is_folder",
    "is_there",
    "npz_names",
    "numpy_tensors",
    "open_gzip",
    "open_regular",
    "parse_json",
    "read_file",
    "read_npy",
    "read_npz",
    "read_safetensors",
]

__getattr__ = lazily(
    __name__,
    {
        "MAX_JSON_BYTES": "limits",
        "UNPACKED_EXTRA": "limits",
        "Kind": "files",
        "StoredTensor": "tensors",
        "is_folder": "files",
        "is_there": "files",
        "npz_names": "arrays",
        "numpy_tensors": "tensors",
        "open_gzip": "gzips",
        "open_regular": "files",
        "parse_json": "documents",
        "read_file": "files",
        "read_npy": "arrays",
        "read_npz": "arrays",
        "read_safetensors": "tensors",
    },
)
