"""Raw samples to the integers that enter the network: done once on the host, the same for every engine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.genotype.schema import InputSpec


def quantize_input(spec: InputSpec, raw: npt.NDArray[np.generic]) -> npt.NDArray[np.int16]:
    """Quantize raw samples (N, C, H, W) to integers `clip(rint(((raw - mean) / std) / scale), minimum, maximum)`.

    Spike input (N, T, C, H, W) passes through after a check that it is binary.
    """
    if spec.encoding == "spikes":
        return check_integers(spec, raw)
    if raw.shape[1:] != spec.shape:
        raise DataError(f"input: found samples of shape {raw.shape[1:]}; the genotype takes {spec.shape} (C, H, W)")
    scaled = unclipped(spec, raw)
    if not np.isfinite(scaled).all():
        raise DataError("input: found NaN or infinite values; raw samples must be finite")
    quantized: npt.NDArray[np.int16] = np.clip(np.rint(scaled), spec.minimum, spec.maximum).astype(np.int16)
    return quantized


def unclipped(spec: InputSpec, raw: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    """Raw samples (N, C, H, W) in the input's unit, before rounding and clipping."""
    mean = np.reshape(np.asarray(spec.mean, np.float64), (-1, 1, 1))
    std = np.reshape(np.asarray(spec.std, np.float64), (-1, 1, 1))
    scaled: npt.NDArray[np.float64] = (raw.astype(np.float64) - mean) / std / spec.scale
    return scaled


def check_integers(spec: InputSpec, values: npt.NDArray[np.generic]) -> npt.NDArray[np.int16]:
    """Check integers that a user feeds directly: (N, C, H, W) graded, or (N, T, C, H, W) binary spikes.

    Raises
    ------
    DataError
        For a wrong shape, values that are not integers, or values outside the input's range.
    """
    dims = 4 if spec.encoding == "direct" else 5
    wanted = "(N, C, H, W)" if dims == 4 else "(N, T, C, H, W)"
    if values.ndim != dims or values.shape[-3:] != spec.shape or values.shape[0] < 1:
        raise DataError(
            f"input: found shape {values.shape}; '{spec.encoding}' input takes {wanted} with N >= 1 and (C, H, W) = {spec.shape}"
        )
    if values.dtype.kind not in "biuf" or (values.dtype.kind == "f" and not (values == np.rint(values)).all()):
        raise DataError(
            f"input: found {values.dtype} values that are not whole numbers; give integers (quantize first)"
        )
    low, high = (spec.minimum, spec.maximum) if spec.encoding == "direct" else (0, 1)
    if values.min().item() < low or values.max().item() > high:
        raise DataError(f"input: found values {values.min()} .. {values.max()}; allowed: {low} .. {high}")
    return values.astype(np.int16)
