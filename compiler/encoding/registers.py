"""Format registers: what the entries of a core name, and how many of them there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding.entries import Layout
from litesnn.compiler.encoding.lists import ListFormat, WeightRegister

Ints = npt.NDArray[np.int64]

FIELD = 64  # more than any field is wide


class Register(NamedTuple):
    """A format register: encoding (compression code), weight format, and field widths in bits."""

    code: int
    weights: WeightRegister
    prefix_bits: int
    index_bits: int
    skip_bits: int


def register_keys(code: Ints, form: Ints, layout: Layout, formats: Sequence[ListFormat]) -> Ints:
    """Equal for entries of equal registers, of some codes and formats; formats that differ in delay alone share one."""
    weights = _weights(formats)
    numbers = {each: number for number, each in enumerate(weights)}
    key = code * len(weights) + np.array([numbers[each.register] for each in formats], np.int64)[form]
    for field in (layout.prefix, layout.index, layout.skip):
        key = key * FIELD + field
    return key


def distinct_registers(
    code: Ints, form: Ints, layout: Layout, formats: Sequence[ListFormat]
) -> tuple[tuple[Register, ...], Ints]:
    """Distinct registers of some entries, and which one each uses."""
    weights, registers = _weights(formats), []
    unique, register = np.unique(register_keys(code, form, layout, formats), return_inverse=True)
    for rest in unique.tolist():
        fields = []
        for _ in range(3):
            rest, bits = divmod(rest, FIELD)
            fields.append(bits)
        kind, weight = divmod(rest, len(weights))
        registers.append(Register(kind, weights[weight], *reversed(fields)))
    return tuple(registers), register.astype(np.int64)


def _weights(formats: Sequence[ListFormat]) -> list[WeightRegister]:
    return sorted({each.register for each in formats})
