"""A folder of sounds by class, .wav, as MFCC images: a row for each coefficient, a column for each frame of the first second."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from litesnn.base.errors import DataError
from litesnn.base.text import brief_path
from litesnn.compiler.genotype import Mfcc
from litesnn.search.data.dataset import Dataset
from litesnn.search.data.mfcc import mfcc
from litesnn.search.data.own.fingerprint import Fingerprint
from litesnn.search.data.own.folders import layout_of
from litesnn.search.data.own.made import Source, made_of
from litesnn.search.data.wav import read_wav
from litesnn.search.settings.own_data import OwnData

SUFFIXES = (".wav",)
MAX_BYTES = 2**34
"""16 GiB of coefficients: a million clips of (40, 98)."""


def load_sounds(folder: Path, own: OwnData, how: Mfcc) -> Dataset:
    """Coefficients (N, 1, filters, frames), float32; the hash is of the samples, whatever `how` says.

    Raises
    ------
    DataError
        For a folder without classes, a file that is no sound or holds none, and coefficients that need too much memory.
    """
    layout = layout_of(folder, SUFFIXES, "sounds")
    files = list(layout.files)
    shape = (len(files), 1, how.filters, how.frames)
    if (needed := int(np.prod(shape)) * 4) > MAX_BYTES:
        raise DataError(
            f"{brief_path(folder)}: found {shape}, {needed:,} bytes; allowed: {MAX_BYTES:,} (fewer --filters)"
        )
    fingerprint, rates, longest = Fingerprint(), set[int](), 0.0
    fingerprint.words(*layout.classes)
    x = np.empty(shape, np.float32)
    for place, (sample, test) in zip(x, files, strict=True):
        audio, rate = read_wav(sample.path)
        if len(audio) == 0:
            raise DataError(f"{brief_path(sample.path)}: found no samples; is the file complete?")
        fingerprint.words(str(sample.label), str(test), str(rate))
        fingerprint.array(audio)
        place[0] = mfcc(audio, rate, how)
        rates.add(rate)
        longest = max(longest, len(audio) / rate)
    labels = np.array([sample.label for sample, _ in files], np.int64)
    count = len(layout.train)
    source = Source(folder.resolve().name, "sounds", fingerprint.hexdigest())
    test_part = None if layout.test is None else (x[count:], labels[count:])
    data = made_of(source, (x[:count], labels[:count]), test_part, layout.classes, own, how)
    notes = [f"{how.filters} coefficients of {how.frames} frames, {how.frame_ms:g} ms every {how.hop_ms:g} ms"]
    if longest > 1:
        notes.append(f"the first second is taken of each; the longest lasts {longest:.2f} s")
    if len(rates) > 1:
        notes.append(f"sampled at {min(rates):,} to {max(rates):,} per second: mel filters reach to half of each rate")
    return replace(data, notes=(*layout.notes, *notes, *data.notes))
