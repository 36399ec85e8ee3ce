"""What the options of `litesnn import FILE.nir` mean to its reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from litesnn.errors import ImportFileError

if TYPE_CHECKING:
    from litesnn.compiler.frontends.nir import NirOptions


def nir_options(
    *,
    bits: str | None,
    scale: Literal["max", "percentile", "mse"],
    encoding: Literal["spikes", "direct"] | None,
    input_range: str,
    input_scale: float,
    timesteps: int | None,
    **others: Any,
) -> NirOptions:
    """The reader's options; `others` are fields of `NirOptions` as they are.

    Raises
    ------
    ImportFileError
        For a value that is not allowed, with what stood there.
    """
    from litesnn.compiler.frontends.nir import InputCoding, NirOptions, parse_bits

    default, named = parse_bits(bits) if bits is not None else (NirOptions.default_bits, {})
    low, high = _range(input_range)
    return NirOptions(
        bits=named,
        default_bits=default,
        scale_rule=scale,
        timesteps=NirOptions.timesteps if timesteps is None else timesteps,
        input=InputCoding(encoding or "spikes", low, high, input_scale),
        **others,
    )


def _range(text: str) -> tuple[int, int]:
    try:
        low, high = (int(part) for part in text.split(".."))
    except ValueError:
        raise ImportFileError(f"--input-range: found '{text}'; allowed: LOW..HIGH, e.g. -128..127") from None
    return low, high
