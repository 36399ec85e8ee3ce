"""Speech Commands and Free Spoken Digits: folders of .wav files, and the lists of the first."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from scipy.io import wavfile

from fuzz.case import Case
from fuzz.mutators.kinds import everything, files
from fuzz.mutators.lift import on
from fuzz.mutators.riff import wav_chunks, wav_format
from fuzz.mutators.texts import encoding, inserted, lines
from fuzz.reader import Reader
from fuzz.readers.datasets import reading, use
from litesnn.search.data.audio import KEYWORDS


def seeds(folder: Path) -> list[Case]:
    """Clips of a twentieth of a second, in the sample types that recorders write."""
    commands: dict[str, bytes] = {}
    for word in (*KEYWORDS, "bed"):
        commands |= {f"{word}/{take}.wav": _wav(take, 16_000) for take in range(2)}
    commands["_background_noise_/pink.wav"] = _wav(9, 16_000)
    commands["testing_list.txt"] = "\n".join(f"{word}/0.wav" for word in (*KEYWORDS, "bed")).encode()
    commands["validation_list.txt"] = b"yes/1.wav\n"
    digits = {
        f"{digit}_ann_{take}.wav": _wav(digit, 8_000, kind)
        for digit, take, kind in ((1, 0, "i2"), (2, 9, "u1"), (3, 9, "f4"), (4, 7, "i4"))
    }
    stereo = {"recordings/0_bob_0.wav": _wav(5, 8_000, channels=2), "recordings/1_bob_6.wav": _wav(6, 44_100)}
    return [
        Case(commands, "", ("speech_commands",)),
        Case(digits, "", ("spoken_digits",)),
        Case(stereo, "", ("spoken_digits",)),
    ]


def _wav(seed: int, rate: int, kind: str = "i2", channels: int = 1) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 100, (rate // 20, channels))
    buffer = io.BytesIO()
    wavfile.write(buffer, rate, np.squeeze(noise).astype(kind))
    return buffer.getvalue()


READER = Reader(
    seeds,
    (
        *(on(wav_format, ".wav"),) * 5,
        *(on(wav_chunks, ".wav"),) * 4,
        *(on(change, ".txt") for change in (lines, inserted, encoding)),
        files(),
        *everything(".wav"),
        *everything(".txt"),
    ),
    reading("speech_commands", "spoken_digits"),
    use,
)
