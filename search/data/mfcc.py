"""Mel-frequency cepstral coefficients of one-second clips; as LitE-SNN's (section 4.1) unless told otherwise.

Hann window, power spectrum, triangular mel filters (HTK's scale) from 20 Hz to half the sampling rate, logarithm, orthonormal
DCT-II; then each coefficient is brought to mean 0 and deviation 1 over the clip, so that no figure of a data set enters.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.fft import dct, rfft

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import InputSpec, Mfcc

LITESNN = Mfcc()
"""40 filters, frames of 30 ms every 10 ms: coefficients (40, 98)."""
LOWEST_HZ = 20.0
_SCALE = 1 / 32
"""Coefficients have deviation 1; +-4 deviations fill the integers."""
_SMALLEST_POWER = 1e-10
_SMALLEST_STD = 1e-6

Floats = npt.NDArray[np.float64]


def mfcc(audio: npt.NDArray[np.generic], rate: int, how: Mfcc = LITESNN) -> npt.NDArray[np.float32]:
    """Coefficients (filters, frames) of a mono clip (samples,), cut or padded with silence to one second.

    Parameters
    ----------
    audio : integers or floats; only ratios matter
    rate : samples per second

    Raises
    ------
    DataError
        Where a frame or a hop is shorter than a sample.
    """
    clip = np.zeros(rate)
    values = audio[:rate].astype(np.float64)
    clip[: len(values)] = values / max(float(np.abs(values).max(initial=0)), 1.0)
    length, shift = round(how.frame_ms / 1000 * rate), round(how.hop_ms / 1000 * rate)
    if length < 2 or shift < 1:
        raise DataError(
            f"mfcc: found frames of {how.frame_ms} ms every {how.hop_ms} ms at {rate} samples per second; allowed: at least two "
            "samples per frame and one per hop"
        )
    starts = np.minimum(np.arange(how.frames) * shift, rate - length)
    frames = clip[starts[:, None] + np.arange(length)] * np.hanning(length)
    size = 2 ** (length - 1).bit_length()
    power = np.abs(rfft(frames, size)) ** 2
    energies = np.log(np.maximum(power @ mel_filters(size, rate, how.filters).T, _SMALLEST_POWER))
    coefficients = dct(energies, type=2, norm="ortho", axis=1).T
    centred = coefficients - coefficients.mean(axis=1, keepdims=True)
    normal: npt.NDArray[np.float32] = (centred / np.maximum(centred.std(axis=1, keepdims=True), _SMALLEST_STD)).astype(
        np.float32
    )
    return normal


def mfcc_input(how: Mfcc) -> InputSpec:
    """The input of a network that takes such coefficients, (1, filters, frames)."""
    return InputSpec(shape=(1, how.filters, how.frames), scale=_SCALE, preprocessing=how)


@cache
def mel_filters(size: int, rate: int, filters: int = LITESNN.filters) -> Floats:
    """Triangles (filters, size / 2 + 1) over the bins of a spectrum, evenly spaced on the mel scale."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, rate / 2))
    corners = 700 * (10 ** (np.linspace(low, high, filters + 2) / 2595) - 1)
    bins = np.arange(size // 2 + 1) * rate / size
    rising = (bins - corners[:-2, None]) / np.diff(corners)[:-1, None]
    falling = (corners[2:, None] - bins) / np.diff(corners)[1:, None]
    triangles: Floats = np.maximum(0, np.minimum(rising, falling))
    return triangles
