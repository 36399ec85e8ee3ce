"""Sound files: RIFF WAVE with whole or floating point samples, read chunk by chunk within the file's own size.

Format: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications" 1.0, and WAVE_FORMAT_EXTENSIBLE.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.reading import Kind, read_file

_KIND = Kind(DataError, "sound file", 2**28)
"""A quarter of a gigabyte: an hour of sound at 32 kHz."""
RATES = (1_000, 384_000)
"""Samples per second: from below a telephone's to above a studio's."""
MAX_CHANNELS = 64
_WHOLE, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_TYPES = {(_WHOLE, 8): "u1", (_WHOLE, 16): "<i2", (_WHOLE, 32): "<i4", (_FLOAT, 32): "<f4", (_FLOAT, 64): "<f8"}

Clip = tuple[npt.NDArray[np.generic], int]


def read_wav(path: Path) -> Clip:
    """Mono samples (samples,) and samples per second; several channels become their mean.

    Raises
    ------
    DataError
        For anything that is not such a file, and for sounds whose samples are not finite.
    """
    content = read_file(path, _KIND)
    try:
        rate, samples = _samples(content)
    except _NoSound as error:
        raise DataError(f"{path}: not a sound file that can be read: {error}") from error
    mono = samples[:, 0] if samples.shape[1] == 1 else samples.astype(np.float64).mean(axis=1)
    if not np.isfinite(mono).all():
        raise DataError(f"{path}: found samples that are NaN or infinite; allowed: finite ones")
    return mono, rate


class _NoSound(Exception):
    """What is wrong with a file, in words."""


def _samples(content: bytes) -> tuple[int, npt.NDArray[np.generic]]:
    """Rate, and samples (samples, channels)."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise _NoSound(f"found a beginning of {content[:12]!r}; allowed: RIFF ... WAVE")
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(content) and not {b"fmt ", b"data"} <= set(chunks):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        if name in (b"fmt ", b"data"):
            chunks[name] = content[at + 8 : at + 8 + size]
            if len(chunks[name]) < size:
                raise _NoSound(
                    f"found {len(chunks[name])} bytes of '{name.decode()}'; allowed: {size} (the file is cut short)"
                )
        at += 8 + size + size % 2
    for name in (b"fmt ", b"data"):
        if name not in chunks:
            raise _NoSound(f"found no part '{name.decode().strip()}'")
    header, data = chunks[b"fmt "], chunks[b"data"]
    if len(header) < 16:
        raise _NoSound(f"found a format of {len(header)} bytes; allowed: 16 or more")
    kind, channels, rate, _, frame, bits = struct.unpack("<HHIIHH", header[:16])
    if kind == _EXTENSIBLE and len(header) >= 26:
        kind = int.from_bytes(header[24:26], "little")
    code = "24" if (kind, bits) == (_WHOLE, 24) else _TYPES.get((kind, bits))
    if code is None:
        raise _NoSound(
            f"found format {kind} of {bits} bits; allowed: whole numbers of 8, 16, 24, 32 bits, floats of 32, 64"
        )
    if not RATES[0] <= rate <= RATES[1]:
        raise _NoSound(f"found {rate:,} samples per second; allowed: {RATES[0]:,} .. {RATES[1]:,}")
    if not 1 <= channels <= MAX_CHANNELS or frame != channels * bits // 8:
        raise _NoSound(f"found {channels} channels in {frame} bytes; allowed: 1 .. {MAX_CHANNELS}, of {bits} bits each")
    if len(data) % frame:
        raise _NoSound(f"found {len(data)} bytes of samples; allowed: a multiple of {frame} (the file is cut short)")
    return rate, _values(data, code).reshape(-1, channels)


def _values(data: bytes, code: str) -> npt.NDArray[np.generic]:
    if code == "24":
        parts = np.frombuffer(data, np.uint8).reshape(-1, 3)
        wide = np.zeros((len(parts), 4), np.uint8)
        wide[:, 1:] = parts
        return wide.view("<i4").reshape(-1) >> 8
    values = np.frombuffer(data, code)
    # Bytes are unsigned, silence is 128.
    return values.astype(np.int16) - 128 if code == "u1" else values
