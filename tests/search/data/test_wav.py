"""Sound files: every width of samples as scipy reads them, silence at zero, and what is no sound refused within its own size."""

import struct
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile
from traced import in_little_memory

from litesnn.base.errors import DataError
from litesnn.search.data.wav import read_wav


def wav(
    data: bytes = b"\0\0\1\0", *, kind: int = 1, channels: int = 1, rate: int = 8000, bits: int = 16, extra: bytes = b""
) -> bytes:
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * frame % 2**32, frame, bits) + extra
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"LIST" + struct.pack("<I", 3) + b"abc\0"
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("dtype", ["int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("channels", [1, 2])
def test_samples_are_read_as_scipy_reads_them(dtype: str, channels: int, tmp_path: Path) -> None:
    samples = np.random.default_rng(0).integers(-100, 100, (50, channels)).astype(dtype)
    wavfile.write(tmp_path / "a.wav", 16_000, samples)
    found, rate = read_wav(tmp_path / "a.wav")
    assert rate == 16_000
    np.testing.assert_allclose(found, samples.mean(axis=1))


def test_bytes_are_unsigned_and_24_bits_are_signed(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(bytes([0, 128, 255]), bits=8))
    assert read_wav(tmp_path / "a.wav")[0].tolist() == [-128, 0, 127]
    (tmp_path / "a.wav").write_bytes(wav(b"\xff\xff\xff\x01\x00\x00", bits=24))
    assert read_wav(tmp_path / "a.wav")[0].tolist() == [-1, 1]
    extensible = struct.pack("<HHI", 22, 16, 4) + struct.pack("<H", 1) + bytes(14)
    (tmp_path / "a.wav").write_bytes(wav(kind=0xFFFE, extra=extensible))
    assert read_wav(tmp_path / "a.wav")[0].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found a beginning of b''"),
        (b"RIFX" + wav()[4:], "found a beginning of b'RIFX"),
        (wav()[:20], "found 0 bytes of 'fmt '"),
        (wav()[:40], "found no part 'data'"),
        (wav()[:-1], "found 3 bytes of 'data'; allowed: 4 (the file is cut short)"),
        (wav(b"\0\0\0"), "found 3 bytes of samples; allowed: a multiple of 2"),
        (wav(rate=2**32 - 1), "found 4,294,967,295 samples per second; allowed: 1,000 .. 384,000"),
        (wav(rate=0), "found 0 samples per second"),
        (wav(channels=0), "found 0 channels"),
        (wav(kind=2), "found format 2 of 16 bits"),
        (wav(np.float32([np.nan]).tobytes(), kind=3, bits=32), "NaN or infinite"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_sound_is_refused_in_little_memory(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with in_little_memory(), pytest.raises(DataError) as refused:
        read_wav(tmp_path / "a.wav")
    assert message in str(refused.value)
