"""The kinds of files that commands write, each with how one that LiteSNN wrote is told from a user's own."""

from __future__ import annotations

import json
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

_HEAD = 2**16
_DOCUMENT_MAX = 2**28
WEIGHTS_METADATA = {"format": "litesnn.weights"}
CHECKPOINT_HEADER = "litesnn.checkpoint"


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name for messages, and whether an open file is one of ours."""

    name: str
    recognizes: Callable[[BinaryIO], bool]


def document(name: str, form: str) -> Kind:
    """JSON documents whose `format` is `form`."""

    def recognizes(file: BinaryIO) -> bool:
        found = _json(file.read(_DOCUMENT_MAX))
        return isinstance(found, dict) and found.get("format") == form

    return Kind(name, recognizes)


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _metadata(file: BinaryIO) -> dict[str, Any]:
    """The metadata of a safetensors file: a length of 8 bytes, then a JSON header; nothing where it is none."""
    start = file.read(8)
    length = struct.unpack("<Q", start)[0] if len(start) == 8 else _DOCUMENT_MAX
    header = _json(file.read(length)) if length < _DOCUMENT_MAX else None
    found = header.get("__metadata__") if isinstance(header, dict) else None
    return found if isinstance(found, dict) else {}


def _is_page(file: BinaryIO) -> bool:
    return re.search(rb"\xc2\xb7 LiteSNN(?: report)?</title>", file.read(_HEAD)) is not None


def _is_recording(file: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return "readout.npy" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _is_nir(file: BinaryIO) -> bool:
    """HDF5 with the metadata that `export --to nir` leaves; names stand in the file as they are."""
    return file.read(4) == b"\x89HDF" and b"litesnn_format" in file.read(_DOCUMENT_MAX)


ANY_FILE = Kind("a file", lambda file: True)
GENOTYPE = document("a genotype", "litesnn.genotype")
HISTORY = document("the history of a search", "litesnn.search")
TRAINING = document("the history of a training", "litesnn.training")
JOURNAL = document("the journal of a run", "litesnn.run")
RUN_TABLE = Kind("the table of a run", lambda file: file.readline(_HEAD).startswith(b"done,of,"))
COMPARISON = document("the table of `litesnn compare`", "litesnn.comparison")
COMPARISON_TABLE = Kind(
    "a table of `litesnn compare`", lambda file: file.readline(_HEAD).startswith(b"run,kind,state,")
)
PART = document("a part of a larger job", "litesnn.part")
TRIALS = document("the trials of `litesnn quantize` or `prune`", "litesnn.trials")
SWEEP = document("the table of a sweep", "litesnn.sweep")
EXPLORATION = document("the rows of `litesnn explore`", "litesnn.exploration")
EXPLORATION_TABLE = Kind(
    "a table of `litesnn explore`", lambda file: file.readline(_HEAD).startswith(b"row,profile,profile_sha256,")
)
WEIGHTS = Kind("the weights of a genotype", lambda file: WEIGHTS_METADATA.items() <= _metadata(file).items())
CHECKPOINT = Kind("a checkpoint", lambda file: CHECKPOINT_HEADER in _metadata(file))
PAGE = Kind("a report page", _is_page)
RECORDING = Kind("the arrays of `litesnn run`", _is_recording)
NIR = Kind("a network of `litesnn export`", _is_nir)
IMAGE = document("the image of a program", "litesnn.image")
CHIP = document("the cores of a program in SystemVerilog", "litesnn.chip")
SANAFE = Kind("a file of `litesnn export`", lambda file: b"Written by LiteSNN." in file.readline(_HEAD))
